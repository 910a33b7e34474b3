"""One call of the factory for one key over all processes of an application."""

import time

from applications import Applications
from checks import until

CALLERS = 100


def filling(tap, options):
    """3 processes x 100 callers of a missing key: one call of the factory; if its process is killed, one more."""
    with Applications() as applications:
        for turn in range(20 if options.long else 3):
            once(tap, applications, f"once{turn}")
    for place in ("another process", "the one that is killed"):
        with Applications() as applications:
            killed(tap, applications, place)


def key_of(applications, owner, prefix):
    """A key that an application owns."""
    return next(key for key in (f"{prefix}{i}" for i in range(1000))
                if applications.all[0].ask("owner", key)[2] == owner.name)


def once(tap, applications, key):
    for number, one in enumerate(applications.all):
        one.say("fill", key, CALLERS, f"made{number}")
    until(30, lambda: any(one.heard("factory") for one in applications.all))
    makers = [one for one in applications.all if one.heard("factory")]
    # Time for whoever would call a second factory.
    time.sleep(1)
    for one in applications.all:
        one.say("go", key)
    filled = [one.expect("filled") for one in applications.all]
    made = f"made{applications.all.index(makers[0])}"
    tap.check(f"{key}: all 300 callers get the value of one factory",
              all(answer[2:] == [str(CALLERS), made] for answer in filled), filled)
    calls = [one.heard("factory") for one in applications.all]
    tap.check(f"{key}: one call of the factory over all processes", sum(calls) == 1, calls)
    makers[0].expect("factory")


def killed(tap, applications, place):
    holder = applications.all[0]
    owner = holder if place != "another process" else applications.all[1]
    key, case = key_of(applications, owner, "kill"), f"the key's owner is {place}"
    # The one to be killed comes first, so that the lease is its own.
    holder.say("fill", key, CALLERS, "never")
    holder.expect("factory")
    others = applications.all[1:]
    for one in others:
        one.say("fill", key, CALLERS, one.name)
        one.say("go", key)
    time.sleep(1)
    tap.check(f"{case}: no other factory is called while the first one works",
              not any(one.heard("factory") or one.heard("filled") for one in others))
    holder.kill()
    began = time.monotonic()
    filled = [one.expect("filled", 60) for one in others]
    tap.note(f"{case}: all callers had their value {time.monotonic() - began:.2f} s after the kill")
    calls = [one.heard("factory") for one in others]
    tap.check(f"{case}: one more call of the factory when its process is killed", sum(calls) == 1, calls)
    tap.check(f"{case}: all 200 callers on the others get its value",
              all(answer[2] == str(CALLERS) and answer[3:] == filled[0][3:] for answer in filled), filled)
    tap.check(f"{case}: nobody waits longer than 15 s", time.monotonic() - began < 15)
