"""What first levels answer while everybody changes everything, and while links between their processes are cut."""

import tempfile
import time

from applications import Applications
from checks import until
from history import Split, judge
from network import Network
from nodes import declared_dead

KEYS = 8


def coherent(tap, options):
    """First levels of three processes: a change is seen by the others, no read is older than the bound, also while a
    link is cut or one process is cut off, and after that nothing stale is left."""
    if why := Network.missing():
        tap.skip("first levels while links are cut", why)
        return
    with Network(3) as network, Applications(network, ["insecure=true", "cluster-secrets=of-a-test"]) as applications:
        names = [one.name for one in applications.all]
        for one in applications.all:
            one.ask("record", KEYS, *names, answer="recording")
        time.sleep(10 if options.long else 3)
        quiet = time.monotonic_ns()
        splits = []
        for length in (1, 2, 4, 8) if options.long else (3,):
            # The third node sees both: they are one ring all the time.
            network.part(0, rest=[1])
            time.sleep(length)
            network.join(0, rest=[1])
            time.sleep(2)
        dead = declared_dead(applications.all)
        tap.check("a cut link between two of three makes nobody dead", not dead, dead)
        # One that is given up three times within five minutes is left out for a while.
        for length in (20, 60) if options.long else (8,):
            began = time.monotonic_ns()
            network.part(2)
            time.sleep(length)
            healed = time.monotonic_ns()
            network.join(2)
            took = until(30, applications.agree)
            splits.append(Split(began, healed, time.monotonic_ns(), {"w2"}))
            tap.check(f"one ring again after a cut of {length} s", took is not None, applications.tails())
            time.sleep(2)
        for one in applications.all:
            one.ask("halt", answer="halted")
        halted = time.monotonic_ns()
        time.sleep(1.5)
        with tempfile.TemporaryDirectory() as folder:
            histories = {}
            for one in applications.all:
                one.ask("end", f"{folder}/{one.name}", answer="ended")
                with open(f"{folder}/{one.name}") as lines:
                    histories[one.name] = lines.read().splitlines()
        judge(tap, histories, splits, quiet, halted)
