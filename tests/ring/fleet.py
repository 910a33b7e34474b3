"""Members of etcd in their own processes, asked through the JSON gateway and ended by process id."""

import base64
import json
import os
import pathlib
import shutil
import signal
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

from nodes import free_ports


ROOT = "root of etcd"
# With logins on the gateway refuses clients whose certificate has a common name, which it could not go by.
NAMELESS = "/O=Henge"


class Etcd:
    """Some members of one etcd on loopback; ended when the block ends."""

    def __init__(self, count=3, authority=None):
        self.count, self.options, self.trust = count, [], None
        self.scheme, self.token = "http", None
        if authority:
            # Clients show a certificate, as they must in most clusters.
            self.scheme = "https"
            certificate, key = authority.sign("etcd")
            self.options = ["--cert-file", str(certificate), "--key-file", str(key), "--client-cert-auth",
                            "--trusted-ca-file", str(authority.certificate)]
            self.trust = ssl.create_default_context(cafile=authority.certificate)
            self.trust.load_cert_chain(*authority.sign("etcdctl", subject=NAMELESS))
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
        return f"etcd:{self.scheme}://" + ",".join(f"127.0.0.1:{port}" for port in self.clients) + "/henge"

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
        url, of_clients = "http://127.0.0.1", f"{self.scheme}://127.0.0.1"
        everybody = ",".join(f"m{i}={url}:{port}" for i, port in enumerate(self.peers))
        log = open(self.top / f"m{index}.log", "ab")
        self.processes[index] = subprocess.Popen(
            ["etcd", "--name", f"m{index}", "--data-dir", str(self.top / f"m{index}-{self.lives}"),
             "--listen-client-urls", f"{of_clients}:{self.clients[index]}",
             "--advertise-client-urls", f"{of_clients}:{self.clients[index]}",
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
            f"{self.scheme}://127.0.0.1:{self.clients[index]}/v3/{path}", json.dumps(body).encode(),
            {"Authorization": self.token} if self.token else {}, method="POST")
        with urllib.request.urlopen(request, timeout=limit, context=self.trust) as answer:
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

    def log_in(self, user, password):
        """As who the calls are made from here on."""
        self.token = None
        self.token = self.call(0, "auth/authenticate", {"name": user, "password": password})["token"]

    def ask_for_logins(self, user, password, prefix):
        """Nobody gets in without one any more; the user may read and write under the prefix alone."""
        for name, secret in (("root", ROOT), (user, password)):
            self.call(0, "auth/user/add", {"name": name, "password": secret})
        self.call(0, "auth/role/add", {"name": "root"})
        self.call(0, "auth/role/add", {"name": user})
        self.call(0, "auth/role/grant", {"name": user, "perm": {
            "permType": "READWRITE", "key": text(prefix + "/"), "range_end": text(prefix + "0")}})
        for name in ("root", user):
            self.call(0, "auth/user/grant", {"user": name, "role": name})
        self.call(0, "auth/enable", {})
        self.log_in("root", ROOT)

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
