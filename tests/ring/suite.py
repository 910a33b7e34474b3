"""The ring with real processes and real clients. Prints TAP.

Usage: suite.py [--long] [--kills N] [--writes N] [--keys N] [--cuts SECONDS,…] [SCENARIO ...]
Without a scenario: all of them, bounded to run with the other tests. --long takes the sizes that the promises name.
"""

import argparse
import signal
import sys
import time

from changing import rolling, scale
from coherent import coherent
from discovering import discovery
from encrypting import tls
from entrusted import etcd_tls
from failing import healthy, kill, silent
from filling import filling
from forming import forms, islands, roles, sixteen
from guessing import guessing
from hostile import clocks, strangers, wires
from outside import clients
from parting import partition
from restarting import warm
from shop import shop
from tagging import tags
from tap import Tap
from upgrading import upgrading

SCENARIOS = {scenario.__name__: scenario for scenario in (
    forms, scale, rolling, kill, silent, healthy, partition, islands, tags, warm, roles, sixteen, clients, strangers, wires,
    guessing, clocks, filling, coherent, discovery, etcd_tls, shop, upgrading, tls)}

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--long", action="store_true")
parser.add_argument("--kills", type=int)
parser.add_argument("--writes", type=int)
parser.add_argument("--keys", type=int)
parser.add_argument("--cuts")
parser.add_argument("scenarios", nargs="*")
options = parser.parse_args()
options.kills = options.kills or (50 if options.long else 3)
options.writes = options.writes or (1_000_000 if options.long else 30_000)
options.keys = options.keys or (200_000 if options.long else 20_000)
options.cuts = [float(cut) for cut in (options.cuts or ("1,60,600" if options.long else "1,8")).split(",")]
unknown = [name for name in options.scenarios if name not in SCENARIOS]
if unknown:
    parser.error(f"no scenario {unknown[0]}; there are {', '.join(SCENARIOS)}")
# Whoever ends this program ends its nodes with it.
signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
tap = Tap()
for chosen in options.scenarios or SCENARIOS:
    tap.note(f"{chosen}: {SCENARIOS[chosen].__doc__}")
    started = time.monotonic()
    tap.run(chosen, lambda: SCENARIOS[chosen](tap, options))
    tap.note(f"{chosen} took {time.monotonic() - started:.1f} s")
tap.end()
