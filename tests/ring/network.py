"""Nodes in network namespaces of their own, so that the network between them can fail while clients reach them all."""

import itertools
import os
import shutil
import subprocess

# An address nobody has: what is sent to it is lost without a word, as it is behind a cut cable.
NOBODY = "02:00:00:00:00:01"


class Network:
    """A bridge with one namespace for each node; needs root."""

    _numbers = itertools.count()

    def __init__(self, count):
        # An address block for tests (RFC 2544); names are short because the kernel limits them. No two are alike: what
        # was in a namespace that is deleted stays for a moment.
        self.tag = f"hg{os.getpid() % 10000}{next(self._numbers) % 10}"
        self.bridge = f"{self.tag}b"
        self.count = count
        self.gateway = "198.18.77.254"

    @staticmethod
    def missing():
        """Why there is none here; empty when there is."""
        if shutil.which("ip") is None:
            return "network namespaces need iproute2"
        probe = f"hgp{os.getpid() % 10000}"
        if os.geteuid() != 0 or subprocess.run(["ip", "netns", "add", probe], capture_output=True).returncode != 0:
            return "network namespaces need root and a kernel that allows them"
        made = subprocess.run(["ip", "link", "add", probe, "type", "veth", "peer", "name", "eth0", "netns", probe],
                              capture_output=True).returncode == 0
        subprocess.run(["ip", "netns", "del", probe], check=True)
        return "" if made else "the kernel has no virtual cables (veth)"

    def host(self, index):
        return f"198.18.77.{index + 1}"

    def namespace(self, index):
        return f"{self.tag}n{index}"

    def _ip(self, *words, check=True):
        subprocess.run(["ip", *words], check=check, capture_output=True)

    def __enter__(self):
        try:
            self._build()
        except subprocess.CalledProcessError:
            self.__exit__()
            raise
        return self

    def _build(self):
        self._ip("link", "add", self.bridge, "type", "bridge")
        self._ip("addr", "add", self.gateway + "/24", "dev", self.bridge)
        self._ip("link", "set", self.bridge, "up")
        for index in range(self.count):
            space, cable = self.namespace(index), f"{self.tag}v{index}"
            self._ip("netns", "add", space)
            self._ip("link", "add", cable, "type", "veth", "peer", "name", "eth0", "netns", space)
            self._ip("link", "set", cable, "master", self.bridge, "up")
            self._ip("-n", space, "addr", "add", self.host(index) + "/24", "dev", "eth0")
            self._ip("-n", space, "link", "set", "eth0", "up")
            self._ip("-n", space, "link", "set", "lo", "up")

    def __exit__(self, *_):
        for index in range(self.count):
            self._ip("netns", "del", self.namespace(index), check=False)
        self._ip("link", "del", self.bridge, check=False)

    def _pairs(self, side, rest):
        rest = [index for index in range(self.count) if index not in side] if rest is None else rest
        return [(a, b) for a in side for b in rest] + [(b, a) for a in side for b in rest]

    def part(self, *side, rest=None):
        """What these nodes and the others, or some of those, send each other is lost."""
        for a, b in self._pairs(side, rest):
            self._ip("-n", self.namespace(a), "neigh", "replace", self.host(b), "lladdr", NOBODY, "dev", "eth0",
                     "nud", "permanent")

    def join(self, *side, rest=None):
        """It arrives again."""
        for a, b in self._pairs(side, rest):
            self._ip("-n", self.namespace(a), "neigh", "del", self.host(b), "dev", "eth0")

    def lose(self, percent):
        """From now on so much of what nodes receive is lost, by tc or, where the kernel lacks netem, by iptables; false
        where neither works."""
        for index in range(self.count):
            inside = ["ip", "netns", "exec", self.namespace(index)]
            ways = [["tc", "qdisc", "add", "dev", "eth0", "root", "netem", "loss", f"{percent}%"],
                    ["iptables", "-A", "INPUT", "-i", "eth0", "-m", "statistic", "--mode", "random",
                     "--probability", str(percent / 100), "-j", "DROP"]]
            if not any(shutil.which(way[0]) and subprocess.run([*inside, *way], capture_output=True).returncode == 0
                       for way in ways):
                return False
        return True
