"""Members of etcd in their own processes, asked through the JSON gateway and ended by process id."""

import base64
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from nodes import free_ports


class Etcd:
    """Some members of one etcd on loopback; ended when the block ends."""

    def __init__(self, count=3, options=()):
        self.count, self.options = count, list(options)
        self.top = pathlib.Path(tempfile.mkdtemp(prefix="henge-etcd-"))
        ports = free_ports(2 * count)
        self.clients, self.peers = ports[:count], ports[count:]
        self.processes = [None] * count
        self.lives = 0

    @staticmethod
    def missing():
        """Why there is none here; empty when there is."""
        return "" if shutil.which("etcd") else "it needs etcd-server"

    @property
    def source(self):
        """As --discovery takes it."""
        return "etcd:http://" + ",".join(f"127.0.0.1:{port}" for port in self.clients) + "/henge"

    def __enter__(self):
        for index in range(self.count):
            self.start(index)
        self.wait()
        return self

    def __exit__(self, *_):
        for index in range(self.count):
            self.end(index)
        shutil.rmtree(self.top, ignore_errors=True)

    def start(self, index):
        url = "http://127.0.0.1"
        everybody = ",".join(f"m{i}={url}:{port}" for i, port in enumerate(self.peers))
        log = open(self.top / f"m{index}.log", "ab")
        self.processes[index] = subprocess.Popen(
            ["etcd", "--name", f"m{index}", "--data-dir", str(self.top / f"m{index}-{self.lives}"),
             "--listen-client-urls", f"{url}:{self.clients[index]}",
             "--advertise-client-urls", f"{url}:{self.clients[index]}",
             "--listen-peer-urls", f"{url}:{self.peers[index]}",
             "--initial-advertise-peer-urls", f"{url}:{self.peers[index]}",
             "--initial-cluster", everybody, "--initial-cluster-token", f"life{self.lives}", *self.options],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def signal(self, index, number):
        if self.processes[index] is not None and self.processes[index].poll() is None:
            os.kill(self.processes[index].pid, number)

    def end(self, index):
        self.signal(index, signal.SIGCONT)
        self.signal(index, signal.SIGKILL)
        self.processes[index].wait(10)

    def restart_empty(self):
        """All members end, and begin anew with nothing."""
        for index in range(self.count):
            self.end(index)
        self.lives += 1
        for index in range(self.count):
            self.start(index)
        self.wait()

    def call(self, index, path, body, limit=5.0):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.clients[index]}/v3/{path}", json.dumps(body).encode(), method="POST")
        with urllib.request.urlopen(request, timeout=limit) as answer:
            return json.load(answer)

    def wait(self, limit=30.0):
        """Until a quorum answers."""
        ends = time.monotonic() + limit
        while True:
            for index in range(self.count):
                try:
                    self.entries(index)
                    return
                except (OSError, urllib.error.URLError):
                    pass
            if time.monotonic() > ends:
                raise RuntimeError("etcd did not answer:\n" + (self.top / "m0.log").read_text()[-2000:])
            time.sleep(0.1)

    def leader(self):
        """Which member leads."""
        for index in range(self.count):
            status = self.call(index, "maintenance/status", {})
            if status["leader"] == status["header"]["member_id"]:
                return index
        raise RuntimeError("nobody leads")

    def entries(self, index=0):
        """Records of nodes, by key."""
        answer = self.call(index, "kv/range", {"key": text("/henge/"), "range_end": text("/henge0")})
        return {base64.b64decode(pair["key"]).decode(): json.loads(base64.b64decode(pair["value"]))
                for pair in answer.get("kvs", [])}

    def put(self, key, value, index=0):
        self.call(index, "kv/put", {"key": text(key), "value": text(value)})

    def compact(self, index=0):
        """Forgets all that was before now."""
        revision = self.call(index, "kv/range", {"key": text("/henge/")})["header"]["revision"]
        self.call(index, "kv/compaction", {"revision": revision, "physical": True})


def text(words):
    return base64.b64encode(words.encode()).decode()
