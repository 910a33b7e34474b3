"""Load through real Redis clients, with a history of what was answered."""

import threading
import time

import redis


def client(node, timeout=2.0):
    # No retries inside the client: every answer, errors too, is to be seen.
    encrypted = dict(zip(("ssl_ca_certs", "ssl_certfile", "ssl_keyfile"), map(str, node.trust or ())))
    return redis.Redis(
        host=node.host, port=node.port, socket_timeout=timeout, socket_connect_timeout=timeout, ssl=bool(encrypted),
        **encrypted,
        single_connection_client=True, retry=redis.retry.Retry(redis.backoff.NoBackoff(), 0))


class Load(threading.Thread):
    """A thread with one connection at a time, to one of the nodes that there are; it leaves a node that is taken from
    the list, as a balancer would have it."""

    def __init__(self, number, nodes):
        super().__init__(daemon=True)
        self.number, self.nodes = number, nodes
        self.errors = []
        self.stopping = threading.Event()
        self.node, self.connection = None, None

    def connect(self, turn):
        nodes = self.nodes()
        if self.connection is None or self.node not in nodes:
            self.connection = None
            self.node = nodes[turn % len(nodes)]
            self.connection = client(self.node)
        return self.connection

    def failed(self, error):
        self.errors.append((time.strftime("%H:%M:%S", time.gmtime()), self.node.name, repr(error)))

    def stop(self):
        self.stopping.set()
        self.join(30)


class Writer(Load):
    """Writes unique values under unique keys, in pipelines, through one node after another as they fail. A write that
    was answered OK is acknowledged; one that was answered with an error, or not at all, may or may not be there."""

    def __init__(self, number, nodes, batch=100, pause=0.0, prefix="w"):
        super().__init__(number, nodes)
        self.batch, self.pause, self.prefix = batch, pause, prefix
        self.acknowledged = []
        self.batches = []
        self.unknown = 0

    def when(self, key):
        """When the batch of a key was answered, and by whom: what the logs are searched for."""
        at, name = self.batches[int(key.rsplit(":", 1)[1]) // self.batch]
        return f"{key} was acknowledged at {time.strftime('%H:%M:%S', time.gmtime(at))} by {name}"

    def run(self):
        serial, turn = 0, self.number
        while not self.stopping.is_set():
            keys = [f"{self.prefix}{self.number}:{serial + i}" for i in range(self.batch)]
            serial += self.batch
            try:
                pipeline = self.connect(turn).pipeline(transaction=False)
                for key in keys:
                    pipeline.set(key, value(key))
                for key, answer in zip(keys, pipeline.execute(raise_on_error=False)):
                    if answer is True:
                        self.acknowledged.append(key)
                    else:
                        self.unknown += 1
                        self.failed(answer)
            except (redis.RedisError, ValueError, OSError) as error:
                turn += 1
                self.unknown += self.batch
                self.failed(error)
                self.connection = None
            self.batches.append((time.time(), self.node.name))
            if self.pause:
                time.sleep(self.pause)


class Reader(Load):
    """Reads keys that are there from the start, one at a time, through one node after another; a miss is a fault of
    the ring."""

    def __init__(self, number, nodes, keys):
        super().__init__(number, nodes)
        self.keys = keys
        self.misses, self.wrong, self.times = [], [], []

    def run(self):
        at = self.number * 7919
        while not self.stopping.is_set():
            at += 1
            if at % 200 == 0:
                self.connection = None
            key = self.keys[at % len(self.keys)]
            try:
                connection = self.connect(at // 200)
                began = time.perf_counter()
                answer = connection.get(key)
                self.times.append(time.perf_counter() - began)
                if answer is None:
                    self.misses.append((time.strftime("%H:%M:%S", time.gmtime()), key, self.node.name))
                elif answer != value(key):
                    self.wrong.append((key, answer))
            except (redis.RedisError, OSError) as error:
                self.failed(error)
                self.connection = None


def value(key):
    return f"v{key}".encode()


def percentile(times, share):
    ordered = sorted(times)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else 0.0


def fill(node, keys, made=value, batch=1000):
    connection = client(node, 10)
    for start in range(0, len(keys), batch):
        pipeline = connection.pipeline(transaction=False)
        for key in keys[start:start + batch]:
            pipeline.set(key, made(key))
        bad = [answer for answer in pipeline.execute(raise_on_error=False) if answer is not True]
        if bad:
            raise RuntimeError(f"filling failed: {bad[0]!r}")


def missing(node, keys, made=value, batch=1000):
    """Keys that are not there, or hold something else."""
    connection = client(node, 10)
    lost = []
    for start in range(0, len(keys), batch):
        some = keys[start:start + batch]
        for key, answer in zip(some, connection.mget(some)):
            if answer != made(key):
                lost.append((key, answer))
    return lost
