"""The sample behind a load balancer, while its instances are restarted one after another."""

import http.client
import json
import os
import random
import signal
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from checks import until
from load import percentile
from nodes import ROOT, free_ports

PROGRAM = ROOT / "samples/Shop/bin/Release/net10.0/Shop.dll"
LOOK = 0.1  # seconds between two looks of the balancer; the shop drains for ten times as long


class Shop:
    """One instance."""

    def __init__(self, number, web, ring, folder):
        self.port, self.number = web + number, number
        self.command = ["dotnet", str(PROGRAM), "--instance", str(number), "--web-port", str(web), "--ring-port",
                        str(ring), "--prices", folder, "--drain", "00:00:01"]
        self.log_path = f"{folder}/{number}.log"
        self.process = None

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")

    def get(self, path, timeout=2):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=timeout) as answer:
            return answer.read()

    def is_ready(self):
        try:
            self.get("/health")
            return True
        except (OSError, http.client.HTTPException):
            return False

    def members(self):
        try:
            seen = json.loads(self.get("/ring/v1/cluster"))
            return 0 if seen["loading_slots"] else sum(
                member["state"] == "alive" and member["phase"] == "ready" for member in seen["members"])
        except (OSError, http.client.HTTPException):
            return 0

    def leave(self):
        os.kill(self.process.pid, signal.SIGTERM)
        return self.process.wait(40)

    def end(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait(10)


class Balancer(threading.Thread):
    """Knows who takes requests: whose health check says yes, asked again and again. It knows nothing of plans."""

    def __init__(self, shops):
        super().__init__(daemon=True)
        self.shops, self.serving = shops, []
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(LOOK):
            self.serving = [shop for shop in self.shops if shop.is_ready()]


class Customer(threading.Thread):
    """Sends one request after another, each once, to whom the balancer says."""

    def __init__(self, number, balancer, products, changed):
        super().__init__(daemon=True)
        self.random = random.Random(number)
        self.balancer, self.products, self.changed = balancer, products, changed
        self.failures, self.reads, self.times, self.count = [], [], [], 0
        self.prices = {}
        self.links = {}
        self.over = threading.Event()

    def run(self):
        while not self.over.is_set():
            serving = self.balancer.serving
            for gone in [shop for shop in self.links if shop not in serving]:
                self.links.pop(gone).close()
            if serving:
                self.send(self.random.choice(serving))
            time.sleep(0.002)

    def send(self, shop):
        kind = self.random.random()
        method, path = "GET", f"/api/products/{self.random.choice(self.products)}"
        if kind < 0.01:
            product, price = self.random.choice(self.changed), self.random.randrange(1, 1000)
            method, path = "PUT", f"/api/products/{product}/price?price={price}"
        elif kind < 0.05:
            path = "/api/offers"
        began = time.monotonic()
        self.count += 1
        try:
            if shop not in self.links:
                self.links[shop] = http.client.HTTPConnection("127.0.0.1", shop.port, timeout=10)
            self.links[shop].request(method, path)
            answer = self.links[shop].getresponse()
            body = answer.read()
            if answer.status not in (200, 204):
                raise OSError(f"status {answer.status}")
            self.times.append(time.monotonic() - began)
            if kind >= 0.05:
                self.reads.append((began, json.loads(body)["isLookedUp"]))
            elif method == "PUT":
                self.prices[product] = price
        except (OSError, http.client.HTTPException) as error:
            self.failures.append(f"{method} {path} to instance {shop.number} after "
                                 f"{time.monotonic() - began:.2f} s: {error!r}")
            self.links.pop(shop).close()


class Levels(threading.Thread):
    """How many reads the ring has answered, over all instances, second by second."""

    def __init__(self, shops):
        super().__init__(daemon=True)
        self.shops, self.former, self.hits = shops, {}, Counter()
        self.over = threading.Event()

    def run(self):
        while not self.over.wait(LOOK):
            for shop in self.shops:
                try:
                    levels = json.loads(shop.get("/api/levels"))
                except (OSError, http.client.HTTPException):
                    continue
                hits = levels["here"] + levels["ring"]
                before = self.former.get(shop, 0)
                self.hits[int(time.monotonic())] += hits - before if hits >= before else hits
                self.former[shop] = hits


def shop(tap, options):
    """All three instances of the sample are restarted by SIGTERM behind a balancer: no request fails, and the ring
    answers on."""
    products = list(range(1, 1101 if options.long else 301))
    with tempfile.TemporaryDirectory(prefix="henge-shop-") as folder:
        web, ring = (port - 1 for port in rows())
        shops = [Shop(number, web, ring, folder) for number in (1, 2, 3)]
        try:
            for one in shops:
                one.start()
            tap.check("three instances are a ring",
                      until(30, lambda: all(one.members() == 3 for one in shops), 0.1) is not None, tail(shops))
            with ThreadPoolExecutor(60) as pool:
                list(pool.map(lambda number: shops[number % 3].get(f"/api/products/{number}", 10), products))
            roll(tap, shops, products, options)
        finally:
            for one in shops:
                one.end()


def rows():
    """Two rows of three ports, for browsers and for the ring."""
    ports = free_ports(40)
    found = [port for port in ports if {port + 1, port + 2} <= set(ports)]
    return found[0], next(port for port in found if port > found[0] + 2)


def roll(tap, shops, products, options):
    balancer, levels = Balancer(shops), Levels(shops)
    customers = [Customer(number, balancer, products, range(1151, 1201)) for number in range(4)]
    for thread in (balancer, levels, *customers):
        thread.start()
    time.sleep(10 if options.long else 3)
    began = time.monotonic()
    for one in shops * (3 if options.long else 1):
        code = one.leave()
        tap.check(f"instance {one.number} ends well", code == 0, tail(shops))
        one.start()
        tap.check(f"instance {one.number} takes requests again, with all others",
                  until(40, lambda: len(balancer.serving) == 3 and all(other.members() == 3 for other in shops), 0.1)
                  is not None, tail(shops))
    ended = time.monotonic()
    for thread in (*customers, levels, balancer):
        thread.over.set()
        thread.join(20)
    failures = [failure for customer in customers for failure in customer.failures]
    tap.check("no request fails", not failures, f"{len(failures)}, such as:\n" + "\n".join(failures[:8]) + tail(shops))
    judge(tap, customers, levels, began, ended)
    wrong = [(product, prices) for product in {p for customer in customers for p in customer.prices}
             if len(prices := {json.loads(one.get(f"/api/products/{product}"))["product"]["price"] for one in shops}) != 1
             or not prices & {customer.prices.get(product) for customer in customers}]
    tap.check("every price is one that was set last, and the same through all", not wrong, wrong[:5])
    times = [taken for customer in customers for taken in customer.times]
    tap.note(f"{sum(customer.count for customer in customers)} requests in {ended - began:.1f} s of restarts; median "
             f"{1000 * percentile(times, .5):.1f} ms, p99.9 {1000 * percentile(times, .999):.0f}, "
             f"most {1000 * max(times):.0f}")


def judge(tap, customers, levels, began, ended):
    """The ring's hits of all that it was asked: whoever finds nothing there looks the product up."""
    missed = Counter(int(at) for customer in customers for at, is_looked_up in customer.reads if is_looked_up)
    reads = Counter(int(at) for customer in customers for at, _ in customer.reads)

    def ratio(seconds, of):
        hits, misses = sum(of[second] for second in seconds), sum(missed[second] for second in seconds)
        return hits / (hits + misses) if hits + misses else 1.0

    before = [second for second in reads if second < int(began)]
    during = [second for second in reads if int(began) <= second < int(ended)]
    asked = {second: ratio([second], levels.hits) for second in during if levels.hits[second] >= 100}
    of_all = {second: (reads[second] - missed[second]) / reads[second] for second in during}
    usual = ratio(before, levels.hits)
    total = sum(levels.hits[second] for second in during)
    tap.note(f"the ring was asked {total} times and missed {sum(missed[second] for second in during)}; hit ratio "
             f"{usual:.4f} before, {ratio(during, levels.hits):.4f} during, in the worst second "
             f"{min(asked.values(), default=1):.4f}, of all reads {min(of_all.values()):.4f}")
    tap.check("the ring was asked while instances restarted", total > 500, total)
    tap.check("its hit ratio stays above 99 % of what it was, in every second",
              min(asked.values(), default=0) >= 0.99 * usual and ratio(during, levels.hits) >= 0.99 * usual, asked)
    tap.check("and so does that of all reads", min(of_all.values()) >= 0.99, of_all)


def tail(shops):
    text = ""
    for one in shops:
        with open(one.log_path, errors="replace") as log:
            text += f"\n--- {one.number}\n" + "\n".join(log.read().splitlines()[-15:])
    return text
