"""Peers that lie, on real sockets. What needs the secret to be said at all is in the .NET tests (docs/testing.md)."""

import glob
import random
import socket
import time

from changing import Traffic
from checks import agree, cluster, until
from load import Writer, client, fill, missing
from nodes import Node, Ring, free_ports
from wire import Wire

SECRET = {"HENGE_CLUSTER_SECRET": "known to few"}


def strangers(tap, options):
    """Who does not belong to a ring gets in nowhere, and clients notice nothing."""
    ports = free_ports(6)
    addresses = [f"127.0.0.1:{port}" for port in ports]
    nodes = [Node(f"a{i}", ports[i], addresses[:3], ["--memory=128mb"], environment=SECRET) for i in range(3)]
    intruders = [
        Node("wrong-secret", ports[3], addresses[:3], environment={"HENGE_CLUSTER_SECRET": "only a guess"}),
        Node("no-secret", ports[4], addresses[:3]),
        Node("other-cluster", ports[5], addresses[:3], ["--cluster-name=other"], environment=SECRET)]
    try:
        for node in nodes:
            node.start()
        until(10, lambda: agree(nodes, 3))
        keys = [f"g{i}" for i in range(5000)]
        fill(nodes[0], keys)
        with Traffic(nodes, keys) as traffic:
            for intruder in intruders:
                intruder.start(wait=False)
            for intruder in intruders:
                intruder.wait_ready()
                told = until(10, lambda: "refuse" in intruder.log_text().lower())
                tap.check(f"the node with {intruder.name.replace('-', ' ')} is told that it is refused", told is not None,
                          intruder.log_tail())
                tap.check("it is a ring of its own", len(cluster(intruder)["members"]) == 1)
            lies(tap, nodes[0].port)
        names = [sorted(m["name"] for m in cluster(node)["members"]) for node in nodes]
        tap.check("the ring has the members that it had", names == 3 * [["a0", "a1", "a2"]], names)
        tap.check("nobody was declared dead", not any("taken for dead" in node.log_text() for node in nodes))
        traffic.check(tap, nodes, keys)

        twin = Node("a2", free_ports(7)[6], addresses[:2], ["--memory=128mb"], environment=SECRET)
        intruders.append(twin)
        twin.start()
        took = until(20, lambda: agree([nodes[0], nodes[1], twin], 3))
        tap.check("of two processes with one identity the later is the member", took is not None, twin.log_tail())
        told = until(5, lambda: "a2" in nodes[2].log_text() and "later process" in nodes[2].log_text())
        tap.check("the former says so in its log", told is not None, nodes[2].log_tail())
        lost = missing(nodes[0], keys) + missing(twin, keys)
        tap.check("and nothing is lost", not lost, lost[:5])
    finally:
        for node in (*nodes, *intruders):
            node.end()


def lies(tap, port):
    """First bytes that claim to be a hello and are none."""
    chance = random.Random(7)
    kinds = [b"\0HNG" + bytes([kind, 0]) + length + chance.randbytes(64)
             for kind in range(8) for length in (b"\xff\xff", b"\0\0", b"\x04\x01")]
    open_ones = []
    for bytes_ in kinds:
        with socket.create_connection(("127.0.0.1", port), timeout=3) as lie:
            lie.sendall(bytes_)
            try:
                while lie.recv(4096):
                    pass
            except TimeoutError:
                open_ones.append(bytes_[:8])
            except OSError:
                pass
    tap.check("hellos that lie about their length or kind are closed within 3 s", not open_ones, open_ones)


