#!/usr/bin/env python3
"""Measures the ring with real processes on this machine: what a node that does not own the key costs, how fast slots
move, what replication costs.

usage: ring.py forward|transfer|replicate|change [--lean PATH] [--rounds N] [--keys N] [--cluster-secret-file PATH]
`forward` and `replicate` drive a load generator that is given by --lean or HENGE_LEAN (arguments: PORT resp CONNECTIONS
DEPTH get|set KEYS VALUE_BYTES SECONDS). No figure is asserted: docs/benchmarks.md quotes them with machine and commit.
"""
import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import threading
import time
import urllib.request

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "tests", "ring"))
from nodes import Ring, Node, free_ports  # noqa: E402

SECONDS = 4


def cluster(node):
    with urllib.request.urlopen(f"http://{node.address}/v1/cluster", timeout=5) as answer:
        return json.load(answer)


def settled(nodes, limit=120.0):
    end = time.monotonic() + limit
    while time.monotonic() < end:
        seen = [cluster(node) for node in nodes]
        if len({one["view"] for one in seen}) == 1 and not any(one["loading_slots"] for one in seen) and all(
                sum(m["state"] == "alive" and m["phase"] == "ready" for m in one["members"]) == len(nodes)
                for one in seen):
            return
        time.sleep(0.02)
    sys.exit("the ring did not settle")


