"""A network that falls apart and heals."""

import datetime
import time

from checks import agree, alike, merged, serves, until
from failing import networked
from load import client, fill, missing
from network import Network


def partition(tap, options):
    """A network cut in two: both sides serve; after it is mended all that was acknowledged is there, and no more."""
    if why := Network.missing():
        tap.skip("a network cut in two", why)
        return
    with Network(3) as network:
        nodes = networked(network)
        try:
            for node in nodes:
                node.start(wait=False)
            for node in nodes:
                node.wait_ready()
            tap.check("three nodes in three namespaces form a ring", until(10, lambda: agree(nodes, 3)) is not None,
                      "\n".join(node.log_tail() for node in nodes))
            for length in options.cuts:
                part(tap, network, nodes, length)
        finally:
            for node in nodes:
                node.end()


def part(tap, network, nodes, length):
    cut = f"a cut of {length:g} s"
    name = f"{length:g}:"
    before = [f"b{name}{i}" for i in range(1000)]
    fill(nodes[0], before)
    both, gone = before[:300], before[300:600]
    network.part(2)
    began = time.monotonic()
    if length >= 3:
        took = serves(nodes[:2], 30)
        tap.note(f"{cut}: the larger side served after {took} s")
        tap.check(f"{cut}: the larger side serves within 4 s", took is not None and took <= min(length, 4.0), took)
        took = serves(nodes[2:], 30)
        tap.check(f"{cut}: so does the smaller one", took is not None and time.monotonic() - began <= 8.0, took)
        client(nodes[0], 10).delete(*gone)
        here, there = [f"x{name}{i}" for i in range(1000)], [f"y{name}{i}" for i in range(1000)]
        fill(nodes[0], both, lambda key: b"older")
        fill(nodes[0], here)
        fill(nodes[2], there)
        fill(nodes[2], both, lambda key: b"newer")
        written = here + there + before[600:]
    else:
        written, both, gone = before, [], []
    time.sleep(max(0.0, length - (time.monotonic() - began)))
    mended = time.time()
    network.join(2)
    took = until(30, lambda: merged(nodes, 3))
    met = contact(nodes, mended)
    one = time.time()
    # Where nobody was given up meanwhile, they were never apart.
    tap.check(f"{cut}: merged within 5 s of contact, without help", took is not None and one - met <= 5.0,
              f"{took} s after the cable was back, contact after {met - mended} s")
    tap.note(f"{cut}: contact {met - mended:.2f} s after the network was mended, one view {one - mended:.2f} s later")
    took, found = alike(nodes, written + both, 10.0 - (time.time() - met))
    tap.check(f"{cut}: all copies are alike to the byte within 10 s of contact", took is not None, found)
    until(10, lambda: agree(nodes, 3))
    for node in nodes:
        lost = missing(node, written) + missing(node, both, lambda key: b"newer")
        tap.check(f"{cut}: nothing acknowledged is missing through {node.name}", not lost,
                  f"{len(lost)}, such as {lost[:5]}")
        back = [key for key, got in zip(gone, client(node, 10).mget(gone)) if got is not None] if gone else []
        tap.check(f"{cut}: no deleted key is back through {node.name}", not back, back[:5])


def contact(nodes, since):
    """When a node first heard again from one that it had lost; the moment of mending where none was lost."""
    heard = []
    for node in nodes:
        for line in node.log_text().splitlines():
            if " answers again" in line or "Others took this node for unreachable" in line:
                at = datetime.datetime.fromisoformat(line.split(" ", 1)[0]).timestamp()
                if at >= since:
                    heard.append(at)
    return min(heard, default=since)
