"""Rings of the last release and this one: over to the new one node by node, and back again."""

import tempfile

from changing import Traffic
from checks import agree, alike, cluster, until
from load import client, fill, missing
from nodes import HENGE, Ring
from releases import COMMIT, last_release
from restarting import has_read
from tagging import ask, found, put


def upgrading(tap, options):
    """A ring goes over to this release node by node and back to the last one under load; each reads the other's snapshot."""
    old, why = last_release()
    if old is None:
        tap.skip("a ring of the last release and this one", why)
        return
    over(tap, options, old)
    for first, then, said in ((old, HENGE, "this release reads a snapshot of the last"),
                              (HENGE, old, "the last release reads a snapshot of this one")):
        reads(tap, options, first, then, said)


def over(tap, options, old):
    keys = [f"u{i}" for i in range(options.keys)]
    with tempfile.NamedTemporaryFile("w") as secret, Ring(
            options=["--debug-commands", f"--cluster-secret-file={secret.name}"]) as ring:
        secret.write("of-a-test, which frames are checked with\n")
        secret.flush()
        for _ in range(3):
            ring.add(start=False, program=old)
        for node in ring.nodes:
            node.start(wait=False)
        for node in ring.nodes:
            node.wait_ready()
        until(20, lambda: agree(ring.nodes, 3))
        fill(ring.nodes[0], keys)
        with Traffic(list(ring.nodes), keys) as traffic:
            for program, release in ((HENGE, "this release"), (old, f"the last one ({COMMIT})")):
                for node in ring.nodes:
                    traffic.without(node)
                    node.leave()
                    node.program = program
                    node.start()
                    took = until(30, lambda: agree(ring.nodes, 3))
                    tap.check(f"{node.name} goes over to {release} and takes its place", took is not None, ring.tails())
                    traffic.serving = [*traffic.serving, node]
                    understand(tap, ring.nodes, f"{release} on {node.name}")
        traffic.check(tap, ring.nodes, keys)
        written = [key for writer in traffic.writers for key in writer.acknowledged]
        took, differ = alike(ring.nodes, keys + written[::10], 20)
        tap.check("all copies are alike to the byte", took is not None, differ)
        refused = {node.name: [line for line in node.log_text().splitlines() if "Closed the" in line and "frame" in line]
                   for node in ring.nodes}
        tap.check("no frame was refused", not any(refused.values()), refused)


def understand(tap, nodes, when):
    """Whatever nodes say to each other, through each of them: all kinds of entries, deletions, tags, messages."""
    wrong = []
    for number, node in enumerate(nodes):
        others = [client(other) for other in nodes]
        mine, name = client(node), f"{when}:{number}"
        mine.hset(name + ":hash", mapping={"a": "1", "b": "2"})
        mine.set(name + ":short", "x", px=600_000)
        mine.set(name + ":gone", "x")
        mine.incrby(name + ":count", 41)
        others[(number + 1) % 3].incr(name + ":count")
        others[(number + 2) % 3].delete(name + ":gone")
        tagged = [f"t{hash(name) % 10 ** 9}-{i}" for i in range(20)]
        wrong += put(nodes[number], tagged, "tag")
        for other in others:
            wrong += [at for at, holds in {
                "hash": other.hgetall(name + ":hash") == {b"a": b"1", b"b": b"2"},
                "ttl": 590_000 < other.pttl(name + ":short") <= 600_000,
                "gone": other.get(name + ":gone") is None,
                "count": other.get(name + ":count") == b"42",
                "many": other.mget(name + ":short", name + ":gone", name + ":count") == [b"x", None, b"42"],
            }.items() if not holds]
        wrong += ["tagged"] if any(len(found(other, tagged)) != 20 for other in nodes) else []
        status, _ = ask(nodes[(number + 1) % 3], "DELETE", "/v1/cache?tag=tag")
        wrong += [f"untag {status}"] if status >= 300 else []
        wrong += ["stale tag"] if any(found(other, tagged) for other in nodes) else []
        listener = others[(number + 2) % 3].pubsub()
        listener.subscribe(name)
        listener.get_message(timeout=2)
        heard = until(5, lambda: mine.publish(name, "hello") == 1)
        wrong += ["nobody heard"] if heard is None or (listener.get_message(timeout=2) or {}).get("data") != b"hello" else []
    sizes = {client(node).dbsize() > 0 and cluster(node)["misses_due_to_topology"] for node in nodes}
    tap.check(f"all nodes understand each other ({when})", not wrong and sizes == {0}, f"{wrong} {sizes}")


def reads(tap, options, first, then, said):
    keys = [f"s{i}" for i in range(options.keys)]
    with tempfile.TemporaryDirectory(prefix="henge-data-") as data, Ring() as ring:
        node = ring.add(options=[f"--data-dir={data}"], program=first)
        fill(node, keys)
        client(node).hset("hash", "field", "value")
        client(node).set("ends", "x", ex=1000)
        wrong = put(node, ["kept", "stale"], "tag")
        ask(node, "DELETE", "/v1/cache?tag=tag")
        node.leave()
        node.program = then
        node.start()
        until(30, lambda: has_read(node))
        after = client(node)
        lost = missing(node, keys)
        tap.check(said, not wrong and not lost and after.hgetall("hash") == {b"field": b"value"}
                  and 900 < after.ttl("ends") <= 1000 and not found(node, ["kept", "stale"]),
                  f"{len(lost)} lost, such as {lost[:3]}\n{node.log_tail()}")
