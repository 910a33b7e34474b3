"""Rings that are stopped as a whole and come back with what they held."""

import signal
import subprocess
import tempfile
import time

from checks import agree, alike, serves, until
from load import client, fill, missing
from nodes import HENGE, Ring


def persistence(node):
    return client(node).info("persistence")


def has_read(node):
    return persistence(node)["async_loading"] == 0


def newer(key):
    return f"n{key}".encode()


def warm(tap, options):
    """A ring that is stopped as a whole comes back with what it held; a node whose ring went on brings nothing back."""
    keys = [f"w{i}" for i in range(options.keys)]
    deleted, changed, kept = keys[:500], keys[500:1000], keys[1000:]
    with tempfile.TemporaryDirectory(prefix="henge-data-") as top, \
            Ring(options=["--debug-commands"]) as ring:
        for i in range(3):
            ring.add(start=False, options=[f"--data-dir={top}/{i}"])
        for node in ring.nodes:
            node.start(wait=False)
        for node in ring.nodes:
            node.wait_ready()
        until(10, lambda: agree(ring.nodes, 3))
        fill(ring.nodes[0], keys)
        client(ring.nodes[1]).delete(*deleted)
        fill(ring.nodes[2], changed, newer)
        client(ring.nodes[0]).set("ends", "x", ex=1000)

        for node in ring.nodes:
            node.signal(signal.SIGTERM)
        codes = [node.process.wait(40) for node in ring.nodes]
        written = [node.log_text().count("Wrote a snapshot") for node in ring.nodes]
        tap.check("three nodes that stop together each write a snapshot", codes == [0] * 3 and written == [1] * 3,
                  ring.tails())

        began = time.monotonic()
        for node in ring.nodes:
            node.start(wait=False)
        for node in ring.nodes:
            node.wait_ready()
        read = until(30, lambda: all(has_read(node) for node in ring.nodes))
        agreed = until(20, lambda: agree(ring.nodes, 3))
        tap.check("and read it when they start again", read is not None and agreed is not None, ring.tails())
        for node in ring.nodes:
            lost = missing(node, kept) + missing(node, changed, newer)
            back = [key for key in client(node).mget(deleted) if key is not None]
            tap.check(f"every entry is there through {node.name}, and none that was deleted", not lost and not back,
                      f"{len(lost)} lost, such as {lost[:3]}; back: {back[:3]}\n{ring.tails()}")
        tap.check("expiry goes on", 900 < client(ring.nodes[1]).ttl("ends") <= 1000)
        took, found = alike(ring.nodes, keys, 10)
        tap.check("all copies are alike to the byte within 10 s", took is not None, found)

        # Ten seconds is what the clocks of two machines may differ: until then the ring may as well be the new one.
        until(30, lambda: time.monotonic() - began > 20)
        victim, other = ring.nodes[0], ring.nodes[1]
        saved = subprocess.run([HENGE, "snapshot", "--node", victim.address], capture_output=True, text=True, timeout=60)
        tap.check("henge snapshot has a node write one while it serves",
                  saved.returncode == 0 and "wrote a snapshot of" in saved.stdout, saved)
        victim.kill()
        serves(ring.live, 10)
        client(other).delete(*changed)
        fill(other, kept[:500], newer)
        victim.start()
        until(30, lambda: agree(ring.nodes, 3) and has_read(victim))
        tap.check("a node that was killed does not read it: the ring has gone on",
                  "the ring has gone on without this node" in victim.log_text(), victim.log_tail())
        back = [key for key in client(victim).mget(changed) if key is not None]
        tap.check("so nothing comes back that was deleted meanwhile, and nothing old",
                  not back and not missing(victim, kept[:500], newer) and not missing(victim, kept[500:]), back[:3])

        victim.leave()
        tap.check("a node whose entries others have taken over leaves no snapshot",
                  victim.log_text().count("Wrote a snapshot") == 2, victim.log_tail())
        lone = ring.nodes[1]
        ring.nodes[2].leave()
        lone.leave()
        lone.start()
        until(30, lambda: has_read(lone))
        lost = missing(lone, kept[:500], newer) + missing(lone, kept[500:])
        tap.check("the last of a ring writes what all held, and starts with it", not lost, f"{len(lost)} {lost[:3]}")

    with tempfile.TemporaryDirectory(prefix="henge-full-") as small:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], capture_output=True)
        if mounted.returncode != 0:
            tap.skip("a full disk", "no file system can be mounted here")
            return
        try:
            with Ring() as ring:
                node = ring.add(options=[f"--data-dir={small}"])
                fill(node, keys, lambda key: key.encode() * 50)
                refused = subprocess.run([HENGE, "snapshot", "--node", node.address], capture_output=True, text=True,
                                         timeout=60)
                tap.check("on a full disk henge snapshot says so, and the node serves on",
                          refused.returncode == 1 and "No space left" in refused.stderr
                          and not missing(node, keys[:100], lambda key: key.encode() * 50), refused)
                node.leave()
                tap.check("and the node ends as it should", "No space left" in node.log_text(), node.log_tail())
        finally:
            subprocess.run(["umount", small], check=False)
