"""Guesses passwords of a node for some seconds, as fast as it can, and prints how many it sent.

Usage: guess.py PORT SECONDS one|many SEED
one: all from one address. many: from thousands of addresses of this machine.
"""

import base64
import concurrent.futures
import random
import socket
import sys
import time

PIPELINED = 1000
USERS = ("default", "shop", "idle", "nobody")


def auth(number):
    return b"*2\r\n$4\r\nAUTH\r\n$10\r\nwrong%05d\r\n" % (number % 100_000)


def hello(number):
    user = USERS[number % len(USERS)].encode()
    return b"*5\r\n$5\r\nHELLO\r\n$1\r\n3\r\n$4\r\nAUTH\r\n$%d\r\n%s\r\n$10\r\nwrong%05d\r\n" % (
        len(user), user, number % 100_000)


def basic(number):
    text = base64.b64encode(f"{USERS[number % len(USERS)]}:wrong{number}".encode()).decode()
    return f"GET /v1/stats HTTP/1.1\r\nHost: h\r\nAuthorization: Basic {text}\r\n\r\n".encode()


def bearer(number):
    return f"GET /v1/cache/k HTTP/1.1\r\nHost: h\r\nAuthorization: Bearer wrong{number}\r\n\r\n".encode()


def guess(port, kind, number, count, source):
    """So many guesses in one connection; returns whether any got in."""
    requests = [kind(number + i) for i in range(count)]
    replies = b""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5, source_address=(source, 0)) as connection:
            connection.sendall(b"".join(requests))
            connection.shutdown(socket.SHUT_WR)
            while part := connection.recv(1 << 16):
                replies += part
    except OSError:
        # It hangs up on who guesses on.
        pass
    return b"+OK" in replies or b"HTTP/1.1 200" in replies or b"$6\r\nserver" in replies


def guess_on(port, seconds, mode, seed):
    chance = random.Random(seed)
    sent, got_in, number, connections = 0, 0, seed * 1_000_000, 0
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        kind = chance.choice((auth, hello, basic, bearer))
        count = 1 if mode == "many" or chance.random() < 0.3 else PIPELINED if kind in (auth, hello) else 50
        source = "127.0.0.1" if mode == "one" else f"127.9.{chance.randrange(32)}.{chance.randrange(1, 255)}"
        got_in += guess(port, kind, number, count, source)
        sent, number, connections = sent + count, number + count, connections + 1
    return sent, connections, got_in


def main(port, seconds, mode, seed):
    # Who guesses from afar waits for each answer, and so does it in many places at once.
    threads = 64 if mode == "many" else 4
    with concurrent.futures.ThreadPoolExecutor(threads) as pool:
        done = [pool.submit(guess_on, port, seconds, mode, seed * threads + i) for i in range(threads)]
        print(*map(sum, zip(*(one.result() for one in done))))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
