"""Entries with tags, over HTTP: invalidated through one node, gone at all."""

import threading
import time
import urllib.error
import urllib.request

from checks import agree, until
from nodes import Ring


def ask(node, method, path, body=None, headers=None, timeout=8):
    """The status and the headers of a reply."""
    request = urllib.request.Request(f"http://{node.address}{path}", data=body, headers=headers or {}, method=method)
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            answer.read()
            return answer.status, answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.headers


def put(node, keys, tag):
    """Stores keys with a tag; those that were not."""
    return [key for key in keys
            if ask(node, "PUT", f"/v1/cache/{key}", b"value", {"Cache-Tags": f"all,{tag}"})[0] not in (201, 204)]


def found(node, keys):
    """Those of the keys that a node finds."""
    return [key for key in keys if ask(node, "GET", f"/v1/cache/{key}")[0] == 200]


def tags(tap, options):
    """Tags invalidated through one node are gone at all; one that was stopped meanwhile serves nothing stale."""
    count = 600 if options.long else 150
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        odd = [f"odd{i}" for i in range(count)]
        even = [f"even{i}" for i in range(count)]
        refused = put(ring.nodes[0], odd, "odd") + put(ring.nodes[1], even, "even")
        tap.check("entries with tags are stored", not refused, refused[:5])
        shown = ask(ring.nodes[2], "GET", f"/v1/cache/{odd[0]}")[1].get("Cache-Tags")
        tap.check("their tags are shown through another node", shown == "all,odd", shown)
        began = time.monotonic()
        status, _ = ask(ring.nodes[2], "DELETE", "/v1/cache?tag=odd")
        tap.note(f"the invalidation took {(time.monotonic() - began) * 1000:.1f} ms")
        tap.check("a tag is invalidated", status == 204, status)
        for node in ring.nodes:
            stale, lost = found(node, odd), set(even) - set(found(node, even))
            tap.check(f"through {node.name} what has it is gone, and nothing else", not stale and not lost,
                      (stale[:5], list(lost)[:5]))
        tap.check("they can be stored again", not put(ring.nodes[0], odd, "odd")
                  and len(found(ring.nodes[1], odd)) == count)

        frozen = ring.nodes[2]
        frozen.freeze()
        # It fails while the stopped one counts as alive, and does not lie about it.
        answers = []
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and 204 not in answers:
            answers.append(ask(ring.nodes[0], "DELETE", "/v1/cache?tag=even")[0])
        tap.check("it is done once the stopped node is out of the ring", answers and answers[-1] == 204
                  and set(answers[:-1]) <= {504}, answers)
        stale = [key for node in ring.nodes[:2] for key in found(node, even)]
        tap.check("the others serve nothing stale", not stale, stale[:5])
        seen = []

        def read():
            while len(seen) < 2 * count:
                for key in even:
                    try:
                        seen.append((key, ask(frozen, "GET", f"/v1/cache/{key}")[0]))
                    except OSError:
                        pass

        reader = threading.Thread(target=read, daemon=True)
        reader.start()
        frozen.thaw()
        reader.join(60)
        stale = [key for key, status in seen if status == 200]
        tap.check("once it runs again the stopped node serves nothing stale", seen and not stale,
                  (len(seen), stale[:5]))
        tap.check("the ring is whole again", until(15, lambda: agree(ring.live, 3)) is not None, ring.tails())
        for node in ring.nodes:
            stale, there = found(node, even), found(node, odd)
            tap.check(f"and nothing stale through {node.name}, and all the others", not stale and len(there) == count,
                      (stale[:5], len(there)))
