"""Passwords are guessed as fast as a few processes can, while clients work."""

import base64
import http.client
import pathlib
import socket
import subprocess
import sys
import tempfile
import threading
import time

from checks import until
from load import percentile
from nodes import HENGE, HERE, Node, free_ports

PASSWORD, OF_SHOP, OF_IDLE = "known to few", "known to the shop", "known to nobody"
SECONDS = 3.0


class Resp:
    """A connection from an address of this machine; each call is one request and its reply."""

    def __init__(self, port, source, *login):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0))
        self.replies = self.socket.makefile("rb")
        if self.call("AUTH", *login) != b"OK":
            raise OSError("it was not let in")

    def call(self, *words):
        self.socket.sendall(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in map(str.encode, words)))
        line = self.replies.readline()
        if line[:1] not in (b"+", b"$", b":"):
            raise OSError(line.decode() or "the node hung up")
        return self.replies.read(int(line[1:]) + 2)[:-2] if line[:1] == b"$" else line[1:-2]

    def close(self):
        self.socket.close()


class Http:
    """The same over HTTP; each request shows the password."""

    def __init__(self, port, source, user, password):
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5, source_address=(source, 0))
        self.headers = {"Authorization": "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()}

    def call(self, path):
        self.connection.request("GET", path, headers=self.headers)
        with self.connection.getresponse() as answer:
            body = answer.read()
        if answer.status != 200:
            raise OSError(f"{answer.status}")
        return body

    def close(self):
        self.connection.close()


class Client(threading.Thread):
    """Calls something again and again, and keeps how long that took and what went wrong."""

    def __init__(self, name, call):
        super().__init__(daemon=True)
        self.name, self.call = name, call
        self.times, self.errors = [], []
        self.stopping = threading.Event()

    def run(self):
        while not self.stopping.wait(0.005):
            began = time.perf_counter()
            try:
                self.call()
            except Exception as error:  # noqa: BLE001 - whatever it is, the client sees it
                self.errors.append(repr(error))
            self.times.append(time.perf_counter() - began)


def once(make, call):
    """One call in a connection of its own."""
    connection = make()
    try:
        call(connection)
    finally:
        connection.close()


def guessing(tap, options):
    """Passwords are guessed as fast as can be, from one address and from thousands, while clients work."""
    with tempfile.TemporaryDirectory(prefix="henge-users-") as folder:
        users = pathlib.Path(folder) / "users"
        users.write_text("".join(
            subprocess.run([HENGE, "user", name, "write"], input=f"{password}\n", capture_output=True, text=True,
                           check=True, timeout=30).stdout
            for name, password in (("shop", OF_SHOP), ("idle", OF_IDLE))))
        users.chmod(0o600)
        node = Node("guessed", free_ports(1)[0], [], ["--memory=128mb", f"--users-file={users}"],
                    environment={"HENGE_PASSWORD": PASSWORD})
        try:
            guessed(tap, node.start())
        finally:
            node.end()


def guessed(tap, node):
    port = node.port
    inside = Resp(port, "127.0.0.1", PASSWORD)
    inside.call("SET", "k", "v")
    kept = Http(port, "127.0.0.1", "shop", OF_SHOP)
    kept.call("/v1/cache/k")
    # Others guess from the address of these two; these come anew each time, from one where they have been before.
    home = "127.0.0.77"
    anew = [lambda: once(lambda: Resp(port, home, PASSWORD), lambda c: c.call("GET", "k")),
            lambda: once(lambda: Http(port, home, "shop", OF_SHOP), lambda c: c.call("/v1/cache/k"))]
    for call in anew:
        call()
    clients = [Client("a client that is in", lambda: inside.call("GET", "k")),
               Client("one over HTTP that is in", lambda: kept.call("/v1/cache/k")),
               Client("one that comes anew", anew[0]), Client("one that comes anew over HTTP", anew[1])]
    watcher = Resp(port, "127.0.0.1", PASSWORD)
    before, resident, lines = figures(watcher), node.resident(), len(node.log_text().splitlines())
    for client in clients:
        client.start()
    try:
        for mode, addresses, bound in (
                # An address: ten, and one a second. A user, of the four that are tried: a hundred, and ten a second.
                ("one", "one address", lambda seconds: 10 + seconds),
                ("many", "thousands of addresses", lambda seconds: 4 * (100 + 10 * seconds))):
            began, counted = time.monotonic(), figures(watcher)
            sent, connections, got_in = attack(port, mode)
            now = figures(watcher)
            looked_at = int(now["auth_failures"]) - int(counted["auth_failures"])
            seconds = time.monotonic() - began
            tap.note(f"{sent} guesses in {connections} connections from {addresses}; {looked_at} looked at, "
                     f"in {seconds:.1f} s")
            tap.check(f"of guesses from {addresses} no more are looked at than is promised, and none gets in",
                      0 < looked_at <= bound(seconds + 1) and got_in == 0, (sent, looked_at, got_in, seconds))
            tap.check("it counts those that it did not look at", int(now["auth_refused"]) > int(counted["auth_refused"]))
    finally:
        for client in clients:
            client.stopping.set()
        for client in clients:
            client.join(10)
    for client in clients:
        slow = percentile(client.times, 0.99)
        tap.note(f"{client.name}: {len(client.times)} calls, p99 {slow * 1000:.1f} ms")
        tap.check(f"{client.name} meets no error and does not wait", not client.errors and client.times and slow < 0.1,
                  f"{slow} {len(client.errors)} {client.errors[:3]}")
    after = figures(watcher)
    tap.check("memory is what it was", int(after["used_memory"]) < int(before["used_memory"]) + (2 << 20)
              and node.resident() < resident + (64 << 20),
              (before["used_memory"], after["used_memory"], resident, node.resident()))
    told = node.log_text().splitlines()[lines:]
    tap.check("the log says so in a few lines", any("oo many wrong passwords" in line for line in told) and len(told) < 8,
              (len(told), told[:10]))
    tap.check("and nobody's password is in it", not any(word in node.log_text() for word in (PASSWORD, OF_SHOP, "wrong0")))
    took = until(5, lambda: may_enter(port, PASSWORD))
    tap.check("who guessed wins a try back within seconds", took is not None, took)


def attack(port, mode):
    guessers = [subprocess.Popen([sys.executable, HERE / "guess.py", str(port), str(SECONDS), mode, str(seed)],
                                 stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True) for seed in (1, 2)]
    try:
        said = [guesser.communicate(timeout=SECONDS + 30)[0].split() for guesser in guessers]
    finally:
        for guesser in guessers:
            guesser.kill()
    return [sum(map(int, column)) for column in zip(*said)]


def figures(connection):
    lines = connection.call("INFO", "all").decode().splitlines()
    return dict(line.split(":", 1) for line in lines if ":" in line)


def may_enter(port, password):
    try:
        Resp(port, "127.0.0.1", password).close()
        return True
    except OSError:
        return False
