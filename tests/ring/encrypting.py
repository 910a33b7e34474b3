"""Rings whose clients and nodes speak TLS, with real processes."""

import ssl

import redis

from certificates import Authority
from changing import Traffic
from checks import agree, cluster, serves, until
from load import Writer, client, fill, missing
from nodes import Node, free_ports

SECRET = {"HENGE_CLUSTER_SECRET": "known to few"}


def tls(tap, options):
    """A ring goes over to TLS node by node under load, and then is one like any other; who has no good certificate stays out."""
    keys = [f"e{i}" for i in range(options.keys)]
    ports = free_ports(6)
    addresses = [f"127.0.0.1:{port}" for port in ports]
    nodes = [Node(f"t{i}", ports[i], addresses[:3], ["--memory=256mb"], environment=SECRET) for i in range(3)]
    outsiders = []
    try:
        with Authority("Ring") as authority, Authority("Foreign") as foreign:
            for node in nodes:
                node.start(wait=False)
            for node in nodes:
                node.wait_ready()
            until(10, lambda: agree(nodes, 3))
            fill(nodes[0], keys)
            with Traffic(list(nodes), keys) as traffic:
                over(tap, nodes, traffic, authority, ["--tls-plain"], "takes TLS beside plain connections")
                over(tap, nodes, traffic, authority, [], "takes nothing but TLS, with certificates")
            traffic.check(tap, nodes, keys)
            links = {node.name: client(node).info("stats")["tls_connections"] for node in nodes}
            tap.check("nodes are linked by TLS", all(count > 4 for count in links.values()), links)

            killed(tap, nodes, options)
            renewed(tap, nodes[0], authority)

            try:
                redis.Redis(port=nodes[0].port, socket_timeout=2).ping()
                said = "PONG"
            except redis.RedisError as error:
                said = str(error)
            tap.check("a client without TLS is told so", "TLS" in said, said)
            certificate, key = foreign.sign("stranger")
            outsiders = [
                Node("foreign", ports[4], addresses[:3],
                     [f"--tls-cert={certificate}", f"--tls-key={key}", f"--tls-client-ca={foreign.certificate}"],
                     environment=SECRET),
                Node("plain", ports[5], addresses[:3], environment=SECRET)]
            for outsider in outsiders:
                outsider.start()
                outsider.trust = (foreign.certificate, certificate, key) if outsider.name == "foreign" else None
                why = {"foreign": "certificate is not good", "plain": "closed the connection"}[outsider.name]
                told = until(15, lambda: why in outsider.log_text() and len(cluster(outsider)["members"]) == 1)
                tap.check(f"the node {outsider.name} is not let in, and says why", told is not None, outsider.log_tail())
            names = [sorted(m["name"] for m in cluster(node)["members"]) for node in nodes]
            tap.check("the ring has the members that it had", names == 3 * [["t0", "t1", "t2"]], names)
    finally:
        for node in (*nodes, *outsiders):
            node.end()


def over(tap, nodes, traffic, authority, options, what):
    for node in nodes:
        traffic.without(node)
        node.leave()
        certificate, key = authority.sign(node.name)
        node.options = ["--memory=256mb", f"--tls-cert={certificate}", f"--tls-key={key}", *options]
        if not options:
            node.options.append(f"--tls-client-ca={authority.certificate}")
        node.trust = (authority.certificate, *authority.sign("client"))
        node.start()
        took = until(30, lambda: agree(nodes, 3))
        tap.check(f"{node.name} {what}, and takes its place", took is not None,
                  "\n".join(each.log_tail() for each in nodes))
        traffic.serving = [*traffic.serving, node]


def killed(tap, nodes, options):
    writer = Writer(0, lambda: [node for node in nodes if node.alive], batch=100)
    writer.start()
    until(60, lambda: len(writer.acknowledged) >= options.writes // 3, 0.05)
    nodes[1].kill()
    took = serves([nodes[0], nodes[2]], 30)
    nodes[1].start()
    whole = until(60, lambda: agree(nodes, 3))
    writer.stop()
    lost = missing(nodes[2], writer.acknowledged)
    tap.note(f"served {took} s after the kill; {len(writer.acknowledged)} acknowledged writes")
    tap.check("after a kill -9 the others serve within 2 s, and no acknowledged write is lost",
              took is not None and took <= 2 and whole is not None and not lost, f"{took} {whole} {lost[:5]}")


def renewed(tap, node, authority):
    def shown():
        return ssl.get_server_certificate(("127.0.0.1", node.port))

    # Whoever has a link keeps it: asked before, answered after.
    kept = client(node)
    kept.ping()
    before = {shown() for _ in range(2)}
    authority.sign(node.name)
    took = until(10, lambda: shown() not in before)
    tap.check("a certificate that is replaced is shown to new connections, and those that are up go on",
              took is not None and kept.ping(), f"{took} {node.log_tail()}")
