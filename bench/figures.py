#!/usr/bin/env python3
"""Measures one henge node as a process: start, idle cost, connections, churn, expiry, shifting sizes, HTTP.

usage: figures.py start|idle|connections|churn|expiry|shift|http|benchmark [--henge PATH]
Each command starts its own node on a free port, prints what it measured, and ends the node. No figure is asserted:
docs/benchmarks.md quotes them with the machine and the commit.
"""
import argparse, os, random, re, resource, signal, socket, statistics, subprocess, sys, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


class Node:
    """A henge process; the context manager ends it."""

    def __init__(self, path, *arguments):
        self.started = time.monotonic()
        self.process = subprocess.Popen([path, "--port", "0", *arguments], stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        line = self.process.stdout.readline()
        self.ready_after = time.monotonic() - self.started
        match = re.search(r":(\d+)", line)
        if not match:
            sys.exit(f"no ready line: {line!r}")
        self.port = int(match.group(1))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def connect(self):
        s = socket.create_connection(("127.0.0.1", self.port))
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return s

    def rss_kb(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1))

    def cpu_seconds(self):
        with open(f"/proc/{self.process.pid}/stat") as f:
            fields = f.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def fds(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def info(self, section):
        with self.connect() as s:
            s.sendall(b"INFO " + section.encode() + b"\r\n")
            head = b""
            while not head.endswith(b"\r\n"):
                head += s.recv(1)
            left = int(head[1:]) + 2
            body = b""
            while len(body) < left:
                body += s.recv(65536)
        return dict(line.split(":", 1) for line in body.decode().split("\r\n") if ":" in line)


def command(*words):
    out = b"*%d\r\n" % len(words)
    for word in words:
        word = word if isinstance(word, bytes) else str(word).encode()
        out += b"$%d\r\n%s\r\n" % (len(word), word)
    return out


def ping(s):
    t = time.perf_counter()
    s.sendall(b"*1\r\n$4\r\nPING\r\n")
    s.recv(64)
    return time.perf_counter() - t


def pour(s, commands, reply_bytes):
    """Sends commands whose replies have one known total size, and waits for them all."""
    s.sendall(b"".join(commands))
    left = reply_bytes
    while left > 0:
        left -= len(s.recv(min(left, 1 << 20)))


def start(path):
    times = []
    for _ in range(11):
        with Node(path) as node:
            times.append(node.ready_after)
    print(f"ready line after process start: median {statistics.median(times) * 1000:.0f} ms, max {max(times) * 1000:.0f} ms"
          f" ({len(times)} starts)")


def idle(path):
    with Node(path) as node:
        time.sleep(5)
        c0, t0 = node.cpu_seconds(), time.monotonic()
        time.sleep(20)
        print(f"idle node: {node.rss_kb() / 1024:.1f} MB resident, "
              f"{(node.cpu_seconds() - c0) / (time.monotonic() - t0) * 100:.2f} % of a core over 20 s")


def connections(path, count=10_000):
    resource.setrlimit(resource.RLIMIT_NOFILE, (resource.getrlimit(resource.RLIMIT_NOFILE)[1],) * 2)
    with Node(path, "--max-clients", str(count + 100)) as node:
        warm = [node.connect() for _ in range(200)]
        for s in warm:
            ping(s)
        time.sleep(2)
        before = node.rss_kb()
        sockets = []
        for _ in range(count):
            s = node.connect()
            ping(s)
            sockets.append(s)
        time.sleep(2)
        after = node.rss_kb()
        print(f"{count:,} idle connections (one PING each): {(after - before) * 1024 / count:.0f} bytes each, "
              f"{before / 1024:.1f} -> {after / 1024:.1f} MB resident")


def churn(path, seconds=60, rate=1000):
    with Node(path) as node:
        for _ in range(20_000):  # what the heap keeps for bursts is there before the count begins
            with node.connect() as s:
                ping(s)
        rss0, fd0 = node.rss_kb(), node.fds()
        begin, done = time.monotonic(), 0
        while time.monotonic() - begin < seconds:
            with node.connect() as s:
                ping(s)
            done += 1
            ahead = begin + done / rate - time.monotonic()
            if ahead > 0:
                time.sleep(ahead)
        time.sleep(2)
        clients = node.info("clients")["connected_clients"]
        print(f"{done:,} connections opened and closed in {time.monotonic() - begin - 2:.0f} s: resident {rss0 / 1024:.1f} -> "
              f"{node.rss_kb() / 1024:.1f} MB, descriptors {fd0} -> {node.fds()}, connected_clients {clients} (this one)")


def expiry(path, count=1_000_000):
    with Node(path, "--memory", "1gb") as node, node.connect() as s:
        deadline = int(time.time() * 1000) + 12_000
        value = b"x" * 100
        for base in range(0, count, 1000):
            pour(s, [command("SET", f"key:{i:012d}", value, "PXAT", deadline) for i in range(base, base + 1000)], 5000)
        held = int(node.info("memory")["used_memory"])
        latencies, seen = [], None
        probe = node.connect()
        while time.time() * 1000 < deadline + 4000:
            latencies.append((time.time() * 1000 - deadline, ping(s) * 1000))
            if seen is None and latencies[-1][0] > 0 and len(latencies) % 20 == 0:
                probe.sendall(b"DBSIZE\r\n")
                if probe.recv(64) == b":0\r\n":
                    seen = time.time() * 1000 - deadline
        calm = [l for t, l in latencies if t < -500]
        busy = [l for t, l in latencies if 0 <= t < 2000]
        q = lambda xs, p: sorted(xs)[min(len(xs) - 1, int(len(xs) * p))]
        print(f"{count:,} entries, one deadline: all memory reusable {seen:.0f} ms after it; used_memory {held / 1e6:.0f} -> "
              f"{int(node.info('memory')['used_memory']) / 1e6:.0f} MB\n"
              f"PING before: p50 {q(calm, .5):.3f} p99 {q(calm, .99):.3f} max {max(calm):.3f} ms; "
              f"in the 2 s after: p50 {q(busy, .5):.3f} p99 {q(busy, .99):.3f} max {max(busy):.3f} ms")


def shift(path, limit_mb=256):
    """Runs 10.5 x the limit through in seven phases of other value sizes; each uses a working set of half the limit."""
    rng = random.Random(7)
    with Node(path, "--memory", f"{limit_mb}mb") as node, node.connect() as s:
        worst = 0
        print(f"limit {limit_mb} MB; resident bound 1.25 x limit + 64 MB = {limit_mb * 1.25 + 64:.0f} MB")
        for phase, size in enumerate([64, 1024, 200, 40_000, 100, 8_000, 300]):
            amount = limit_mb * (1 << 20)
            working = max(50, amount // 2 // (size + 60))
            value = b"v" * size
            hits = asked = 0
            recent = []
            written = 0
            batch = max(1, min(500, 200_000 // size))
            while written < amount * 1.5:
                keys = [b"p%d:%d" % (phase, rng.randrange(working)) for _ in range(batch)]
                s.sendall(b"".join(command("EXISTS", k) for k in keys))
                got = b""
                while len(got) < 4 * batch:
                    got += s.recv(65536)
                missing = [k for k, r in zip(keys, got.split(b"\r\n")) if r == b":0"]
                recent.append(1 - len(missing) / batch)
                if missing:
                    pour(s, [command("SET", k, value) for k in missing], 5 * len(missing))
                else:
                    pour(s, [command("SET", keys[0], value)], 5)
                written += (size + 60) * max(len(missing), batch // 4)
                worst = max(worst, node.rss_kb())
            tail = recent[-max(1, len(recent) // 10):]
            print(f"value {size:>7} B: hit ratio over the last tenth {sum(tail) / len(tail) * 100:5.1f} %, "
                  f"resident {node.rss_kb() / 1024:.0f} MB (worst so far {worst / 1024:.0f})")


def http(path, seconds=3, rounds=5):
    """wrk on GET of 100 B, henge against a bare Kestrel endpoint with the same payload, in turn."""
    bench = os.path.join(ROOT, "bench/Henge.Benchmarks/bin/Release/net10.0/Henge.Benchmarks.dll")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bare = subprocess.Popen(["dotnet", bench, "bare-kestrel", str(port)], stdout=subprocess.DEVNULL)
    try:
        with Node(path) as node:
            with node.connect() as s:
                pour(s, [command("SET", "key", b"x" * 100)], 5)
            figures = {"henge": [], "bare": []}
            for n in range(rounds + 1):
                for name, url in (("henge", f"http://127.0.0.1:{node.port}/v1/cache/key"), ("bare", f"http://127.0.0.1:{port}/v1/cache/key")):
                    out = subprocess.run(["wrk", "-t1", "-c50", f"-d{seconds}s", url], capture_output=True, text=True).stdout
                    if "Non-2xx" in out:
                        sys.exit(out)
                    if n:
                        figures[name].append(float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1)))
    finally:
        bare.terminate()
        bare.wait()
    a, b = statistics.median(figures["henge"]), statistics.median(figures["bare"])
    print(f"HTTP GET of 100 B, wrk 50 connections, medians of {rounds}: henge {a:,.0f}/s, bare Kestrel {b:,.0f}/s, ratio {a / b:.2f}")


def benchmark(path):
    """redis-benchmark's own figures for the commands claimed, henge and Redis in turn."""
    tests = "ping_inline,ping_mbulk,set,get,incr,hset,mset"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    redis = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--appendonly", "no"], stdout=subprocess.DEVNULL)
    try:
        time.sleep(1)
        with Node(path) as node:
            for depth in (1, 16):
                for name, p in (("henge", node.port), ("redis", port)):
                    out = subprocess.run(["redis-benchmark", "-p", str(p), "-n", "200000", "-r", "100000", "-d", "100", "-P", str(depth),
                                          "-t", tests, "--csv"], capture_output=True, text=True)
                    print(f"{name}, -P {depth}\n{out.stdout}{out.stderr}")
    finally:
        redis.terminate()
        redis.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    what = {f.__name__: f for f in (start, idle, connections, churn, expiry, shift, http, benchmark)}
    parser.add_argument("what", choices=what)
    parser.add_argument("--henge", default=os.path.join(ROOT, "src/Henge.Server/bin/Release/net10.0/henge"))
    options = parser.parse_args()
    what[options.what](options.henge)


main()
