"""Cluster clients that know nothing of Henge."""

import json
import shutil
import subprocess
import time

from checks import agree, serves, until
from nodes import HERE, Ring


def clients(tap, options):
    """Cluster clients work unmodified while a node joins and while one is killed."""
    with Ring(3) as ring:
        until(10, lambda: agree(ring.live, 3))
        port = str(ring.nodes[0].port)
        if shutil.which("redis-cli") is None:
            tap.skip("redis-cli -c and redis-benchmark --cluster", "redis-tools is not installed")
        else:
            follow(tap, ring, port)
        module = HERE.parent / "clients" / "ioredis" / "node_modules" / "ioredis"
        if shutil.which("node") is None or not module.is_dir():
            tap.skip("ioredis Cluster", "its package is not installed; tests/clients/run ioredis does it")
            return
        until(15, lambda: agree(ring.live, len(ring.live)))
        worker = subprocess.Popen(
            ["node", HERE / "cluster-client.js", module, *[str(node.port) for node in ring.live[:3]]],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        time.sleep(1)
        ring.add()
        until(15, lambda: agree(ring.live, len(ring.live)))
        ring.nodes[2].kill()
        text, _ = worker.communicate(timeout=90)
        report = json.loads(text.strip().splitlines()[-1])
        tap.note(f"ioredis: {text.strip()}")
        tap.check("ioredis Cluster loses no acknowledged write while a node joins and one is killed",
                  worker.returncode == 0 and report["lost"] == 0 and report["acknowledged"] > 100, text)


def follow(tap, ring, port):
    lines = "".join(f"SET k{i} v{i}\n" for i in range(50)) + "".join(f"GET k{i}\n" for i in range(50))
    expected = ["OK"] * 50 + [f"v{i}" for i in range(50)]
    teller = subprocess.Popen(["redis-cli", "-c", "-p", port], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True)
    bench = subprocess.Popen(
        ["redis-benchmark", "--cluster", "-p", port, "-n", "100000", "-c", "8", "-P", "4", "-r", "1000", "-t", "set,get",
         "-q"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    teller.stdin.write(lines)
    teller.stdin.flush()
    ring.add()
    teller.stdin.write(lines)
    teller.stdin.flush()
    text, _ = bench.communicate(timeout=120)
    tap.check("redis-benchmark --cluster ends well while a node joins", bench.returncode == 0 and "rror" not in text, text)
    until(15, lambda: agree(ring.live, 4))
    ring.nodes[1].kill()
    took = serves(ring.live, 15)
    out, _ = teller.communicate(lines, timeout=30)
    answers = [line for line in out.splitlines() if not line.startswith("-> ")]
    tap.check("redis-cli -c follows the ring while a node joins and when one was killed",
              took is not None and answers == 3 * expected, out[-2000:])
    done = subprocess.run(
        ["redis-benchmark", "--cluster", "-p", port, "-n", "20000", "-c", "8", "-P", "4", "-r", "1000", "-t", "set,get",
         "-q"], capture_output=True, text=True, timeout=120)
    tap.check("redis-benchmark --cluster works right after the kill",
              done.returncode == 0 and "rror" not in done.stdout + done.stderr, done.stdout + done.stderr)
