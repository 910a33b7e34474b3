"""Nodes that fail: killed, silent, or only slow."""

import subprocess
import sys
import time

from changing import Traffic
from checks import agree, serves, until
from load import Writer, fill, missing
from network import Network
from nodes import Node, Ring, declared_dead


def kill(tap, options):
    """kill -9 under writes: nothing acknowledged is lost, and the others serve within 2 s."""
    with Ring(3, spare=4) as ring:
        until(10, lambda: agree(ring.live, 3))
        writers = [Writer(n, lambda: ring.live, batch=100) for n in range(2)]
        for writer in writers:
            writer.start()
        slow, slowest = [], 0.0
        for turn in range(options.kills):
            goal = options.writes * (turn + 1) // options.kills
            until(120, lambda: sum(len(w.acknowledged) for w in writers) >= goal, 0.05)
            victim = ring.nodes[turn % 3]
            at = time.strftime("%H:%M:%S", time.gmtime())
            victim.kill()
            took = serves(ring.live, 30)
            slowest = max(slowest, took or 30)
            if took is None or took > 2.0:
                slow.append(f"kill {turn + 1} of {victim.name} at {at}: {took} s")
            victim.start()
            # A second crash before there are two copies again may lose what it likes.
            if until(60, lambda: agree(ring.live, 3)) is None:
                tap.check(f"the ring is whole again after kill {turn + 1}", False, ring.tails())
                break
        for writer in writers:
            writer.stop()
        written = sum(len(w.acknowledged) for w in writers)
        lost = [(*pair, writer.when(pair[0])) for writer in writers
                for pair in missing(ring.live[0], writer.acknowledged)]
        tap.note(f"{options.kills} kills, {written} acknowledged writes, {sum(w.unknown for w in writers)} unknown, "
                 f"service after at most {slowest:.2f} s")
        tap.check("no acknowledged write is lost", not lost, f"{len(lost)} lost, logs in {ring.logs}: {lost[:20]}")
        tap.check("the others serve within 2 s of each kill", not slow, "\n".join(slow))


def silent(tap, options):
    """A stopped process: the others serve within 4 s; when it goes on, nothing is lost and nothing stale is left."""
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        keys = [f"f{i}" for i in range(2000)]
        fill(ring.nodes[0], keys, lambda key: b"old")
        frozen = ring.nodes[2]
        frozen.freeze()
        took = serves(ring.nodes[:2], 30)
        tap.check("the others serve within 4 s", took is not None and took <= 4.0, took)
        tap.note(f"the others served after {took:.2f} s")
        fill(ring.nodes[0], keys)
        time.sleep(30 if options.long else 8)
        frozen.thaw()
        began = time.monotonic()
        stale = missing(frozen, keys)
        took = time.monotonic() - began
        tap.check("once it runs again it answers at once, and no stale value", not stale and took < 2.0,
                  (took, stale[:5]))
        tap.check("the ring is whole again", until(10, lambda: agree(ring.live, 3)) is not None, ring.tails())
        for node in ring.nodes:
            lost = missing(node, keys)
            tap.check(f"all is right through {node.name}", not lost, lost[:5])


def healthy(tap, options):
    """Nobody is declared dead for being slow: a core at 100 %, a pause of 2 s, a running transfer, 1 % loss."""
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
            time.sleep(20 if options.long else 2)
        finally:
            burn.kill()
            burn.wait()
        tap.check("the ring is whole", took is not None, ring.tails())
        dead = declared_dead(ring.nodes)
        tap.check("nobody was declared dead under load, a pause of 2 s and a transfer", not dead, "\n".join(dead))

    if why := Network.missing():
        tap.skip("nobody is declared dead where 1 % of all packets is lost", why)
        return
    with Network(3) as network:
        nodes = networked(network)
        try:
            for node in nodes:
                node.start(wait=False)
            for node in nodes:
                node.wait_ready()
            until(10, lambda: agree(nodes, 3))
            keys = [f"l{i}" for i in range(2000)]
            fill(nodes[0], keys)
            if not network.lose(1):
                tap.skip("nobody is declared dead where 1 % of all packets is lost",
                         "the kernel has neither netem nor iptables' statistic match, or their tools are missing")
                return
            with Traffic(nodes, keys) as traffic:
                time.sleep(120 if options.long else 8)
            dead = declared_dead(nodes)
            tap.check("nobody is declared dead where 1 % of all packets is lost", not dead, "\n".join(dead))
            traffic.check(tap, nodes, keys)
        finally:
            for node in nodes:
                node.end()


def networked(network):
    """Nodes, not started yet, each on a machine of its own as far as it can tell."""
    return [
        Node(f"z{i}", 7400, [f"{network.host(j)}:7400" for j in range(network.count)],
             [f"--bind={network.host(i)},127.0.0.1", f"--advertise={network.host(i)}:7400", "--insecure",
              "--memory=128mb", "--debug-commands"],
             host=network.host(i), namespace=network.namespace(i), environment={"HENGE_CLUSTER_SECRET": "of a test"})
        for i in range(network.count)]
