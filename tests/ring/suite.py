"""The ring with real processes and real clients. Prints TAP.

Usage: suite.py [--long] [--kills N] [--writes N] [--keys N] [--cut SECONDS] [SCENARIO ...]
Without a scenario: all of them, bounded to run with the other tests. --long takes the sizes that the promises name.
"""

import argparse
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from load import Reader, Writer, client, fill, missing, percentile
from nodes import Network, Node, Ring, declared_dead, free_ports
from tap import Tap

TAP = Tap()


def value(key):
    return f"v{key}".encode()


def until(limit, holds, step=0.02):
    """Waits for something to hold; returns after how many seconds it did, or None when it did not."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if holds():
            return time.monotonic() - began
        time.sleep(step)
    return None


def cluster(node):
    with urllib.request.urlopen(f"http://{node.address}/v1/cluster", timeout=5) as answer:
        return json.load(answer)


def agree(nodes, count):
    """Whether all of them are in one view of so many members, with nothing on its way."""
    try:
        seen = [cluster(node) for node in nodes]
    except (OSError, urllib.error.URLError):
        return False
    alive = [sum(m["state"] == "alive" and m["phase"] == "ready" for m in one["members"]) for one in seen]
    return len({one["view"] for one in seen}) == 1 and set(alive) == {count} and not any(
        one["loading_slots"] for one in seen)


def forms():
    """Three nodes with the starting program's flags, in any order, are one ring."""
    for order in itertools.permutations(range(3)):
        ports = free_ports(3)
        nodes = [
            Node(f"p{i}", port, [f"localhost:{other}" for other in ports if other != port], ["--memory=64mb"])
            for i, port in enumerate(ports)]
        try:
            for i in order:
                nodes[i].start()
            took = until(10, lambda: agree(nodes, 3))
            TAP.check(f"nodes started in the order {order} form one ring", took is not None,
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
                TAP.check(f"both keys are read through {node.name} over RESP and HTTP",
                          answers == [b"hello", b"ahoy", b"hello", b"ahoy"], answers)
        finally:
            for node in nodes:
                node.end()
        if not OPTIONS.long and order == (0, 2, 1):
            break


def scale():
    """3 -> 6 nodes one by one and back under load: no miss, no error."""
    keys = [f"s{i}" for i in range(OPTIONS.keys)]
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        fill(ring.nodes[0], keys, value)
        serving = list(ring.nodes)
        idle = Reader(0, lambda: serving, keys, value)
        idle.start()
        time.sleep(3)
        idle.stop()
        readers = [Reader(n, lambda: serving, keys, value) for n in range(2)]
        writers = [Writer(n, lambda: serving, batch=20, pause=0.005) for n in range(1)]
        for thread in (*readers, *writers):
            thread.start()
        for count in (4, 5, 6):
            node = ring.add()
            took = until(30, lambda: agree(ring.live, count))
            TAP.check(f"the ring has {count} members and is settled", took is not None, ring.tails())
            serving = [*serving, node]
            time.sleep(1)
        for node in (ring.nodes[4], ring.nodes[1], ring.nodes[3]):
            serving = [other for other in serving if other is not node]
            time.sleep(0.3)
            took = node.leave()
            TAP.check(f"{node.name} handed over and ended in {took:.1f} s", took < 20)
            until(10, lambda: agree(ring.live, len(serving)))
            time.sleep(1)
        for thread in (*readers, *writers):
            thread.stop()
        reads = sum(reader.reads for reader in readers)
        TAP.note(f"{reads} reads, {sum(len(w.acknowledged) for w in writers)} writes; p99 idle "
                 f"{percentile(idle.times, .99) * 1000:.2f} ms, while the ring changed "
                 f"{percentile([t for r in readers for t in r.times], .99) * 1000:.2f} ms")
        TAP.check("no read missed", not any(r.misses for r in readers), [r.missed[:5] for r in readers])
        TAP.check("no read gave another value", not any(r.wrong for r in readers))
        TAP.check("no read failed", not any(r.errors for r in readers), [r.errors[:5] for r in readers])
        TAP.check("no write failed", not any(w.errors for w in writers), [w.errors[:5] for w in writers])
        counted = {node.name: cluster(node)["misses_due_to_topology"] for node in ring.live}
        TAP.check("misses_due_to_topology is 0 on every node", not any(counted.values()), counted)
        lost = [pair for writer in writers for pair in missing(ring.live[0], writer.acknowledged, value)]
        lost += missing(ring.live[0], keys, value)
        TAP.check("every key is there at the end", not lost, lost[:5])


def serves(nodes, limit):
    """Seconds until a write and a read of keys all over the ring succeed through these nodes."""
    began = time.monotonic()
    names = [f"probe{i}" for i in range(64)]
    while time.monotonic() - began < limit:
        try:
            for node in nodes:
                connection = client(node, 1.0)
                pipeline = connection.pipeline(transaction=False)
                for name in names:
                    pipeline.set(name, name)
                    pipeline.get(name)
                answers = pipeline.execute()
                if answers[1::2] != [name.encode() for name in names]:
                    raise OSError("another value")
            return time.monotonic() - began
        except Exception:  # noqa: BLE001 - whatever fails, the ring does not serve yet
            time.sleep(0.02)
    return None


def kill():
    """kill -9 under writes: nothing acknowledged is lost, and the others serve within 2 s."""
    with Ring(3, spare=4) as ring:
        until(10, lambda: agree(ring.live, 3))
        writers = [Writer(n, lambda: ring.live, batch=100) for n in range(2)]
        for writer in writers:
            writer.start()
        slowest = 0.0
        for turn in range(OPTIONS.kills):
            goal = OPTIONS.writes * (turn + 1) // OPTIONS.kills
            until(120, lambda: sum(len(w.acknowledged) for w in writers) >= goal, 0.05)
            victim = ring.nodes[turn % 3]
            victim.kill()
            took = serves(ring.live, 10)
            slowest = max(slowest, took if took is not None else 99)
            victim.start()
            settled = until(30, lambda: agree(ring.live, 3))
            if settled is None:
                TAP.check(f"the ring is whole again after kill {turn + 1}", False, ring.tails())
                break
        for writer in writers:
            writer.stop()
        written = sum(len(w.acknowledged) for w in writers)
        lost = [pair for writer in writers for pair in missing(ring.live[0], writer.acknowledged, value)]
        TAP.note(f"{OPTIONS.kills} kills, {written} acknowledged writes, {sum(w.unknown for w in writers)} unknown, "
                 f"service after at most {slowest:.2f} s")
        TAP.check("no acknowledged write is lost", not lost, f"{len(lost)} lost: {lost[:5]}")
        TAP.check("the others serve within 2 s of each kill", slowest <= 2.0, slowest)


def silent():
    """A stopped process: the others serve within 4 s; when it goes on, nothing is lost and nothing stale is left."""
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        keys = [f"f{i}" for i in range(2000)]
        fill(ring.nodes[0], keys, lambda key: b"old")
        frozen = ring.nodes[2]
        frozen.freeze()
        took = serves(ring.nodes[:2], 15)
        TAP.check("the others serve within 4 s", took is not None and took <= 4.0, took)
        fill(ring.nodes[0], keys, value)
        time.sleep(8 if not OPTIONS.long else 30)
        frozen.thaw()
        stale = missing(frozen, keys, value)
        TAP.check("once it runs again it answers no stale value", not stale, stale[:5])
        took = until(10, lambda: agree(ring.live, 3))
        TAP.check("the ring is whole again", took is not None, ring.tails())
        for node in ring.nodes:
            lost = missing(node, keys, value)
            TAP.check(f"all is right through {node.name}", not lost, lost[:5])


def healthy():
    """Nobody is declared dead for being slow: a core at 100 %, a pause of 2 s, a running transfer."""
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        burn = subprocess.Popen([sys.executable, "-c", "while True: pass"])
        try:
            fill(ring.nodes[0], [f"h{i}" for i in range(100_000)], lambda key: b"x" * 500)
            ring.nodes[1].freeze()
            time.sleep(2)
            ring.nodes[1].thaw()
            ring.add()
            took = until(30, lambda: agree(ring.live, 4))
            time.sleep(3)
        finally:
            burn.kill()
            burn.wait()
        TAP.check("the ring is whole", took is not None, ring.tails())
        dead = declared_dead(ring.nodes)
        TAP.check("nobody was declared dead", not dead, "\n".join(dead))


def partition():
    """A network cut in two: both sides serve; after it is mended all that was acknowledged is there, and no more."""
    if not Network.available():
        TAP.skip("a network cut", "network namespaces need root")
        return
    secret = {"HENGE_CLUSTER_SECRET": "partition-test"}
    os.environ.update(secret)
    with Network(3) as network:
        nodes = [
            Node(f"z{i}", 7400, [f"{network.host(j)}:7400" for j in range(3)],
                 [f"--bind={network.host(i)}", "--insecure", "--memory=64mb"],
                 host=network.host(i), namespace=network.namespace(i))
            for i in range(3)]
        try:
            for node in nodes:
                node.start(wait=False)
            for node in nodes:
                node.wait_ready()
            TAP.check("three nodes in three namespaces form a ring", until(10, lambda: agree(nodes, 3)) is not None,
                      "\n".join(node.log_tail() for node in nodes))
            before = [f"b{i}" for i in range(3000)]
            fill(nodes[0], before, value)
            gone = before[:500]
            network.cut(2)
            took = serves(nodes[:2], 15)
            TAP.check("the larger side serves within 4 s of the cut", took is not None and took <= 4.0, took)
            client(nodes[0]).delete(*gone)
            written = [f"a{i}" for i in range(3000)]
            fill(nodes[0], written, value)
            time.sleep(OPTIONS.cut)
            network.mend(2)
            took = until(20, lambda: agree(nodes, 3))
            TAP.check("merged without help within 5 s of contact", took is not None and took <= 5.0 + 5.0, took)
            TAP.note(f"merged and settled after {took} s")
            for node in nodes:
                lost = missing(node, written + before[500:], value)
                TAP.check(f"nothing acknowledged is missing through {node.name}", not lost, lost[:5])
                back = [key for key, got in zip(gone, client(node, 10).mget(gone)) if got is not None]
                TAP.check(f"no deleted key is back through {node.name}", not back, back[:5])
        finally:
            for node in nodes:
                node.end()


def sixteen():
    """16 processes are one ring."""
    with Ring(16, options=("--memory=16mb", "--loops=1"), spare=2) as ring:
        took = until(30, lambda: agree(ring.live, 16), 0.2)
        TAP.check("16 processes form one ring", took is not None, ring.tails())
        owned = [m["owned_slots"] for m in cluster(ring.nodes[0])["members"]]
        TAP.check("no member owns more than 1.10 x the mean", max(owned) <= 1.10 * 16384 / 16, owned)
        fill(ring.nodes[3], [f"k{i}" for i in range(1000)], value)
        TAP.check("keys set through one are read through another",
                  not missing(ring.nodes[11], [f"k{i}" for i in range(1000)], value))
        TAP.check("DBSIZE counts the whole ring", client(ring.nodes[7]).dbsize() == 1000)


def clients():
    """Cluster clients work unmodified while a node joins and while one is killed."""
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        port = str(ring.nodes[0].port)
        out = subprocess.run(
            ["redis-cli", "-c", "-p", port], input="SET {a}1 x\nSET b y\nSET c z\nGET {a}1\nGET b\nGET c\n",
            capture_output=True, text=True, timeout=20)
        answers = [line for line in out.stdout.splitlines() if not line.startswith("-> ")]
        TAP.check("redis-cli -c follows the ring", answers == ["OK", "OK", "OK", "x", "y", "z"], out.stdout + out.stderr)
        bench = subprocess.Popen(
            ["redis-benchmark", "--cluster", "-p", port, "-n", "60000", "-c", "8", "-P", "4", "-t", "set,get", "-q"],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(1)
        ring.add()
        text, _ = bench.communicate(timeout=120)
        TAP.check("redis-benchmark --cluster ends well while a node joins", bench.returncode == 0 and "rror" not in text,
                  text)
        here = os.path.dirname(os.path.abspath(__file__))
        script = os.path.join(here, "cluster-client.js")
        module = os.path.join(here, "..", "clients", "ioredis", "node_modules", "ioredis")
        if not os.path.isdir(module):
            TAP.skip("ioredis Cluster", "its package is not installed")
            return
        worker = subprocess.Popen(["node", script, module, *[str(node.port) for node in ring.nodes[:3]]],
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(2)
        ring.add()
        time.sleep(2)
        ring.nodes[1].kill()
        text, _ = worker.communicate(timeout=60)
        report = json.loads(text.strip().splitlines()[-1])
        TAP.note(text.strip())
        TAP.check("ioredis Cluster loses no acknowledged write while a node joins and one is killed",
                  worker.returncode == 0 and report["lost"] == 0 and report["acknowledged"] > 100, text)


SCENARIOS = {s.__name__: s for s in (forms, scale, kill, silent, healthy, partition, sixteen, clients)}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--long", action="store_true")
parser.add_argument("--kills", type=int)
parser.add_argument("--writes", type=int)
parser.add_argument("--keys", type=int)
parser.add_argument("--cut", type=float)
parser.add_argument("scenarios", nargs="*")
OPTIONS = parser.parse_args()
OPTIONS.kills = OPTIONS.kills or (50 if OPTIONS.long else 3)
OPTIONS.writes = OPTIONS.writes or (1_000_000 if OPTIONS.long else 30_000)
OPTIONS.keys = OPTIONS.keys or (200_000 if OPTIONS.long else 20_000)
OPTIONS.cut = OPTIONS.cut if OPTIONS.cut is not None else (60.0 if OPTIONS.long else 3.0)
unknown = [name for name in OPTIONS.scenarios if name not in SCENARIOS]
if unknown:
    parser.error(f"no scenario {unknown[0]}; there are {', '.join(SCENARIOS)}")
# Whoever ends this program ends its nodes with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
for chosen in OPTIONS.scenarios or SCENARIOS:
    TAP.note(f"{chosen}: {SCENARIOS[chosen].__doc__}")
    started = time.monotonic()
    TAP.run(chosen, SCENARIOS[chosen])
    TAP.note(f"{chosen} took {time.monotonic() - started:.1f} s")
TAP.end()
