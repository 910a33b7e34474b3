"""Applications whose instances are the ring: tests/Henge.Witness, told what to do line by line."""

import queue
import subprocess
import tempfile
import threading

from checks import until
from nodes import ROOT, free_ports

WITNESS = ROOT / "tests/Henge.Witness/bin/Release/net10.0/Henge.Witness"
LINE_LIMIT = 30.0


class Witness:
    """One process. Its lines are kept by their first two words until somebody takes them."""

    def __init__(self, name, port, peers, host="127.0.0.1", namespace=None, options=(), logs=None):
        self.name = name
        command = [str(WITNESS), *(f"--Henge:{option}" for option in (
            f"name={name}", f"port={port}", f"bind={host}", f"peers={','.join(peers)}", "memory=64mb", *options))]
        if namespace:
            command = ["ip", "netns", "exec", namespace, *command]
        self.log = open(f"{logs or tempfile.mkdtemp(prefix='henge-ring-')}/{name}.log", "w+b")
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self.log,
                                        cwd=tempfile.gettempdir(), text=True, bufsize=1)
        self.lines = {}
        self.lock = threading.Lock()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self):
        for line in self.process.stdout:
            words = line.split()
            self.queue(words[0]).put(words)

    def queue(self, word):
        with self.lock:
            return self.lines.setdefault(word, queue.Queue())

    def say(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")

    def expect(self, word, limit=LINE_LIMIT):
        """The next line that begins with a word."""
        try:
            return self.queue(word).get(timeout=limit)
        except queue.Empty:
            raise RuntimeError(f"{self.name} did not say {word!r}:\n{self.log_tail()}") from None

    def ask(self, *words, answer=None):
        self.say(*words)
        return self.expect(answer or words[0])

    def heard(self, word):
        """How many lines that begin with a word have come and were not taken."""
        return self.queue(word).qsize()

    def log_text(self):
        with open(self.log.name, errors="replace") as text:
            return text.read()

    def log_tail(self):
        return "\n".join(self.log_text().splitlines()[-20:])

    @property
    def alive(self):
        return self.process.poll() is None

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def leave(self, limit=40.0):
        """The end of its input ends it."""
        self.process.stdin.close()
        return self.process.wait(limit)


class Applications:
    """Three of them, which are one ring when the block begins; ended with it."""

    def __init__(self, network=None, options=()):
        logs = tempfile.mkdtemp(prefix="henge-ring-")
        places = [(network.host(i), 7400, network.namespace(i)) for i in range(3)] if network else [
            ("127.0.0.1", port, None) for port in free_ports(3)]
        peers = [f"{host}:{port}" for host, port, _ in places]
        self.all = [Witness(f"w{i}", port, peers, host, namespace, options, logs)
                    for i, (host, port, namespace) in enumerate(places)]

    def __enter__(self):
        try:
            for one in self.all:
                one.expect("started")
            if until(20, self.agree) is None:
                raise RuntimeError(f"three applications did not become one ring:\n{self.tails()}")
        except RuntimeError:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        for one in self.all:
            if one.alive:
                one.kill()

    @property
    def live(self):
        return [one for one in self.all if one.alive]

    def agree(self):
        """Whether those that live are in one view, with nothing on its way."""
        seen = {tuple(one.ask("ring")) for one in self.live}
        return len(seen) == 1 and next(iter(seen))[2:] == (str(len(self.live)), "0")

    def tails(self):
        return "\n".join(f"--- {one.name}\n{one.log_tail()}" for one in self.all)
