"""Reads the manifests for Kubernetes and the chart's values, and holds what must agree against each other."""

import json
import pathlib
import sys

import yaml

deploy = pathlib.Path(sys.argv[1]) / "deploy"
things = {(thing["kind"], thing["metadata"]["name"]): thing
          for thing in yaml.safe_load_all((deploy / "kubernetes/henge.yaml").read_text())}
assert len(things) == 5, list(things)
pods = things["StatefulSet", "henge"]["spec"]
pod = pods["template"]["spec"]
container = pod["containers"][0]
nodes, clients = things["Service", "henge-nodes"]["spec"], things["Service", "henge"]["spec"]
labels = pods["template"]["metadata"]["labels"]

# Names find pods that are not ready; clients are led to those that are.
assert nodes["clusterIP"] == "None" and nodes["publishNotReadyAddresses"] is True
assert "clusterIP" not in clients and "publishNotReadyAddresses" not in clients
assert pods["serviceName"] == "henge-nodes"
for selector in (nodes["selector"], clients["selector"], pods["selector"]["matchLabels"],
                 things["PodDisruptionBudget", "henge"]["spec"]["selector"]["matchLabels"]):
    assert selector.items() <= labels.items(), selector

# The name that nodes look for is that of the service, and the port that of the container.
port = container["ports"][0]["containerPort"]
options = dict(word[2:].split("=", 1) for word in container["args"] if word.startswith("--"))
assert options["discovery"] == f"dns:henge-nodes.$(POD_NAMESPACE).svc.cluster.local.:{port}", options
assert all(p["port"] == port and p["targetPort"] == container["ports"][0]["name"]
           for p in nodes["ports"] + clients["ports"])
for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
    assert container[probe]["httpGet"] == {"path": path, "port": container["ports"][0]["name"]}, probe

# Time to leave, files of secrets where they are mounted, and no rights.
seconds = sum(int(options[name].rstrip("s")) for name in ("leave-timeout", "stop-timeout"))
assert pod["terminationGracePeriodSeconds"] > seconds
mount = container["volumeMounts"][0]
assert mount["readOnly"] and all(options[name].startswith(mount["mountPath"] + "/")
                                 for name in ("password-file", "cluster-secret-file"))
assert pod["securityContext"]["runAsNonRoot"] and pod["automountServiceAccountToken"] is False
context = container["securityContext"]
assert context == {"allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True, "capabilities": {"drop": ["ALL"]}}
assert {c["topologyKey"] for c in pod["topologySpreadConstraints"]} == {
    "kubernetes.io/hostname", "topology.kubernetes.io/zone"}
assert container["resources"]["limits"]["memory"]

# Every value of the chart is described, and is what its description says.
chart = yaml.safe_load((deploy / "helm/henge/Chart.yaml").read_text())
assert chart["apiVersion"] == "v2" and chart["name"] == "henge"
values = yaml.safe_load((deploy / "helm/henge/values.yaml").read_text())
schema = json.loads((deploy / "helm/henge/values.schema.json").read_text())
kinds = {"string": str, "integer": int, "object": dict, "array": list, "boolean": bool}


def described(value, by, where):
    if "type" in by:
        assert isinstance(value, kinds[by["type"]]), where
    if "enum" in by:
        assert value in by["enum"], where
    for name, inner in value.items() if isinstance(value, dict) and "properties" in by else ():
        assert name in by["properties"], f"{where}.{name} is not in values.schema.json"
        described(inner, by["properties"][name], f"{where}.{name}")


described(values, schema, "values")
