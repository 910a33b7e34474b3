"""Real nodes in their own processes, started, signalled and ended by process id."""

import os
import pathlib
import signal
import socket
import subprocess
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
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

    def __init__(self, name, port, peers, options=(), host="127.0.0.1", namespace=None, logs=None, environment=None,
                 program=HENGE):
        self.name, self.host, self.port, self.namespace = name, host, port, namespace
        self.environment = environment or {}
        self.program = program
        # Authority, certificate and key of clients, where the node speaks TLS.
        self.trust = None
        self.peers, self.options = list(peers), list(options)
        self.logs = pathlib.Path(logs or tempfile.mkdtemp(prefix="henge-ring-"))
        self.process = None
        self.ready_after = None
        self.ready = threading.Event()

    @property
    def address(self):
        return f"{self.host}:{self.port}"

    def start(self, wait=True):
        command = [str(self.program), f"--port={self.port}", f"--name={self.name}", *self.options]
        if self.peers:
            command.append("--peers=" + ",".join(self.peers))
        if self.namespace:
            command = ["ip", "netns", "exec", self.namespace, *command]
        self.ready.clear()
        began = time.monotonic()
        self.errors = open(self.logs / f"{self.name}.log", "ab")
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=self.errors, cwd=tempfile.gettempdir(),
            env={**os.environ, **self.environment})

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

    def resident(self):
        """Bytes of memory that the process has now."""
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self):
        """Processor time of the process so far; bench/ring.py asks."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Ring:
    """Nodes that know of each other; ended when the block ends."""

    def __init__(self, count=0, options=(), spare=8, memory="256mb", prefix="n"):
        self.options = [f"--memory={memory}", *options]
        self.prefix = prefix
        self.ports = free_ports(count + spare)
        self.nodes = []
        self.logs = tempfile.mkdtemp(prefix="henge-ring-")
        for _ in range(count):
            self.add(start=False)
        for node in self.nodes:
            node.start(wait=False)
        for node in self.nodes:
            node.wait_ready()

    def add(self, start=True, options=(), name=None, program=HENGE):
        index = len(self.nodes)
        peers = [f"127.0.0.1:{port}" for port in self.ports[:3]]
        node = Node(name or f"{self.prefix}{index}", self.ports[index], peers, [*self.options, *options], logs=self.logs,
                    program=program)
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


def declared_dead(nodes):
    """Lines in which a node says that another is dead."""
    return [f"{node.name}: {line}" for node in nodes for line in node.log_text().splitlines() if "is taken for dead" in line]
