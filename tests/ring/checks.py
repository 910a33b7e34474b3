"""What must hold of a ring, asked over the interfaces that everybody has."""

import json
import ssl
import subprocess
import sys
import time
import urllib.error
import urllib.request

from load import client
from nodes import HERE


def until(limit, holds, step=0.02):
    """Waits for something to hold; returns after how many seconds it did, or None when it did not."""
    began = time.monotonic()
    while time.monotonic() - began < limit:
        if holds():
            return time.monotonic() - began
        time.sleep(step)
    return None


def cluster(node):
    trust = None
    if node.trust:
        trust = ssl.create_default_context(cafile=node.trust[0])
        trust.load_cert_chain(*node.trust[1:])
    url = f"{'https' if trust else 'http'}://{node.address}/v1/cluster"
    with urllib.request.urlopen(url, timeout=5, context=trust) as answer:
        return json.load(answer)


def merged(nodes, count):
    """Whether all of them are in one view of so many members."""
    try:
        seen = [cluster(node) for node in nodes]
    except (OSError, urllib.error.URLError):
        return None
    alive = {sum(m["state"] == "alive" and m["phase"] == "ready" for m in one["members"]) for one in seen}
    return seen if len({one["view"] for one in seen}) == 1 and alive == {count} else None


def agree(nodes, count):
    """The same, with nothing on its way."""
    seen = merged(nodes, count)
    return seen is not None and not any(one["loading_slots"] for one in seen)


def serves(nodes, limit):
    """Seconds until writes and reads of keys all over the ring that begin then succeed through these nodes."""
    began = time.monotonic()
    names = [f"probe{i}" for i in range(64)]
    while time.monotonic() - began < limit:
        try:
            for node in nodes:
                pipeline = client(node, 0.5).pipeline(transaction=False)
                for name in names:
                    pipeline.set(name, name)
                    pipeline.get(name)
                if pipeline.execute()[1::2] != [name.encode() for name in names]:
                    raise OSError("another value")
            return time.monotonic() - began
        except Exception:  # noqa: BLE001 - whatever fails, the ring does not serve yet
            time.sleep(0.02)
    return None


def copies_of(node, keys):
    """What a node itself holds of keys: value, expiry and version, or nothing where it is no copy."""
    command = [sys.executable, str(HERE / "copies.py"), str(node.port)]
    if node.namespace:
        command = ["ip", "netns", "exec", node.namespace, *command]
    done = subprocess.run(command, input="\n".join(keys), capture_output=True, text=True, timeout=120)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return dict(zip(keys, done.stdout.splitlines()))


def unlike(nodes, keys, copies=2):
    """Keys whose copies are not as many as they should be, or not alike to the byte."""
    held = [copies_of(node, keys) for node in nodes]
    found = {key: [one[key] for one in held if one[key] != "elsewhere"] for key in keys}
    return {key: some for key, some in found.items() if len(some) != copies or len(set(some)) != 1}


def alike(nodes, keys, limit):
    """After how many seconds all copies are alike, or None and some that are not."""
    began = time.monotonic()
    while found := unlike(nodes, keys):
        if time.monotonic() - began > limit:
            return None, f"{len(found)} keys, such as {list(found.items())[:3]}"
    return time.monotonic() - began, ""
