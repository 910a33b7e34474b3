"""Load through real Redis clients, with a history of what was answered."""

import threading
import time

import redis


def client(node, timeout=2.0):
    # No retries inside the client: every answer, errors too, is to be seen.
    return redis.Redis(
        host=node.host, port=node.port, socket_timeout=timeout, socket_connect_timeout=timeout,
        single_connection_client=True, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0))


class Writer(threading.Thread):
    """Writes unique values under unique keys, in pipelines, through one node after another as they fail. A write that
    was answered OK is acknowledged; one that was answered with an error, or not at all, may or may not be there."""

    def __init__(self, number, nodes, batch=100, pause=0.0):
        super().__init__(daemon=True)
        self.number, self.nodes, self.batch, self.pause = number, nodes, batch, pause
        self.acknowledged = []
        self.unknown = 0
        self.errors = []
        self.stopping = threading.Event()

    def value(self, key):
        return f"v{key}".encode()

    def run(self):
        serial, turn, connection = 0, self.number, None
        while not self.stopping.is_set():
            nodes = self.nodes()
            if connection is None:
                turn += 1
                connection = client(nodes[turn % len(nodes)])
            keys = [f"w{self.number}:{serial + i}" for i in range(self.batch)]
            serial += self.batch
            try:
                pipeline = connection.pipeline(transaction=False)
                for key in keys:
                    pipeline.set(key, self.value(key))
                for key, answer in zip(keys, pipeline.execute(raise_on_error=False)):
                    if answer is True:
                        self.acknowledged.append(key)
                    else:
                        self.unknown += 1
                        self.errors.append((time.monotonic(), repr(answer)))
            except redis.RedisError as error:
                self.unknown += self.batch
                self.errors.append((time.monotonic(), repr(error)))
                connection = None
            except (ValueError, OSError) as error:
                self.unknown += self.batch
                self.errors.append((time.monotonic(), repr(error)))
                connection = None
            if self.pause:
                time.sleep(self.pause)

    def stop(self):
        self.stopping.set()
        self.join(30)


class Reader(threading.Thread):
    """Reads keys that are there from the start, one at a time; a miss is a fault of the ring."""

    def __init__(self, number, nodes, keys, value):
        super().__init__(daemon=True)
        self.number, self.nodes, self.keys, self.value = number, nodes, keys, value
        self.reads, self.misses, self.wrong = 0, 0, 0
        self.errors, self.missed = [], []
        self.times = []
        self.stopping = threading.Event()

    def run(self):
        connections, at = {}, self.number * 7919
        while not self.stopping.is_set():
            nodes = self.nodes()
            node = nodes[at % len(nodes)]
            key = self.keys[at % len(self.keys)]
            at += 1
            try:
                if node.name not in connections:
                    connections[node.name] = client(node)
                began = time.perf_counter()
                answer = connections[node.name].get(key)
                self.times.append(time.perf_counter() - began)
                self.reads += 1
                if answer is None:
                    self.misses += 1
                    self.missed.append((time.monotonic(), key, node.name))
                elif answer != self.value(key):
                    self.wrong += 1
            except (redis.RedisError, OSError) as error:
                connections.pop(node.name, None)
                self.errors.append((time.monotonic(), node.name, repr(error)))

    def stop(self):
        self.stopping.set()
        self.join(30)


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def fill(node, keys, value, batch=1000):
    connection = client(node, 10)
    for start in range(0, len(keys), batch):
        pipeline = connection.pipeline(transaction=False)
        for key in keys[start:start + batch]:
            pipeline.set(key, value(key))
        bad = [answer for answer in pipeline.execute(raise_on_error=False) if answer is not True]
        if bad:
            raise RuntimeError(f"filling failed: {bad[0]!r}")


def missing(node, keys, value, batch=1000):
    """Keys that are not there, or hold something else."""
    connection = client(node, 10)
    lost = []
    for start in range(0, len(keys), batch):
        some = keys[start:start + batch]
        for key, answer in zip(some, connection.mget(some)):
            if answer != value(key):
                lost.append((key, answer))
    return lost


def info(node, section="all"):
    return client(node, 5).info(section)