def held(node, members, limit=120.0):
    """Seconds from a view of so many members until a node had all that it is to hold, by its log: to ask it over
    HTTP would have it compile and run what is not measured."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        found = re.search(rf"The ring has {members} nodes now.*?holds all it is to hold, after ([\d,]+) ms",
                          node.log_text(), re.DOTALL)
        if found:
            return int(found[1].replace(",", "")) / 1000
        time.sleep(0.02)
    sys.exit(f"{node.name} does not hold what it is to hold")


def lean(port, depth, command, keys, size, seconds=SECONDS):
    text = subprocess.run([OPTIONS.lean, str(port), "resp", "50", str(depth), command, str(keys), str(size), str(seconds)],
                          capture_output=True, text=True, check=True).stdout
    return {name: float(number) for name, number in re.findall(r"(ops/s|p50|p99|max)=([\d.]+)", text)}


def measured(nodes, *arguments):
    before = [node.cpu_seconds() for node in nodes]
    result = lean(*arguments)
    spent = sum(node.cpu_seconds() - b for node, b in zip(nodes, before))
    result["cpu"] = spent * 1e6 / (result["ops/s"] * SECONDS)
    return result


def secret():
    return [f"--cluster-secret-file={OPTIONS.cluster_secret_file}"] if OPTIONS.cluster_secret_file else []


def pair(first, second):
    """Two nodes that know of each other, with options of their own."""
    ports = free_ports(2)
    nodes = [Node(f"b{i}", port, [f"127.0.0.1:{p}" for p in ports], ["--loops=1", "--memory=2gb", *secret(), *options])
             for i, (port, options) in enumerate(zip(ports, (first, second)))]
    for node in nodes:
        node.start(wait=False)
    for node in nodes:
        node.wait_ready()
    settled(nodes)
    return nodes


def forward():
    """GET and SET through a router (weight 0) against the same load on the owner itself."""
    owner, router = pair(["--copies=1"], ["--copies=1", "--weight=0"])
    try:
        lean(owner.port, 64, "set", OPTIONS.keys, 100, 0)
        for depth in (64, 16):
            for command in ("get", "set"):
                lean(router.port, depth, command, OPTIONS.keys, 100, 2)  # both nodes compile what they run
        for depth in (1, 16, 64):
            for command in ("get", "set"):
                rounds = [(measured([owner, router], owner.port, depth, command, OPTIONS.keys, 100),
                           measured([owner, router], router.port, depth, command, OPTIONS.keys, 100))
                          for _ in range(OPTIONS.rounds)]
                direct, routed = (
                    {key: statistics.median(r[i][key] for r in rounds) for key in rounds[0][0]} for i in (0, 1))
                print(f"{command} depth {depth}: direct {direct['ops/s'] / 1000:.0f} k/s, {direct['cpu']:.2f} us CPU; "
                      f"through the other {routed['ops/s'] / 1000:.0f} k/s, {routed['cpu']:.2f} us CPU; "
                      f"throughput x {routed['ops/s'] / direct['ops/s']:.2f}, CPU x {routed['cpu'] / direct['cpu']:.2f}, "
                      f"p99 {direct['p99']:.0f} -> {routed['p99']:.0f} us", flush=True)
    finally:
        owner.end()
        router.end()


def replicate():
    """SET on an owner without and with a replica (write-ack all and owner)."""
    for name, copies, ack in (("1 copy", 1, "all"), ("2 copies, write-ack owner", 2, "owner"),
                              ("2 copies, write-ack all", 2, "all")):
        nodes = pair([f"--copies={copies}", f"--write-ack={ack}"], [f"--copies={copies}", f"--write-ack={ack}"])
        try:
            for depth in (1, 16):
                results = [measured(nodes, nodes[0].port, depth, "set", OPTIONS.keys, 100) for _ in range(OPTIONS.rounds)]
                middle = {key: statistics.median(r[key] for r in results) for key in results[0]}
                print(f"{name}, set depth {depth} through one of two nodes: {middle['ops/s'] / 1000:.0f} k/s, "
                      f"{middle['cpu']:.2f} us CPU of both, p50 {middle['p50']:.0f} us, p99 {middle['p99']:.0f} us",
                      flush=True)
        finally:
            for node in nodes:
                node.end()


def transfer():
    """A second node joins one that is full: entries and bytes per second until it has all it is to hold."""
    for count, size in ((OPTIONS.keys, 16), (OPTIONS.keys // 20, 16384)):
        rates = []
        for _ in range(OPTIONS.rounds):
            ports = free_ports(2)
            options = ["--loops=1", "--memory=4gb", "--log-level=info", *secret()]
            first, second = (Node(f"t{i}", port, [f"127.0.0.1:{ports[0]}"], options) for i, port in enumerate(ports))
            try:
                first.start()
                lean(first.port, 64, "set", count, size, 0)
                second.start()
                # With two copies on two nodes the joining node receives every entry.
                took = held(second, 2)
                rates.append(count / took)
                print(f"  {count} entries of {size} B in {took:.2f} s", flush=True)
            finally:
                first.end()
                second.end()
        rate = statistics.median(rates)
        print(f"transfer of {size} B values: {rate / 1000:.0f} thousand entries/s, {rate * size / 1e9:.2f} GB/s of values",
              flush=True)


def change():
    """The tail of single GETs on a node while a node joins and leaves, against the idle tail."""
    with Ring(3, options=["--loops=1", "--log-level=info", *secret()], memory="1gb") as ring:
        settled(ring.live)
        lean(ring.nodes[0].port, 64, "set", OPTIONS.keys, 100, 0)
        idle = lean(ring.nodes[0].port, 1, "get", OPTIONS.keys, 100, 6)
        results = []
        load = threading.Thread(target=lambda: results.append(lean(ring.nodes[0].port, 1, "get", OPTIONS.keys, 100, 10)))
        load.start()
        time.sleep(1)
        node = ring.add()
        held(node, 4)
        time.sleep(1)
        node.leave()
        load.join()
        during = results[0]
        print(f"GET depth 1, 50 connections: idle p99 {idle['p99']:.0f} us, max {idle['max']:.0f}; while a node joined and "
              f"left p99 {during['p99']:.0f} us, max {during['max']:.0f}: x {during['p99'] / idle['p99']:.2f}")


COMMANDS = {c.__name__: c for c in (forward, transfer, replicate, change)}
parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("command", choices=COMMANDS)
parser.add_argument("--lean", default=os.environ.get("HENGE_LEAN"))
parser.add_argument("--rounds", type=int, default=5)
parser.add_argument("--keys", type=int, default=1_000_000)
parser.add_argument("--cluster-secret-file", help="have the nodes prove this secret and check frames by it")
OPTIONS = parser.parse_args()
if OPTIONS.lean is None:
    parser.error("give --lean PATH or HENGE_LEAN: the load generator")
COMMANDS[OPTIONS.command]()
