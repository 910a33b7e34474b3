"""Real nodes in their own processes, started, signalled and ended by process id; optionally each in a network
namespace of its own, so that its network can be cut."""

import os
import pathlib
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HENGE = pathlib.Path(os.environ.get("HENGE_COMMAND", ROOT / "src/Henge.Server/bin/Release/net10.0/henge"))
READY_LIMIT = 30.0


def free_ports(count):
    """Ports that nobody listens on now; they are below the range that outgoing connections draw from."""
    found = []
    port = 20000 + os.getpid() * 37 % 9000
    while len(found) < count:
        port += 1
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
                found.append(port)
            except OSError:
                pass
    return found


class Node:
    """One node. `host` is where clients and peers reach it."""

    def __init__(self, name, port, peers, options=(), host="127.0.0.1", namespace=None, logs=None):
        self.name, self.host, self.port, self.namespace = name, host, port, namespace
        self.peers, self.options = list(peers), list(options)
        self.logs = pathlib.Path(logs or tempfile.mkdtemp(prefix="henge-ring-"))
        self.process = None
        self.ready_after = None
        self.ready = threading.Event()

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    def start(self, wait=True):
        command = [str(HENGE), f"--port={self.port}", f"--name={self.name}", *self.options]
        if self.peers:
            command.append("--peers=" + ",".join(self.peers))
        if self.namespace:
            command = ["ip", "netns", "exec", self.namespace, *command]
        self.ready.clear()
        began = time.monotonic()
        self.errors = open(self.logs / f"{self.name}.log", "ab")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, cwd=tempfile.gettempdir())

        def read():
            for line in self.process.stdout:
                if b" ready on " in line:
                    self.ready_after = time.monotonic() - began
                    self.ready.set()
            self.ready.set()

        threading.Thread(target=read, daemon=True).start()
        if wait:
            self.wait_ready()
        return self

    def wait_ready(self):
        if not self.ready.wait(READY_LIMIT) or self.process.poll() is not None:
            raise RuntimeError(f"node {self.name} did not become ready:\n{self.log_tail()}")
        return self

    def log_text(self):
        return (self.logs / f"{self.name}.log").read_text(errors="replace")

    def log_tail(self):
        return "\n".join(self.log_text().splitlines()[-20:])

    def signal(self, number):
        if self.alive:
            os.kill(self.process.pid, number)

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    def kill(self):
        """kill -9: no goodbye."""
        self.signal(signal.SIGKILL)
        self.process.wait(10)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def leave(self, limit=40.0):
        """SIGTERM, and waits for the end; returns how long it took."""
        began = time.monotonic()
        self.signal(signal.SIGTERM)
        code = self.process.wait(limit)
        if code != 0:
            raise RuntimeError(f"node {self.name} ended with {code}:\n{self.log_tail()}")
        return time.monotonic() - began

    def end(self):
        if self.alive:
            self.signal(signal.SIGCONT)
            self.kill()

    def cpu_seconds(self):
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Ring:
    """Nodes that know of each other; ended when the block ends."""

    def __init__(self, count=0, options=("--memory=256mb", "--log-level=info"), spare=8):
        self.options = list(options)
        self.ports = free_ports(count + spare)
        self.nodes = []
        self.logs = tempfile.mkdtemp(prefix="henge-ring-")
        for _ in range(count):
            self.add(start=False)
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            node.wait_ready()

    def add(self, start=True, options=None, name=None):
        index = len(self.nodes)
        peers = [node.address for node in self.nodes][:3] or []
        node = Node(name or f"n{index}", self.ports[index], peers or [f"127.0.0.1:{self.ports[index]}"],
                    self.options if options is None else options, logs=self.logs)
        self.nodes.append(node)
        return node.start() if start else node

    @property
    def live(self):
        return [node for node in self.nodes if node.alive]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for node in self.nodes:
            node.end()

    def tails(self):
        return "\n".join(f"--- {node.name}\n{node.log_tail()}" for node in self.nodes)


class Network:
    """A bridge with one namespace for each node; needs root. `cut` takes a node's cable out, `mend` puts it back."""

    def __init__(self, count):
        # An address block for documentation and tests (RFC 2544); names are short because the kernel limits them.
        self.tag = f"hg{os.getpid() % 10000}"
        self.bridge = f"{self.tag}b"
        self.count = count
        self.address = "198.18.77.254"

    @staticmethod
    def available():
        probe = f"hgp{os.getpid() % 10000}"
        if os.geteuid() != 0 or subprocess.run(["ip", "netns", "add", probe], capture_output=True).returncode != 0:
            return False
        subprocess.run(["ip", "netns", "del", probe], check=True)
        return True

    def host(self, index):
        return f"198.18.77.{index + 1}"

    def namespace(self, index):
        return f"{self.tag}n{index}"

    def _ip(self, *words, check=True):
        subprocess.run(["ip", *words], check=check, capture_output=True)

    def __enter__(self):
        self._ip("link", "add", self.bridge, "type", "bridge")
        self._ip("addr", "add", self.address + "/24", "dev", self.bridge)
        self._ip("link", "set", self.bridge, "up")
        for index in range(self.count):
            space, cable = self.namespace(index), f"{self.tag}v{index}"
            self._ip("netns", "add", space)
            self._ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
            self._ip("link", "set", cable, "master", self.bridge, "up")
            self._ip("-n", space, "addr", "add", self.host(index) + "/24", "dev", "eth0")
            self._ip("-n", space, "link", "set", "eth0", "up")
            self._ip("-n", space, "link", "set", "lo", "up")
        return self

    def __exit__(self, *_):
        for index in range(self.count):
            self._ip("netns", "del", self.namespace(index), check=False)
        self._ip("link", "del", self.bridge, check=False)

    def cut(self, index):
        self._ip("link", "set", f"{self.tag}v{index}", "down")

    def mend(self, index):
        self._ip("link", "set", f"{self.tag}v{index}", "up")


LOG_LINE = re.compile(r"\bdead\b", re.IGNORECASE)


def declared_dead(nodes):
    """Lines in which a node says that another is dead."""
    return [f"{node.name}: {line}" for node in nodes for line in node.log_text().splitlines() if LOG_LINE.search(line)]
