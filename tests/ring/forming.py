"""How rings come to be, and what a node is that is not like the others."""

import itertools
import json
import os
import signal
import subprocess
import time
import urllib.request

from checks import agree, alike, cluster, serves, until
from load import Load, client, fill, missing, value
from nodes import HENGE, Node, Ring, free_ports


def forms(tap, options):
    """Three nodes with the starting program's flags, in any order, are one ring."""
    orders = list(itertools.permutations(range(3)))
    for order in orders if options.long else [orders[0], orders[5]]:
        ports = free_ports(3)
        nodes = [
            Node(f"p{i}", port, [f"localhost:{other}" for other in ports if other != port], ["--memory=64mb"])
            for i, port in enumerate(ports)]
        try:
            for i in order:
                nodes[i].start()
            took = until(10, lambda: agree(nodes, 3))
            tap.check(f"nodes started in the order {order} form one ring", took is not None,
                      "\n".join(node.log_tail() for node in nodes))
            client(nodes[0]).set("greeting", "hello")
            request = urllib.request.Request(
                f"http://{nodes[1].address}/set", data=b'{"key":"salute","value":"ahoy"}',
                headers={"Content-Type": "application/json"})
            urllib.request.urlopen(request, timeout=5).read()
            for node in nodes:
                answers = [client(node).get("greeting"), client(node).get("salute")]
                for key in ("greeting", "salute"):
                    with urllib.request.urlopen(f"http://{node.address}/get?key={key}", timeout=5) as got:
                        answers.append(json.load(got)["value"].encode())
                tap.check(f"both keys are read through {node.name} over RESP and HTTP",
                          answers == [b"hello", b"ahoy", b"hello", b"ahoy"], answers)
        finally:
            for node in nodes:
                node.end()


def sixteen(tap, options):
    """16 processes are one ring."""
    # All at once, as a StatefulSet with parallel pod management starts them.
    with Ring(16, options=["--loops=1"], spare=0, memory="16mb") as ring:
        took = until(40, lambda: agree(ring.live, 16), 0.2)
        tap.check("16 processes form one ring", took is not None, ring.tails())
        owned = [m["owned_slots"] for m in cluster(ring.nodes[0])["members"]]
        tap.check("no member owns more than 1.10 x the mean", max(owned) <= 1.10 * 16384 / 16, owned)
        keys = [f"k{i}" for i in range(1000)]
        fill(ring.nodes[3], keys)
        tap.check("keys set through one are read through another", not missing(ring.nodes[11], keys))
        tap.check("DBSIZE counts the whole ring", client(ring.nodes[7]).dbsize() == 1000)


class Counter(Load):
    """Counts up one key in pipelines."""

    def __init__(self, number, nodes, goal):
        super().__init__(number, nodes)
        self.goal, self.done = goal, 0

    def run(self):
        for _ in range(self.goal // 50):
            pipeline = self.connect(self.number).pipeline(transaction=False)
            for _ in range(50):
                pipeline.incr("counter")
            for answer in pipeline.execute(raise_on_error=False):
                if isinstance(answer, int):
                    self.done += 1
                else:
                    self.failed(answer)


def roles(tap, options):
    """INCR is exact, a node of weight 0 only routes, a second SIGTERM ends a node at once."""
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        each = 100_000 if options.long else 5_000
        counters = [Counter(n, lambda: ring.nodes, each) for n in range(8)]
        for counter in counters:
            counter.start()
        for counter in counters:
            counter.join(300)
        count = int(client(ring.nodes[0]).get("counter"))
        tap.check(f"8 clients that count to {each} through three nodes count to {8 * each}",
                  count == 8 * each and all(c.done == each for c in counters),
                  [count, [(c.done, c.errors[:2]) for c in counters]])

        router = ring.add(options=["--weight=0"], name="router")
        took = until(15, lambda: agree(ring.live, 4))
        shares = {m["name"]: m["owned_slots"] + m["replica_slots"] for m in cluster(ring.nodes[0])["members"]}
        tap.check("a node of weight 0 is a member and holds no slot", took is not None and shares["router"] == 0, shares)
        keys = [f"r{i}" for i in range(2000)]
        fill(router, keys)
        tap.check("what is written through it is read through it and through others",
                  not missing(router, keys) and not missing(ring.nodes[1], keys))
        router.kill()
        tap.check("nothing is lost with it", serves(ring.live, 10) is not None and not missing(ring.nodes[2], keys))

        until(15, lambda: agree(ring.live, 3))
        leaving = ring.nodes[2]
        leaving.signal(signal.SIGTERM)
        until(5, lambda: "Asked to stop" in leaving.log_text(), 0.005)
        began = time.monotonic()
        leaving.signal(signal.SIGTERM)
        code = leaving.process.wait(30)
        took = time.monotonic() - began
        tap.check("a second SIGTERM ends a node at once", took < 0.9 and code in (0, 143), (took, code))
        tap.check("and the others have all", serves(ring.live, 10) is not None and not missing(ring.nodes[0], keys))

    environment = {**os.environ, "HENGE_PASSWORD": "open sesame"}
    environment.pop("HENGE_CLUSTER_SECRET", None)
    refused = subprocess.run([HENGE, "--bind=*", "--port=0", "--peers=198.18.77.1:7400"], env=environment,
                             capture_output=True, text=True, timeout=20)
    tap.check("off loopback without a cluster secret a node does not start, and says how to give one",
              refused.returncode == 2 and "HENGE_CLUSTER_SECRET" in refused.stderr, refused.stderr)


def islands(tap, options):
    """Two rings that grew apart become one when somebody knows both."""
    with Ring(2, options=["--debug-commands"]) as one, Ring(2, options=["--debug-commands"], prefix="m") as other:
        until(10, lambda: agree(one.live, 2) and agree(other.live, 2))
        here, there = [f"i{i}" for i in range(1000)], [f"j{i}" for i in range(1000)]
        fill(one.nodes[0], here + there[:500], lambda key: b"older")
        fill(one.nodes[0], here)
        fill(other.nodes[0], there + here[:500], lambda key: b"newer" if key[0] == "i" else value(key))
        bridge = Node("bridge", one.ports[5], [one.nodes[0].address, other.nodes[0].address],
                      ["--memory=256mb", "--debug-commands"], logs=one.logs)
        one.nodes.append(bridge)
        bridge.start()
        everybody = [*one.live, *other.live]
        took = until(15, lambda: agree(everybody, 5))
        tap.check("two rings are one within 5 s of meeting", took is not None and took <= 5.0, f"{took} s")
        for node in everybody[::2]:
            lost = missing(node, here[500:] + there)
            lost += missing(node, here[:500], lambda key: b"newer")
            tap.check(f"of every key the last write is read through {node.name}", not lost, lost[:5])
        took, found = alike(everybody, here + there, 10)
        tap.check("all copies are alike to the byte within 10 s", took is not None, found)