def wires(tap, options):
    """Somebody sits on the wire between two nodes: repeats a hello, bends frames, holds everything back."""
    ports = free_ports(3)
    with Wire(ports[2], ports[0]) as wire:
        reached = [f"127.0.0.1:{ports[2]}", f"127.0.0.1:{ports[1]}"]
        nodes = [Node("a", ports[0], reached, ["--memory=128mb", f"--advertise={reached[0]}"], environment=SECRET),
                 Node("b", ports[1], reached, ["--memory=128mb"], environment=SECRET)]
        writers = [Writer(n, lambda n=n: [nodes[n]], batch=20, pause=0.002) for n in range(2)]
        try:
            for node in nodes:
                node.start()
            tap.check("two nodes form a ring over the wire", until(10, lambda: agree(nodes, 2)) is not None,
                      "\n".join(node.log_tail() for node in nodes))
            repeat(tap, nodes, wire)
            for writer in writers:
                writer.start()

            def flip(data):
                at = len(data) // 2
                return data[:at] + bytes([data[at] ^ 0x10]) + data[at + 1:]

            for change in (flip, lambda data: b"\xff\xff\xff\xff" + data, flip, lambda data: data + data, flip,
                           lambda data: data[:len(data) // 2]):
                time.sleep(0.3)
                wire.bend(change)
            took = until(20, lambda: not wire.bends and agree(nodes, 2))
            tap.check("after frames that were bent, repeated and cut the ring is whole", took is not None,
                      "\n".join(node.log_tail() for node in nodes))
            tap.check("a node says that frames did not fit", any("frame" in node.log_text() for node in nodes),
                      nodes[0].log_tail())

            wire.holds.set()
            slowest = 0.0
            for _ in range(80):
                began = time.monotonic()
                client(nodes[0], 5).ping()
                slowest = max(slowest, time.monotonic() - began)
                time.sleep(0.1)
            tap.check("while one accepts and never reads, clients are answered", slowest < 1.0, slowest)
            wire.holds.clear()
            took = until(30, lambda: agree(nodes, 2))
            tap.check("when it reads again the ring is whole", took is not None,
                      "\n".join(node.log_tail() for node in nodes))
            for writer in writers:
                writer.stop()
            tap.check("writers went on", all(len(w.acknowledged) > 500 for w in writers))
            for node in nodes:
                lost = [pair for writer in writers for pair in missing(node, writer.acknowledged)]
                tap.check(f"no acknowledged write is lost or changed through {node.name}", not lost,
                          f"{len(lost)}, such as {lost[:5]}")
        finally:
            for node in nodes:
                node.end()


def repeat(tap, nodes, wire):
    hello = bytes(wire.recorded[0])
    with socket.create_connection(("127.0.0.1", nodes[0].port), timeout=5) as repeated:
        repeated.sendall(hello)
        answer, closed = b"", False
        try:
            while part := repeated.recv(4096):
                answer += part
            closed = True
        except ConnectionError:
            closed = True
        except TimeoutError:
            pass
    tap.check("a hello that is repeated is answered with another challenge and refused", closed and len(answer) < 2048,
              (closed, len(answer)))
    tap.check("the ring has the members that it had", all(len(cluster(node)["members"]) == 2 for node in nodes))


def clocks(tap, options):
    """A node whose clock is ten years ahead harms no other node's writes."""
    library = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    if not library:
        tap.skip("a clock ten years ahead", "libfaketime is not installed")
        return
    ports = free_ports(3)
    addresses = [f"127.0.0.1:{port}" for port in ports]
    nodes = [Node(f"c{i}", ports[i], addresses, ["--memory=128mb"]) for i in range(2)]
    ahead = Node("ahead", ports[2], addresses, ["--memory=128mb"], environment={
        "LD_PRELOAD": library[0], "FAKETIME": "+3650d", "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    try:
        for node in nodes:
            node.start()
        keys = [f"c{i}" for i in range(3000)]
        fill(nodes[0], keys, lambda key: b"old")
        ahead.start()
        everybody = [*nodes, ahead]
        took = until(20, lambda: agree(everybody, 3))
        tap.check("it is a member", took is not None, ahead.log_tail())
        told = until(10, lambda: any("clock" in node.log_text() for node in nodes))
        tap.check("the others say that its clock is ahead", told is not None, nodes[0].log_tail())
        fill(ahead, keys[:1000], lambda key: b"from the future")
        fill(nodes[0], keys)
        lost = missing(nodes[1], keys) + missing(ahead, keys)
        tap.check("what is written after it counts, whoever the owner is", not lost, lost[:5])
        ahead.leave()
        until(10, lambda: agree(nodes, 2))
        lost = missing(nodes[0], keys)
        tap.check("so it does once it has left", not lost, lost[:5])
        fill(nodes[1], keys, lambda key: b"new")
        lost = missing(nodes[0], keys, lambda key: b"new")
        tap.check("and what is written then counts too", not lost, lost[:5])
    finally:
        for node in (*nodes, ahead):
            node.end()
