#!/usr/bin/env python3
"""Compares henge with Redis, Garnet and memcached on this machine, in one run, and prints a Markdown table.

The servers take turns (A, B, C, A, B, C, ...) so that drift of the machine hits all alike; medians and ratios are
what to quote. Needs: a C compiler, a built henge, redis-server and memcached on PATH, and for Garnet the tool
`garnet-server` (dotnet tool install garnet-server --tool-path DIR, then --garnet DIR/garnet-server).
Load generator: lean.c (--lean SOURCE or the variable HENGE_LEAN); one thread, closed loop.
"""
import argparse, os, re, shutil, signal, socket, statistics, subprocess, sys, tempfile, time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
HENGE = os.path.join(ROOT, "src/Henge.Server/bin/Release/net10.0/henge")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, name, command, protocol="resp"):
        self.name, self.protocol, self.port = name, protocol, free_port()
        self.command = [part.replace("{port}", str(self.port)) for part in command]
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                if self.process.poll() is not None:
                    sys.exit(f"{self.name} ended at start: {' '.join(self.command)}")
                time.sleep(0.05)
        sys.exit(f"{self.name} does not listen on {self.port}")

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def rss_mb(self):
        with open(f"/proc/{self.process.pid}/status") as f:
            return int(re.search(r"VmRSS:\s+(\d+)", f.read()).group(1)) / 1024


def lean(binary, server, depth, op, keys, size, seconds, connections):
    out = subprocess.run(
        [binary, str(server.port), "mc" if server.protocol == "mc" else "resp", str(connections), str(depth), op,
         str(keys), str(size), str(seconds), str(server.process.pid)],
        capture_output=True, text=True, timeout=seconds * 3 + 120)
    match = re.search(r"ops/s=(\d+) p50=(\d+) p99=(\d+) p99\.9=(\d+) max=(\d+) us cpu/op=([\d.]+)", out.stdout)
    if not match:
        sys.exit(f"{server.name}: {out.stdout}{out.stderr}")
    ops, p50, p99, p999, worst, cpu = match.groups()
    return {"ops": int(ops), "p99": int(p99), "p999": int(p999), "cpu": float(cpu)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2)
    parser.add_argument("--keys", type=int, default=1_000_000)
    parser.add_argument("--size", type=int, default=100)
    parser.add_argument("--connections", type=int, default=50)
    parser.add_argument("--depths", default="1,16,64")
    parser.add_argument("--ops", default="get,set")
    parser.add_argument("--servers", default="henge,redis,garnet,memcached")
    parser.add_argument("--garnet", default=shutil.which("garnet-server") or "garnet-server")
    parser.add_argument("--henge", default=HENGE)
    parser.add_argument("--henge-args", default="")
    parser.add_argument("--lean", default=os.environ.get("HENGE_LEAN", os.path.join(ROOT, "../shared/tools/lean.c")))
    options = parser.parse_args()

    work = tempfile.mkdtemp(prefix="henge-bench-")
    binary = os.path.join(work, "lean")
    subprocess.run(["cc", "-O2", "-o", binary, options.lean], check=True, stderr=subprocess.DEVNULL)
    known = {
        "henge": lambda: Server("henge", [options.henge, "--port", "{port}", "--memory", "4gb"] + options.henge_args.split()),
        "redis": lambda: Server("redis", ["redis-server", "--port", "{port}", "--save", "", "--appendonly", "no"]),
        "garnet": lambda: Server("garnet", [options.garnet, "--port", "{port}", "--memory", "4g", "--index", "512m"]),
        "memcached": lambda: Server("memcached", ["memcached", "-u", "nobody", "-l", "127.0.0.1", "-p", "{port}", "-m", "4096", "-t", "2"], "mc"),
        "floor": lambda: Server("floor", ["dotnet", os.path.join(ROOT, "bench/Henge.Benchmarks/bin/Release/net10.0/Henge.Benchmarks.dll"), "floor", "{port}", str(options.size)]),
    }
    servers = [known[name]() for name in options.servers.split(",")]
    results = {}
    try:
        for server in servers:
            server.start()
            lean(binary, server, 16, "set", options.keys, options.size, 0, options.connections)
        cases = [(op, int(depth)) for depth in options.depths.split(",") for op in options.ops.split(",")]
        for round_number in range(options.rounds + 1):   # the first round warms up and is not counted
            for op, depth in cases:
                for server in servers:
                    r = lean(binary, server, depth, op, options.keys, options.size, options.seconds, options.connections)
                    if round_number:
                        results.setdefault((op, depth, server.name), []).append(r)
                    print(f"\rround {round_number}/{options.rounds} {op} depth {depth} {server.name:<10}",
                          end="", file=sys.stderr, flush=True)
        print(file=sys.stderr)
        sizes = {server.name: server.rss_mb() for server in servers}
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(work)

    med = lambda case, name, what: statistics.median(r[what] for r in results[case + (name,)])
    names = [server.name for server in servers]
    peers = [name for name in names if name not in ("henge", "floor")]
    print("| | " + " | ".join(names) + " | henge / best | CPU henge / redis |")
    print("|---" * (len(names) + 3) + "|")
    for case in cases:
        cells = [f"{med(case, n, 'ops') / 1000:,.0f} ({med(case, n, 'cpu'):.2f}; {med(case, n, 'p99'):.0f})" for n in names]
        ratio = cpu = "-"
        if "henge" in names and peers:
            ratio = f"{med(case, 'henge', 'ops') / max(med(case, n, 'ops') for n in peers):.2f}"
        if "henge" in names and "redis" in names:
            cpu = f"{med(case, 'henge', 'cpu') / med(case, 'redis', 'cpu'):.2f}"
        print(f"| {case[0].upper()}, depth {case[1]} | " + " | ".join(cells) + f" | {ratio} | {cpu} |")
    print("\nThousand operations/s (server CPU us per operation; p99 of a batch in us); medians of "
          f"{options.rounds} rounds of {options.seconds} s, {options.connections} connections, {options.keys:,} keys of "
          f"{options.size} B. Resident MB at the end: " + ", ".join(f"{n} {sizes[n]:,.0f}" for n in names))


main()
