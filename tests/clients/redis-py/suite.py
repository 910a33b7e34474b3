"""What users of redis-py do, against a live server. Usage: suite.py HOST PORT. Prints TAP; flushes the server.

The environment variable ONLY runs the tests whose name contains it.
"""

import os
import pickle
import socket
import sys
import threading
import time
import traceback

import redis
from redis.cluster import RedisCluster
from redis.exceptions import (
    ConnectionError,
    ExecAbortError,
    ResponseError,
    WatchError,
)

HOST, PORT = sys.argv[1], int(sys.argv[2])
TESTS = []


class Skip(Exception):
    """Raised by a test that this server cannot be asked."""


def test(function):
    TESTS.append(function)
    return function


def connect(**options):
    return redis.Redis(HOST, PORT, **options)


def eventually(condition, seconds=5):
    """Polls an observable condition until it holds or the deadline passes."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if condition():
            return
        time.sleep(0.005)
    raise AssertionError("not within %s s" % seconds)


def expect(actual, expected):
    assert actual == expected, "%r is not %r" % (actual, expected)


def raises(kind, call, *arguments, text=""):
    try:
        result = call(*arguments)
    except kind as error:
        assert type(error) is kind, "%r, not exactly %s" % (error, kind.__name__)
        assert text in str(error), "%r does not say %r" % (str(error), text)
        return error
    raise AssertionError("%r instead of %s" % (result, kind.__name__))


# Handshake and connection


@test
def handshake_with_every_option():
    r = connect(client_name="suite", health_check_interval=1, socket_timeout=5, socket_keepalive=True, db=0)
    assert r.ping()
    expect(r.client_getname(), "suite")
    assert r.client_id() > 0
    expect(r.echo("hello"), b"hello")
    seconds, micros = r.time()
    assert abs(seconds - time.time()) < 60 and 0 <= micros < 1_000_000


@test
def connection_from_a_url():
    r = redis.from_url("redis://%s:%d/0?decode_responses=true" % (HOST, PORT))
    r.set("url", "välue")
    expect(r.get("url"), "välue")


@test
def password_where_none_is_set_is_refused():
    raises(ResponseError, connect(password="guess").ping, text="called without any password configured")
    raises(ResponseError, connect(username="no", password="guess").ping, text="invalid username-password pair")


@test
def info_parses():
    info = connect().info()
    assert info["redis_version"].startswith("7."), info["redis_version"]
    expect(info["role"], "master")
    expect(info["loading"], 0)
    assert info["connected_clients"] >= 1
    assert "used_memory" in connect().info("memory")
    assert "maxmemory_policy" in info
    connect().set("keyspace", 1)
    assert connect().info("keyspace")["db0"]["keys"] >= 1


@test
def client_list_names_this_connection():
    r = connect(client_name="listed", single_connection_client=True)
    own = [c for c in r.client_list() if c["name"] == "listed"]
    expect(len(own), 1)
    expect(int(own[0]["id"]), r.client_id())
    assert own[0]["addr"].count(":") >= 1


@test
def killed_connection_is_replaced():
    r, other = connect(), connect()
    r.set("kept", "yes")
    before = r.client_id()
    other.client_kill_filter(_id=before)
    expect(r.get("kept"), b"yes")
    assert r.client_id() != before


@test
def config_get_and_command_count():
    config = connect().config_get("maxmemory*")
    assert "maxmemory" in config and "maxmemory-policy" in config, config
    assert connect().command_count() > 100
    assert "get" in connect().command()


# Strings


@test
def strings_are_bytes():
    r = connect()
    for value in (b"", b"\0", b"\r\n", bytes(range(256)), "snö ☃".encode(), b"x" * 65536):
        assert r.set(b"k" + value[:100], value)
        expect(r.get(b"k" + value[:100]), value)
    expect(r.get("never set"), None)
    expect(r.strlen("never set"), 0)


@test
def ten_megabytes():
    r = connect()
    value = os.urandom(10 * 1024 * 1024)
    r.set("large", value)
    assert r.get("large") == value, "10 MB came back changed"
    expect(r.strlen("large"), len(value))
    expect(r.getrange("large", -3, -1), value[-3:])
    r.delete("large")


@test
def set_options():
    r = connect()
    r.delete("o")
    expect(r.set("o", 1, xx=True), None)
    expect(r.set("o", 1, nx=True, ex=100), True)
    expect(r.set("o", 2, nx=True), None)
    expect(r.set("o", 2, keepttl=True), True)
    assert 90 < r.ttl("o") <= 100
    expect(r.set("o", 3, get=True), b"2")
    expect(r.ttl("o"), -1)
    r.set("o", 4, exat=int(time.time()) + 50)
    assert 40 < r.ttl("o") <= 50
    r.set("o", 5, pxat=int(time.time() * 1000) + 50_000)
    assert 40_000 < r.pttl("o") <= 50_000
    raises(ResponseError, lambda: r.execute_command("SET", "o", 1, "EX", 0), text="invalid expire")
    raises(ResponseError, lambda: r.execute_command("SET", "o", 1, "NX", "XX"), text="syntax error")


@test
def string_family():
    r = connect()
    r.delete("s", "t", "u")
    expect(r.append("s", "Hello"), 5)
    expect(r.append("s", " World"), 11)
    expect(r.getrange("s", 0, 4), b"Hello")
    expect(r.substr("s", -5, -1), b"World")
    expect(r.setrange("s", 6, "Redis"), 11)
    expect(r.setrange("t", 3, "x"), 4)
    expect(r.get("t"), b"\0\0\0x")
    expect(r.getset("s", "new"), b"Hello Redis")
    expect(r.getdel("s"), b"new")
    expect(r.getdel("s"), None)
    expect(r.setnx("s", 1), True)
    expect(r.setnx("s", 2), False)
    expect(r.getex("s", ex=50), b"1")
    assert 40 < r.ttl("s") <= 50
    expect(r.getex("s", persist=True), b"1")
    expect(r.ttl("s"), -1)
    r.setex("s", 50, "v")
    r.psetex("t", 50_000, "v")
    assert r.ttl("s") > 40 and r.pttl("t") > 40_000
    expect(r.mset({"s": 1, "t": b"\xff", "u": ""}), True)
    expect(r.mget("s", "t", "no", "u"), [b"1", b"\xff", None, b""])
    expect(r.msetnx({"s": 9, "v": 9}), False)
    expect(r.exists("v"), 0)
    expect(r.ttl("s"), -1)
    r.mset({"a": "ohmytext", "b": "mynewtext"})
    expect(r.execute_command("LCS", "a", "b"), b"mytext")


@test
def bits():
    r = connect()
    r.delete("bits")
    expect(r.setbit("bits", 7, 1), 0)
    expect(r.setbit("bits", 7, 0), 1)
    r.set("bits", "foobar")
    expect(r.bitcount("bits"), 26)
    expect(r.bitcount("bits", 1, 1), 6)
    expect(r.getbit("bits", 1), 1)
    expect(r.getbit("bits", 1000), 0)


@test
def counters():
    r = connect()
    r.delete("n")
    expect([r.incr("n"), r.incrby("n", 10), r.decr("n"), r.decrby("n", 20)], [1, 11, 10, -10])
    expect(r.incrbyfloat("f", 0.1) and r.incrbyfloat("f", 0.2), 0.3)
    r.set("n", 2**63 - 1)
    raises(ResponseError, r.incr, "n", text="increment or decrement would overflow")
    expect(r.get("n"), b"9223372036854775807")
    r.set("n", "abc")
    raises(ResponseError, r.incr, "n", text="value is not an integer or out of range")
    raises(ResponseError, r.incrbyfloat, "n", 1.0, text="not a valid float")


@test
def counters_from_eight_threads_lose_nothing():
    r = connect()
    r.delete("shared")
    threads = [threading.Thread(target=lambda: [r.incr("shared") for _ in range(500)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(r.get("shared"), b"4000")


# Keys and expiry


@test
def keys():
    r = connect()
    r.flushdb()
    expect(r.dbsize(), 0)
    expect(r.randomkey(), None)
    r.mset({"a": 1, "b": 2, "c": 3})
    expect(r.exists("a", "b", "a", "no"), 3)
    expect(r.touch("a", "no"), 1)
    expect(r.delete("a", "no"), 1)
    expect(r.unlink("b"), 1)
    expect(r.type("c"), b"string")
    expect(r.type("no"), b"none")
    expect(r.rename("c", "d"), True)
    raises(ResponseError, r.rename, "c", "d", text="no such key")
    r.set("e", 1)
    expect(r.renamenx("d", "e"), False)
    expect(r.copy("d", "f"), True)
    expect(r.copy("d", "f"), False)
    expect(r.copy("e", "f", replace=True), True)
    expect(sorted(r.keys("*")), [b"d", b"e", b"f"])
    expect(sorted(r.keys("[de]")), [b"d", b"e"])
    assert r.randomkey() in (b"d", b"e", b"f")
    expect(r.object("encoding", "e"), b"int")
    assert r.memory_usage("e") > 0


@test
def expiry():
    r = connect()
    r.set("x", 1, px=60)
    assert 0 < r.pttl("x") <= 60
    eventually(lambda: r.get("x") is None)
    expect(r.exists("x"), 0)
    expect(r.ttl("x"), -2)
    r.set("x", 1)
    expect(r.ttl("x"), -1)
    expect(r.expire("x", 100), True)
    expect(r.expire("x", 50, nx=True), False)
    expect(r.expire("x", 200, lt=True), False)
    expect(r.expire("x", 200, gt=True), True)
    expect(r.expire("x", 150, xx=True), True)
    assert 140 < r.ttl("x") <= 150
    at = int(time.time()) + 300
    expect(r.expireat("x", at), True)
    expect(r.execute_command("EXPIRETIME", "x"), at)
    expect(r.pexpireat("x", at * 1000 + 1), True)
    expect(r.execute_command("PEXPIRETIME", "x"), at * 1000 + 1)
    expect(r.persist("x"), True)
    expect(r.persist("x"), False)
    expect(r.pexpire("x", -1), True)
    expect(r.exists("x"), 0)
    expect(r.expire("x", 10), False)
    r.set("x", 1)
    raises(ResponseError, r.expire, "x", 2**62, text="invalid expire time")


@test
def scan_iterators_visit_every_key_once_or_more():
    r = connect()
    r.flushall()
    pipe = r.pipeline(transaction=False)
    for i in range(5000):
        pipe.set("scan:%d" % i, i)
    pipe.hset("hash:1", "f", "v")
    pipe.execute()
    expect(set(r.scan_iter(count=100)) - {b"hash:1"}, {b"scan:%d" % i for i in range(5000)})
    expect(set(r.scan_iter("scan:12??", count=1000)), {b"scan:%d" % i for i in range(1200, 1300)})
    expect(set(r.scan_iter(_type="hash", count=1000)), {b"hash:1"})
    cursor, page = r.scan(0, count=10)
    assert 0 < len(page) < 5000 and cursor != 0


# Hashes


@test
def hashes():
    r = connect()
    r.delete("h", "big")
    expect(r.hset("h", mapping={"a": 1, "b": b"\0\xff", "c": ""}), 3)
    expect(r.hset("h", "a", 2), 0)
    expect(r.hget("h", "b"), b"\0\xff")
    expect(r.hget("h", "no"), None)
    expect(r.hmget("h", "a", "no", "c"), [b"2", None, b""])
    expect(r.hgetall("h"), {b"a": b"2", b"b": b"\0\xff", b"c": b""})
    expect(sorted(r.hkeys("h")), [b"a", b"b", b"c"])
    expect(sorted(r.hvals("h")), [b"", b"\0\xff", b"2"])
    expect((r.hlen("h"), r.hexists("h", "a"), r.hexists("h", "z"), r.hstrlen("h", "b")), (3, True, False, 2))
    expect(r.hincrby("h", "a", 40), 42)
    expect(r.hincrbyfloat("h", "f", 1.5), 1.5)
    expect((r.hsetnx("h", "a", 1), r.hsetnx("h", "z", 1)), (0, 1))
    expect(r.hdel("h", "a", "z", "no"), 2)
    assert set(r.hrandfield("h", 10)) == {b"b", b"c", b"f"}
    expect(r.hdel("h", "b", "c", "f"), 3)
    expect(r.exists("h"), 0)
    fields = {b"field:%d" % i: b"value:%d" % i for i in range(2000)}
    r.hset("big", mapping=fields)
    expect(dict(r.hscan_iter("big", count=50)), fields)
    expect(dict(r.hscan_iter("big", match="field:19?9")), {b"field:19%d9" % i: b"value:19%d9" % i for i in range(10)})
    expect(r.hgetall("big"), fields)
    raises(ResponseError, r.hincrby, "big", "field:1", text="hash value is not an integer")


# Pipelines and transactions


@test
def pipeline_of_ten_thousand():
    r = connect()
    pipe = r.pipeline(transaction=False)
    for i in range(10_000):
        pipe.set("p:%d" % i, i)
        pipe.get("p:%d" % i)
    replies = pipe.execute()
    expect(replies[0::2], [True] * 10_000)
    expect(replies[1::2], [b"%d" % i for i in range(10_000)])


@test
def pipeline_answers_every_command_after_errors():
    r = connect()
    r.set("str", "v")
    pipe = r.pipeline(transaction=False)
    pipe.set("ok", 1).hget("str", "f").get("ok").execute_command("NOSUCH", "a").execute_command("GET").get("ok")
    replies = pipe.execute(raise_on_error=False)
    expect([replies[0], replies[2], replies[5]], [True, b"1", b"1"])
    assert "WRONGTYPE" in str(replies[1]), replies[1]
    assert "unknown command" in str(replies[3]), replies[3]
    assert "wrong number of arguments" in str(replies[4]), replies[4]


@test
def transactions():
    r = connect()
    r.mset({"t1": 1, "t2": "s"})
    expect(r.pipeline().incr("t1").get("t1").hset("th", "f", 1).delete("th").execute(), [2, b"2", 1, 1])
    replies = r.pipeline().incr("t2").incr("t1").execute(raise_on_error=False)
    assert isinstance(replies[0], ResponseError) and replies[1] == 3, replies
    pipe = r.pipeline()
    pipe.execute_command("NOSUCH")
    error = None
    try:
        pipe.incr("t1").execute()
    except (ResponseError, ExecAbortError) as e:
        error = e
    assert error is not None, "EXEC of an unknown command succeeded"
    expect(r.get("t1"), b"3")


@test
def watch_sees_a_conflict():
    r, other = connect(), connect()
    r.set("w", 1)
    with r.pipeline() as pipe:
        pipe.watch("w")
        value = int(pipe.get("w"))
        other.set("w", 10)
        pipe.multi()
        pipe.set("w", value + 1)
        raises(WatchError, pipe.execute)
    expect(r.get("w"), b"10")
    with r.pipeline() as pipe:
        pipe.watch("w", "absent")
        pipe.multi()
        pipe.incr("w")
        expect(pipe.execute(), [11])
    with r.pipeline() as pipe:
        pipe.watch("w")
        other.incr("w")
        pipe.unwatch()
        pipe.multi()
        pipe.incr("w")
        expect(pipe.execute(), [13])


@test
def transaction_retries_until_it_wins():
    r = connect()
    r.set("cas", 0)

    def add(pipe):
        value = int(pipe.get("cas"))
        pipe.multi()
        pipe.set("cas", value + 1)

    threads = [
        threading.Thread(target=lambda: [r.transaction(add, "cas") for _ in range(50)]) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    expect(r.get("cas"), b"200")


# Publish and subscribe


def next_message(subscriber):
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        message = subscriber.get_message(timeout=1)
        if message is not None:
            return (message["type"], message["pattern"], message["channel"], message["data"])
    raise AssertionError("no message within 5 s")


@test
def publish_and_subscribe():
    r, s = connect(), connect().pubsub()
    s.subscribe("news", b"bin\0ary")
    s.psubscribe("n?ws")
    expect(next_message(s), ("subscribe", None, b"news", 1))
    expect(next_message(s), ("subscribe", None, b"bin\0ary", 2))
    expect(next_message(s), ("psubscribe", None, b"n?ws", 3))
    expect(r.publish("news", b"\0\xff"), 2)
    expect(
        {next_message(s), next_message(s)},
        {("message", None, b"news", b"\0\xff"), ("pmessage", b"n?ws", b"news", b"\0\xff")},
    )
    expect(r.publish("nobody", 1), 0)
    assert b"news" in r.pubsub_channels("ne*")
    expect(r.pubsub_numsub("news"), [(b"news", 1)])
    assert r.pubsub_numpat() >= 1
    s.ping("beat")
    expect(next_message(s), ("pong", None, None, b"beat"))
    s.unsubscribe()
    s.punsubscribe()
    expect([next_message(s)[0] for _ in range(3)].count("unsubscribe"), 2)
    s.close()
    eventually(lambda: r.pubsub_numsub("news") == [(b"news", 0)])


@test
def messages_keep_their_order():
    r, s = connect(), connect().pubsub(ignore_subscribe_messages=True)
    s.subscribe("order")
    eventually(lambda: r.pubsub_numsub("order")[0][1] == 1 and s.get_message() is None)
    pipe = r.pipeline(transaction=False)
    for i in range(2000):
        pipe.publish("order", i)
    pipe.execute()
    expect([int(next_message(s)[3]) for _ in range(2000)], list(range(2000)))


@test
def listener_thread_gets_messages():
    r, s = connect(), connect().pubsub()
    got = []
    s.subscribe(**{"thread": lambda message: got.append(message["data"])})
    thread = s.run_in_thread(sleep_time=0.01, daemon=True)
    eventually(lambda: r.publish("thread", "hi") == 1)
    eventually(lambda: got[:1] == [b"hi"])
    thread.stop()
    thread.join()


# Errors


@test
def errors_are_response_errors():
    r = connect()
    r.set("e:s", "v")
    r.delete("e:h")
    r.hset("e:h", "f", "v")
    raises(ResponseError, r.get, "e:h", text="WRONGTYPE Operation against a key holding the wrong kind of value")
    raises(ResponseError, r.hset, "e:s", "f", "v", text="WRONGTYPE")
    raises(ResponseError, r.execute_command, "NOSUCH", "a", text="unknown command 'NOSUCH', with args beginning with: 'a'")
    raises(ResponseError, r.execute_command, "GET", text="wrong number of arguments for 'get' command")
    raises(ResponseError, r.setrange, "e:s", -1, "x", text="offset is out of range")
    raises(ResponseError, r.execute_command, "CLIENT", "NOSUCH", text="nknown subcommand")
    raises(ResponseError, r.execute_command, "EXEC", text="EXEC without MULTI")
    with socket.socket() as closed:  # bound and not listening: nobody answers there
        closed.bind(("127.0.0.1", 0))
        raises(ConnectionError, redis.Redis("127.0.0.1", closed.getsockname()[1]).ping)
    assert r.ping()


@test
def large_keys_and_many_arguments():
    r = connect()
    key = b"k" * 60_000
    r.set(key, "v")
    expect(r.get(key), b"v")
    r.delete(key)
    many = {"many:%d" % i: i for i in range(10_000)}
    r.mset(many)
    expect(r.mget(list(many)), [b"%d" % i for i in range(10_000)])
    expect(r.delete(*many), 10_000)


# How frameworks use the client


@test
def django_cache_backend():
    r = connect()
    r.flushdb()
    dumped = pickle.dumps({"a": [1, 2, 3]}, pickle.HIGHEST_PROTOCOL)
    expect(r.set(":1:add", dumped, nx=True, ex=300), True)
    expect(r.set(":1:add", b"other", nx=True, ex=300), None)
    expect(pickle.loads(r.get(":1:add")), {"a": [1, 2, 3]})
    expect(r.persist(":1:add"), True)
    expect(r.expire(":1:add", 60), True)
    pipe = r.pipeline()
    pipe.mset({":1:a": 1, ":1:b": b"two"})
    for key in (":1:a", ":1:b"):
        pipe.expire(key, 60)
    expect(pipe.execute(), [True, True, True])
    expect(r.mget([":1:a", ":1:b", ":1:c"]), [b"1", b"two", None])
    expect(r.incrby(":1:a", 5), 6)
    assert 50 < r.ttl(":1:a") <= 60
    expect(bool(r.exists(":1:a")), True)
    expect(bool(r.delete(":1:a", ":1:b")), True)
    expect(r.flushdb(), True)


@test
def rails_cache_store():
    r = connect()
    r.delete("hits", "views/1")
    expect(r.set("views/1", b"\x04\bo:\x20", px=90_000, nx=True), True)
    expect(r.mget("views/1", "views/2"), [b"\x04\bo:\x20", None])
    expect(r.pipeline(transaction=False).incrby("hits", 2).expire("hits", 60, nx=True).execute(), [2, True])
    expect(r.pipeline(transaction=False).incrby("hits", 2).expire("hits", 90, nx=True).execute(), [4, False])
    assert 50 < r.ttl("hits") <= 60
    cursor, found = 0, []
    while True:
        cursor, page = r.scan(cursor, match="views/*", count=1000)
        found += page
        if cursor == 0:
            break
    expect(found, [b"views/1"])
    expect(r.delete(*found), 1)


@test
def spring_cache():
    r = connect()
    r.delete("cache::1", "cache~lock")
    expect(r.set("cache~lock", b"", nx=True), True)
    expect(r.set("cache::1", b"\xac\xed\x00\x05t", px=600_000), True)
    expect(r.exists("cache~lock"), 1)
    expect(r.delete("cache~lock"), 1)
    expect(r.getex("cache::1", px=600_000), b"\xac\xed\x00\x05t")
    expect(r.keys("cache::*"), [b"cache::1"])
    expect(r.delete(*r.keys("cache::*")), 1)


@test
def microsoft_distributed_cache():
    r = connect()
    r.delete("session")
    pipe = r.pipeline(transaction=False)
    pipe.execute_command("HMSET", "session", "absexp", -1, "sldexp", 12_000_000_000, "data", b"\0\1\2")
    pipe.expire("session", 1200)
    expect(pipe.execute(), [True, True])
    expect(r.hmget("session", "absexp", "sldexp"), [b"-1", b"12000000000"])
    expect(r.hmget("session", "absexp", "sldexp", "data"), [b"-1", b"12000000000", b"\0\1\2"])
    expect(r.hget("session", "data"), b"\0\1\2")
    expect(r.pexpire("session", 1_200_000), True)
    expect(r.unlink("session"), 1)
    expect(r.hmget("session", "absexp", "sldexp", "data"), [None, None, None])


# Cluster mode


def cluster():
    if "henge_version" not in connect().info() and connect().info()["cluster_enabled"] == 0:
        raise Skip("this server is no cluster")
    return RedisCluster(host=HOST, port=PORT)


@test
def cluster_client_routes_to_the_node():
    r = cluster()
    for i in range(500):
        r.set("cluster:%d" % i, i)
    expect([r.get("cluster:%d" % i) for i in range(500)], [b"%d" % i for i in range(500)])
    expect(r.mset_nonatomic({"c:1": 1, "c:2": 2}) and r.mget_nonatomic("c:1", "c:2", "c:3"), [b"1", b"2", None])
    expect(r.delete("c:1", "c:2"), 2)
    assert len(list(r.scan_iter(match="cluster:*", count=1000))) >= 500
    expect(r.keyslot("foo"), 12182)
    expect(len(r.get_nodes()), 1)


@test
def cluster_pipeline():
    r = cluster()
    pipe = r.pipeline()
    for i in range(1000):
        pipe.set("cp:%d" % i, i).get("cp:%d" % i)
    expect(pipe.execute()[1::2], [b"%d" % i for i in range(1000)])


@test
def cluster_map():
    cluster()
    r = connect()
    ranges = r.execute_command("CLUSTER", "SLOTS")
    expect(sum(entry[1] - entry[0] + 1 for entry in ranges), 16384)
    expect(ranges[0][2][1], PORT)
    expect(r.cluster("keyslot", "{user1000}.following"), 3443)
    info = r.cluster("info")
    expect((info["cluster_state"], info["cluster_slots_assigned"]), ("ok", "16384"))
    nodes = r.cluster("nodes")
    expect(len(nodes), 1)
    assert "myself" in list(nodes.values())[0]["flags"]


def main():
    failures = number = 0
    for function in TESTS:
        if os.environ.get("ONLY", "") not in function.__name__:
            continue
        number += 1
        name = function.__name__.replace("_", " ")
        try:
            function()
            print("ok %d - %s" % (number, name), flush=True)
        except Skip as reason:
            print("ok %d - %s # SKIP %s" % (number, name, reason), flush=True)
        except Exception as error:  # a failed test must not stop the others
            failures += 1
            print("not ok %d - %s" % (number, name))
            where = traceback.extract_tb(error.__traceback__)
            at = [frame.lineno for frame in where if frame.filename == __file__]
            print("# %s: %s, lines %s" % (type(error).__name__, str(error)[:500].replace("\n", " "), at), flush=True)
    print("1..%d" % number)
    sys.exit(1 if failures else 0)


main()
