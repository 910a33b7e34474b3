"""Rings that find each other through etcd, and do not care how etcd fares."""

import json
import signal
import socket
import time
import urllib.error
import urllib.request

from checks import agree, until
from fleet import Etcd
from load import client, fill, missing
from nodes import Ring, declared_dead


def sources(node):
    with urllib.request.urlopen(f"http://{node.address}/v1/cluster", timeout=5) as answer:
        return json.load(answer)["discovery"]


def is_up(node):
    return all(source["up"] for source in sources(node))


def code(node, path):
    try:
        with urllib.request.urlopen(f"http://{node.address}{path}", timeout=5) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return 0


def add(ring, etcd, start=True):
    """A node that knows nobody but etcd."""
    node = ring.add(start=False, options=[f"--discovery={etcd.source}"])
    node.peers = []
    return node.start() if start else node


def whole(ring, count):
    """All live nodes agree on so many, and nobody was ever called dead or suspect."""
    return agree(ring.live, count) and not declared_dead(ring.nodes)


def discovery(tap, options):
    """Five nodes find each other through etcd; it loses its leader, its quorum, its history and all it had."""
    if Etcd.missing():
        tap.skip("discovery by etcd", Etcd.missing())
        return
    long_cut = 60.0 if options.long else 20.0
    with Etcd() as etcd, Ring(spare=12) as ring:
        began = time.monotonic()
        nodes = [add(ring, etcd, start=False) for _ in range(5)]
        for node in nodes:
            node.start(wait=False)
        for node in nodes:
            node.wait_ready()
        together = until(10, lambda: whole(ring, 5))
        tap.check("five nodes that know nothing but etcd form one ring", together is not None, ring.tails())
        tap.note(f"five nodes were one ring {time.monotonic() - began:.1f} s after their start")
        keys = [f"d{i}" for i in range(1000)]
        fill(nodes[0], keys)
        entered = etcd.entries()
        tap.check("and each has entered itself",
                  sorted(record["address"] for record in entered.values()) == sorted(n.address for n in nodes), entered)

        leader = etcd.leader()
        etcd.signal(leader, signal.SIGSTOP)
        time.sleep(8)
        tap.check("with etcd's leader stopped nobody is dropped", whole(ring, 5), ring.tails())
        sixth = add(ring, etcd)
        tap.check("and a node that starts then joins through the others of etcd",
                  until(20, lambda: whole(ring, 6)) is not None, ring.tails())
        etcd.signal(leader, signal.SIGCONT)
        sixth.leave()
        tap.check("who leaves takes its record back",
                  until(10, lambda: sixth.address not in [r["address"] for r in etcd.entries().values()]) is not None,
                  etcd.entries())
        until(10, lambda: all(is_up(node) for node in nodes))

        began = time.monotonic()
        for index in (0, 1):
            etcd.signal(index, signal.SIGSTOP)
        waiting = add(ring, etcd, start=False)
        waiting.start(wait=False)
        dropped = False
        while time.monotonic() - began < long_cut:
            dropped |= not agree(nodes, 5)
            time.sleep(1)
        tap.check(f"without etcd's quorum for {long_cut:.0f} s nobody is dropped", not dropped
                  and not declared_dead(ring.nodes), ring.tails())
        tap.check("and entries are there", not missing(nodes[3], keys), ring.tails())
        # A watch that says nothing is given up after 30 s, and then asking anew after 5.
        told = until(45, lambda: not any(is_up(node) for node in nodes))
        tap.check("each says that etcd does not answer", told is not None, [sources(node) for node in nodes])
        tap.check("a node that starts then is not ready, and alive, and says what it waits for",
                  not waiting.ready.is_set() and waiting.alive and code(waiting, "/readyz") == 503
                  and "It waits for etcd:" in waiting.log_text(), waiting.log_tail())
        for index in (0, 1):
            etcd.signal(index, signal.SIGCONT)
        healed = time.monotonic()
        joined = until(40, lambda: agree(ring.live, 6) and waiting.ready.is_set())
        tap.check("when the quorum is back it joins the ring", joined is not None, ring.tails())
        tap.note(f"it joined {time.monotonic() - healed:.1f} s after the quorum was back")
        tap.check("all are entered again, whatever became of their leases",
                  until(40, lambda: len(etcd.entries()) == 6) is not None, etcd.entries())

        for round in range(20):
            etcd.put("/henge/other/key", str(round))
            etcd.put("/henge/henge/stranger", "<b>not a record</b>" + "x" * round)
        etcd.compact()
        seventh = add(ring, etcd)
        tap.check("after a compaction under the watch a new node is found",
                  until(20, lambda: whole(ring, 7)) is not None, ring.tails())
        tap.check("what is no record of a node is passed over with one line",
                  all(node.log_text().count("are no records of nodes") == 1 for node in nodes), ring.tails())

        etcd.restart_empty()
        tap.check("etcd comes back empty: nobody is dropped", whole(ring, 7), ring.tails())
        back = until(40, lambda: len(etcd.entries()) == 7)
        tap.check("and everybody enters itself again", back is not None, etcd.entries())
        add(ring, etcd)
        tap.check("so that a new node joins them", until(20, lambda: whole(ring, 8)) is not None, ring.tails())
        victim = nodes[4]
        victim.kill()
        tap.check("a node that is killed is out of the ring at once, its record no matter",
                  until(10, lambda: agree(ring.live, 7)) is not None, ring.tails())
        tap.check("and its record ends with its lease",
                  until(50, lambda: victim.address not in [r["address"] for r in etcd.entries().values()]) is not None,
                  etcd.entries())
        tap.check("entries are there through all of it", not missing(nodes[2], keys))
        tap.check("nothing failed that should not", not any("failed and goes on" in node.log_text() for node in ring.nodes),
                  ring.tails())

    with Ring() as ring, socket.socket() as mute:
        # Somebody who takes connections and says nothing.
        mute.bind(("127.0.0.1", 0))
        mute.listen(16)
        lone = ring.add(start=False, options=[
            f"--discovery=etcd:http://127.0.0.1:{mute.getsockname()[1]},127.0.0.1:9/henge"])
        lone.peers = []
        lone.start(wait=False)
        told = until(20, lambda: "It waits for etcd:" in lone.log_text())
        tap.check("where no etcd ever answers a node begins no ring", told is not None and not lone.ready.is_set()
                  and code(lone, "/healthz") == 200 and code(lone, "/readyz") == 503, lone.log_tail())
        took = lone.leave()
        tap.check("and ends at once when it is told to", took < 5, took)
