"""Nodes that come and go as they should: nobody may notice."""

import time

from checks import agree, cluster, until
from load import Reader, Writer, fill, missing, percentile
from nodes import Ring


class Traffic:
    """Readers and writers on the nodes of a list, and what they saw."""

    def __init__(self, serving, keys, readers=2, writers=1):
        self.serving = serving
        self.readers = [Reader(n, lambda: self.serving, keys) for n in range(readers)]
        self.writers = [Writer(n, lambda: self.serving, batch=20, pause=0.005) for n in range(writers)]

    def __enter__(self):
        for thread in (*self.readers, *self.writers):
            thread.start()
        return self

    def __exit__(self, *_):
        for thread in (*self.readers, *self.writers):
            thread.stop()

    def without(self, node):
        """Takes a node from the list, and gives those who are using it a moment to leave it."""
        self.serving = [other for other in self.serving if other is not node]
        time.sleep(0.3)

    @property
    def times(self):
        return [taken for reader in self.readers for taken in reader.times]

    def check(self, tap, nodes, keys):
        tap.check("no read missed", not any(r.misses for r in self.readers), [r.misses[:5] for r in self.readers])
        tap.check("no read gave another value", not any(r.wrong for r in self.readers))
        errors = [error for load in (*self.readers, *self.writers) for error in load.errors]
        tap.check("no read and no write failed", not errors, f"{len(errors)}, such as {errors[:5]}")
        counted = {node.name: cluster(node)["misses_due_to_topology"] for node in nodes}
        tap.check("misses_due_to_topology is 0 on every node", not any(counted.values()), counted)
        written = [key for writer in self.writers for key in writer.acknowledged]
        lost = missing(nodes[0], written + keys)
        tap.check("every key is there at the end", not lost, f"{len(lost)} lost, such as {lost[:5]}; " + "; ".join(
            writer.when(key) for writer in self.writers for key, _ in lost[::20] if key in writer.acknowledged))


def scale(tap, options):
    """3 -> 6 nodes one by one and back under load: no miss, no error."""
    keys = [f"s{i}" for i in range(options.keys)]
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        fill(ring.nodes[0], keys)
        with Traffic(list(ring.nodes), keys) as idle:
            time.sleep(10 if options.long else 4)
        with Traffic(list(ring.nodes), keys) as traffic:
            for count in (4, 5, 6):
                node = ring.add()
                took = until(30, lambda: agree(ring.live, count))
                tap.check(f"the ring has {count} members and is settled", took is not None, ring.tails())
                traffic.serving = [*traffic.serving, node]
                time.sleep(1)
            for node in (ring.nodes[4], ring.nodes[1], ring.nodes[3]):
                traffic.without(node)
                took = node.leave()
                tap.check(f"{node.name} hands over and ends within 20 s", took < 20, took)
                until(10, lambda: agree(ring.live, len(traffic.serving)))
        before, during = (1000 * percentile(one.times, .99) for one in (idle, traffic))
        tap.note(f"{len(traffic.times)} reads, {sum(len(w.acknowledged) for w in traffic.writers)} writes; p99 of reads "
                 f"{before:.2f} ms in a stable ring, {during:.2f} ms while it changed ({during / before:.2f} x)")
        traffic.check(tap, ring.live, keys)


def rolling(tap, options):
    """Every node is restarted by SIGTERM, one after another, under load: no miss, no error."""
    keys = [f"t{i}" for i in range(options.keys)]
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        fill(ring.nodes[0], keys)
        with Traffic(list(ring.nodes), keys) as traffic:
            for node in ring.nodes:
                traffic.without(node)
                node.leave()
                node.start()
                took = until(30, lambda: agree(ring.live, 3))
                tap.check(f"{node.name} has taken its place again", took is not None, ring.tails())
                traffic.serving = [*traffic.serving, node]
            lone = ring.nodes[0]
            for _ in range(6 if options.long else 2):
                traffic.without(lone)
                lone.leave()
                lone.peers = [lone.address]
                lone.start()
                took = until(30, lambda: agree(ring.live, 3))
                tap.check("so has a node that knew no other, and was a ring of one until they met", took is not None,
                          ring.tails())
                traffic.serving = [*traffic.serving, lone]
        traffic.check(tap, ring.live, keys)
