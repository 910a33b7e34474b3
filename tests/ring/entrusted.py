"""Nodes that find each other through an etcd that lets nobody in without a certificate and a login."""

import pathlib

from certificates import Authority
from checks import agree, until
from discovering import sources
from fleet import NAMELESS, Etcd
from nodes import Ring, declared_dead

FIRST, SECOND = "first word for etcd", "second word for etcd"


def etcd_tls(tap, options):
    """etcd with TLS, certificates of clients and logins: who has them all is in, who has not waits and says for what."""
    if Etcd.missing():
        tap.skip("etcd by TLS with a login", Etcd.missing())
        return
    with Authority("etcd") as authority, Authority("Foreign") as foreign, \
            Etcd(1, authority) as etcd, Ring(spare=12) as ring:
        etcd.ask_for_logins("henge", FIRST, "/henge")
        word = authority.top / "word"
        word.write_text(FIRST + "\n")
        word.chmod(0o600)
        good = [f"--etcd-ca={authority.certificate}", *shown(authority.sign("node", subject=NAMELESS)), "--etcd-user=henge",
                f"--etcd-password-file={word}"]
        nodes = [add(ring, etcd.source, good) for _ in range(2)]
        wrong = authority.top / "wrong"
        wrong.write_text("no such word\n")
        wrong.chmod(0o600)
        changed = foreign.sign("changed", subject=NAMELESS)
        late = [add(ring, etcd.source, [f"--etcd-ca={authority.certificate}", *shown(changed), *good[3:]])]
        cases = {
            "that trusts another authority": ([f"--etcd-ca={foreign.certificate}", *good[1:]], "PartialChain", None),
            "that trusts what the system trusts": (good[1:], "TLS with it fails", None),
            "without a certificate": ([good[0], *good[3:]], "it may want a certificate", None),
            "with a common name in its certificate": (
                [good[0], *shown(authority.sign("named")), *good[3:]], "it answered 400: CommonName", None),
            "with a wrong password": ([*good[:-1], f"--etcd-password-file={wrong}"], "authentication failed", None),
            "without a login": (good[:3], "permission denied", None),
            "that speaks no TLS": (good[3:], "if it speaks TLS, give https://", etcd.source.replace("https", "http")),
        }
        outsiders = {what: add(ring, source or etcd.source, given) for what, (given, _, source) in cases.items()}
        for node in nodes:
            node.wait_ready()
        tap.check("nodes with certificate and login form one ring", until(10, lambda: agree(nodes, 2)) is not None,
                  ring.tails())
        for what, node in outsiders.items():
            told = until(15, lambda: cases[what][1] in waited(node))
            tap.check(f"a node {what} waits, and says so", told is not None and not node.ready.is_set(), node.log_tail())
            node.end()
        told = until(15, lambda: "may not take this node's certificate" in waited(late[0]))
        for path, other in zip(changed, authority.sign("other", subject=NAMELESS)):
            pathlib.Path(other).replace(path)
        took = until(20, lambda: agree([*nodes, *late], 3))
        tap.check("one whose certificate etcd does not take waits, and joins when the files are replaced",
                  told is not None and took is not None, late[0].log_tail())

        # The tokens are forgotten with the process, and the password is another then.
        etcd.call(0, "auth/user/changepw", {"name": "henge", "password": SECOND})
        word.write_text(SECOND + "\n")
        authority.sign("etcd", days=-1)
        etcd.end(0)
        etcd.start(0)
        expired = until(20, lambda: all(
            "NotTimeValid" in source["problem"] for node in nodes for source in sources(node)))
        tap.check("with an expired certificate etcd is not believed, and nobody is dropped",
                  expired is not None and agree([*nodes, *late], 3) and not declared_dead(nodes),
                  [sources(node) for node in nodes])
        authority.sign("etcd")
        healed = until(20, lambda: all(source["up"] for node in nodes for source in sources(node)))
        tap.check("with a good one all log in again, by the password that the file holds now", healed is not None,
                  ring.tails())
        seen = "".join(node.log_text() for node in ring.nodes) + "".join(map(arguments, ring.live))
        tap.check("no password is in a log or among the arguments", FIRST not in seen and SECOND not in seen)


def shown(pair):
    return [f"--etcd-cert={pair[0]}", f"--etcd-key={pair[1]}"]


def add(ring, source, options):
    node = ring.add(start=False, options=[f"--discovery={source}", *options])
    node.peers = []
    return node.start(wait=False)


def waited(node):
    """The lines in which it says what it waits for."""
    return "".join(line for line in node.log_text().splitlines() if "waits for" in line)


def arguments(node):
    return pathlib.Path(f"/proc/{node.process.pid}/cmdline").read_text()
