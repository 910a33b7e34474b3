// What users of ioredis do, against a live server: version 6 over RESP3, its default, and over RESP2, and version 5.
// Usage: node suite.js HOST PORT. Prints TAP; flushes the server.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";

import { Redis as Redis6, Cluster as Cluster6 } from "ioredis";
import { Redis as Redis5, Cluster as Cluster5 } from "ioredis5";

import { Skip, eventually, run, test } from "../tap.js";

const [host, port] = [process.argv[2], Number(process.argv[3])];

function suite(label, Redis, Cluster, options) {
  const clients = [];
  const connect = (more = {}) => {
    const client = new Redis({ host, port, ...options, ...more });
    client.on("error", () => {});
    clients.push(client);
    return client;
  };
  const it = (name, body) =>
    test(`${label}: ${name}`, async () => {
      try {
        await body();
      } finally {
        clients.splice(0).forEach((c) => c.disconnect());
      }
    });

  it("handshake with ready check, name and keep-alive", async () => {
    const r = connect({ connectionName: "suite", keepAlive: 1000, db: 0 });
    assert.equal(await r.ping(), "PONG");
    assert.equal(r.status, "ready");
    assert.equal(await r.client("GETNAME"), "suite");
    assert.equal(await r.echo("x"), "x");
    assert.match(await r.info("server"), /redis_version:7\./);
    assert.equal(await r.quit(), "OK");
  });

  it("connection is listed", async () => {
    const r = connect();
    const id = await r.client("ID");
    const line = (await r.client("LIST")).split("\n").find((l) => l.startsWith(`id=${id} `));
    assert.ok(line, "this connection is not in CLIENT LIST");
    assert.match(line, / addr=\S+:\d+ /);
  });

  it("strings are bytes", async () => {
    const r = connect();
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    for (const value of [Buffer.alloc(0), Buffer.from("\0\r\n"), all, randomBytes(70_000)]) {
      const key = Buffer.concat([Buffer.from("bytes:"), value.subarray(0, 50)]);
      assert.equal(await r.set(key, value), "OK");
      assert.deepEqual(await r.getBuffer(key), value);
    }
    await r.set("snö", "☃");
    assert.equal(await r.get("snö"), "☃");
    assert.equal(await r.get("never set"), null);
  });

  it("ten megabytes", async () => {
    const r = connect();
    const value = randomBytes(10 * 1024 * 1024);
    await r.set("large", value);
    assert.ok(value.equals(await r.getBuffer("large")));
    await r.del("large");
  });

  it("set options and the string family", async () => {
    const r = connect();
    await r.del("s", "n", "a", "b", "c");
    assert.equal(await r.set("s", 1, "XX"), null);
    assert.equal(await r.set("s", 1, "EX", 100, "NX"), "OK");
    assert.equal(await r.set("s", 2, "NX"), null);
    assert.equal(await r.set("s", 2, "KEEPTTL"), "OK");
    assert.ok((await r.ttl("s")) > 90);
    assert.equal(await r.set("s", 3, "GET"), "2");
    assert.equal(await r.ttl("s"), -1);
    assert.equal(await r.append("s", "45"), 3);
    assert.equal(await r.getrange("s", 1, -1), "45");
    assert.equal(await r.setrange("s", 5, "x"), 6);
    assert.equal(await r.strlen("s"), 6);
    assert.equal(await r.getset("s", "v"), "345\0\0x");
    assert.equal(await r.getex("s", "PX", 50_000), "v");
    assert.ok((await r.pttl("s")) > 40_000);
    assert.equal(await r.getdel("s"), "v");
    assert.deepEqual([await r.incr("n"), await r.incrby("n", 5), await r.decr("n")], [1, 6, 5]);
    assert.equal(await r.incrbyfloat("n", 0.5), "5.5");
    assert.equal(await r.mset({ a: 1, b: "" }), "OK");
    assert.deepEqual(await r.mget("a", "b", "c"), ["1", "", null]);
    assert.equal(await r.msetnx("c", 1, "a", 2), 0);
    assert.equal(await r.setbit("c", 7, 1), 0);
    assert.equal(await r.bitcount("c"), 1);
  });

  it("hashes", async () => {
    const r = connect();
    await r.del("h");
    assert.equal(await r.hset("h", { a: 1, b: "two", c: "" }), 3);
    assert.deepEqual(await r.hgetall("h"), { a: "1", b: "two", c: "" });
    assert.deepEqual(await r.hgetall("no such hash"), {});
    assert.deepEqual(await r.hmget("h", "a", "z"), ["1", null]);
    assert.equal(await r.hincrby("h", "a", 2), 3);
    assert.equal(await r.hincrbyfloat("h", "a", 0.25), "3.25");
    assert.deepEqual((await r.hkeys("h")).sort(), ["a", "b", "c"]);
    assert.deepEqual((await r.hvals("h")).sort(), ["", "3.25", "two"]);
    assert.equal(await r.hdel("h", "a", "b", "z"), 2);
    assert.equal(await r.hlen("h"), 1);
    assert.equal(await r.hexists("h", "c"), 1);
    assert.equal(await r.hsetnx("h", "c", 1), 0);
    const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, `v${i}`]));
    await r.hset("many", fields);
    const found = {};
    for await (const page of r.hscanStream("many", { count: 100 })) {
      for (let i = 0; i < page.length; i += 2) {
        found[page[i]] = page[i + 1];
      }
    }
    assert.deepEqual(found, fields);
  });

  it("expiry", async () => {
    const r = connect();
    await r.set("x", 1, "PX", 60);
    await eventually(async () => (await r.get("x")) === null);
    assert.equal(await r.ttl("x"), -2);
    await r.set("x", 1);
    assert.equal(await r.expire("x", 100), 1);
    assert.equal(await r.expire("x", 50, "NX"), 0);
    assert.equal(await r.pexpireat("x", Date.now() + 500_000), 1);
    assert.ok((await r.ttl("x")) > 490);
    assert.equal(await r.persist("x"), 1);
    assert.equal(await r.expire("x", -1), 1);
    assert.equal(await r.exists("x"), 0);
  });

  it("pipeline of ten thousand", async () => {
    const r = connect();
    const pipeline = r.pipeline();
    for (let i = 0; i < 10_000; i++) {
      pipeline.set(`p:${i}`, i).get(`p:${i}`);
    }
    const replies = await pipeline.exec();
    assert.equal(replies.length, 20_000);
    assert.ok(replies.every(([error, reply], i) => error === null && reply === (i % 2 ? `${i >> 1}` : "OK")));
  });

  it("automatic pipelining", async () => {
    const r = connect({ enableAutoPipelining: true });
    const replies = await Promise.all(Array.from({ length: 5000 }, (_, i) => r.set(`auto:${i}`, i)));
    assert.ok(replies.every((reply) => reply === "OK"));
    const values = await Promise.all(Array.from({ length: 5000 }, (_, i) => r.get(`auto:${i}`)));
    assert.deepEqual(values, Array.from({ length: 5000 }, (_, i) => `${i}`));
  });

  it("pipelined commands after an error are answered", async () => {
    const r = connect();
    await r.set("str", "v");
    const replies = await r.pipeline().get("str").hget("str", "f").call("NOSUCH").get("str").exec();
    assert.equal(replies[0][1], "v");
    assert.match(replies[1][0].message, /^WRONGTYPE/);
    assert.match(replies[2][0].message, /^ERR unknown command/);
    assert.equal(replies[3][1], "v");
  });

  it("transactions and watch", async () => {
    const [r, other] = [connect(), connect()];
    await r.mset("t", 1, "u", "text");
    assert.deepEqual(await r.multi().incr("t").get("t").exec(), [[null, 2], [null, "2"]]);
    const mixed = await r.multi().incr("u").incr("t").exec();
    assert.match(mixed[0][0].message, /not an integer/);
    assert.deepEqual(mixed[1], [null, 3]);
    await r.watch("t");
    await other.set("t", 10);
    assert.equal(await r.multi().incr("t").exec(), null);
    assert.equal(await r.get("t"), "10");
    await assert.rejects(r.multi().set("t").exec(), /EXECABORT/);
    assert.equal(await r.get("t"), "10");
  });

  it("scan streams", async () => {
    const r = connect();
    await r.flushall();
    const pipeline = r.pipeline();
    for (let i = 0; i < 3000; i++) {
      pipeline.set(`scan:${i}`, i);
    }
    await pipeline.exec();
    const found = new Set();
    for await (const keys of r.scanStream({ match: "scan:*", count: 200 })) {
      keys.forEach((key) => found.add(key));
    }
    assert.equal(found.size, 3000);
    assert.equal(await r.dbsize(), 3000);
  });

  it("publish and subscribe", async () => {
    const [r, s] = [connect(), connect()];
    const got = [];
    s.on("message", (channel, message) => got.push(["message", channel, message]));
    s.on("pmessage", (pattern, channel, message) => got.push(["pmessage", pattern, channel, message]));
    s.on("messageBuffer", (channel, message) => got.push(["buffer", message]));
    assert.equal(await s.subscribe("news", "more"), 2);
    assert.equal(await s.psubscribe("n*"), 3);
    assert.equal(await r.publish("news", "hello"), 2);
    await eventually(() => got.length >= 3);
    assert.deepEqual(got.find((m) => m[0] === "message"), ["message", "news", "hello"]);
    assert.deepEqual(got.find((m) => m[0] === "pmessage"), ["pmessage", "n*", "news", "hello"]);
    assert.ok(got.find((m) => m[0] === "buffer")[1].equals(Buffer.from("hello")));
    assert.deepEqual(await r.pubsub("NUMSUB", "news"), ["news", 1]);
    assert.equal(await s.unsubscribe("news", "more"), 1);
    assert.equal(await s.punsubscribe("n*"), 0);
    assert.equal(await s.ping(), "PONG");
    assert.equal(await r.publish("news", "nobody"), 0);
  });

  it("subscriber comes back after CLIENT KILL", async () => {
    const [r, s] = [connect(), connect({ connectionName: "killme" })];
    const got = [];
    s.on("message", (_, message) => got.push(message));
    await s.subscribe("back");
    assert.ok((await r.client("KILL", "TYPE", "pubsub")) >= 1);
    await eventually(async () => (await r.publish("back", "again")) >= 1);
    await eventually(() => got.includes("again"));
  });

  it("connection comes back after CLIENT KILL", async () => {
    const [r, other] = [connect(), connect()];
    const before = await r.client("ID");
    assert.equal(await other.client("KILL", "ID", before), 1);
    await eventually(() => r.client("ID").then((id) => id !== before, () => false));
    await r.set("kept", 1);
    assert.equal(await r.get("kept"), "1");
  });

  it("errors are ReplyErrors", async () => {
    const r = connect();
    await r.set("str", "text");
    await assert.rejects(r.hget("str", "f"), { name: "ReplyError", message: /^WRONGTYPE/ });
    await assert.rejects(r.incr("str"), { name: "ReplyError", message: "ERR value is not an integer or out of range" });
    await assert.rejects(r.call("GET"), /wrong number of arguments for 'get' command/);
    await assert.rejects(r.set("str", "v", "EX", 0), /invalid expire time/);
    assert.equal(await r.ping(), "PONG");
  });

  it("cluster client", async () => {
    const probe = connect();
    const info = await probe.info();
    if (!info.includes("henge_version") && info.includes("cluster_enabled:0")) {
      throw new Skip("this server is no cluster");
    }
    const c = new Cluster([{ host, port }], { redisOptions: options });
    clients.push(c);
    await Promise.all(Array.from({ length: 500 }, (_, i) => c.set(`c:${i}`, i)));
    const values = await Promise.all(Array.from({ length: 500 }, (_, i) => c.get(`c:${i}`)));
    assert.deepEqual(values, Array.from({ length: 500 }, (_, i) => `${i}`));
    assert.equal(c.nodes("master").length, 1);
    assert.deepEqual(await c.mget("{t}1", "{t}2"), [null, null]);
    const replies = await c.pipeline().set("{t}3", 1).incr("{t}3").exec();
    assert.deepEqual(replies, [[null, "OK"], [null, 2]]);
    assert.equal(await c.del("{t}3"), 1);
  });
}

suite("v6 RESP3", Redis6, Cluster6, {});
suite("v6 RESP2", Redis6, Cluster6, { protocol: 2 });
suite("v5", Redis5, Cluster5, {});

test("v6 RESP3 maps and doubles", async () => {
  const r = new Redis6({ host, port, replyMapping: "resp3" });
  await r.del("map");
  await r.hset("map", { a: 1 });
  assert.deepEqual({ ...(await r.hgetall("map")) }, { a: "1" });
  const hello = await r.call("HELLO", "3");
  assert.equal(hello.proto, 3);
  assert.equal(hello.role, "master");
  r.disconnect();
});

await run();
