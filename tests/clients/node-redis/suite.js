// What users of node-redis do, against a live server, over RESP2 and RESP3; and what connect-redis and keyv make of it.
// Usage: node suite.js HOST PORT. Prints TAP; flushes the server.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { promisify } from "node:util";

import KeyvRedis from "@keyv/redis";
import { RedisStore } from "connect-redis";
import session from "express-session";
import Keyv from "keyv";
import { ErrorReply, RESP_TYPES, WatchError, createClient, createCluster } from "redis";

import { Skip, eventually, run, test } from "../tap.js";

const [host, port] = [process.argv[2], Number(process.argv[3])];
const url = `redis://${host}:${port}`;

function suite(label, RESP) {
  const clients = [];
  const connect = async (more = {}) => {
    const client = createClient({ url, RESP, ...more });
    client.on("error", () => {});
    clients.push(client);
    await client.connect();
    return client;
  };
  const it = (name, body) =>
    test(`${label}: ${name}`, async () => {
      try {
        await body();
      } finally {
        clients.splice(0).forEach((c) => c.isOpen && c.destroy());
      }
    });

  it("handshake with name and database", async () => {
    const r = await connect({ name: "suite", database: 0, pingInterval: 1000 });
    assert.equal(await r.ping(), "PONG");
    assert.equal(await r.clientGetName(), "suite");
    const own = await r.clientInfo();
    assert.equal(own.name, "suite");
    assert.equal(own.id, await r.clientId());
    assert.equal(own.resp, RESP);
    assert.match(await r.info(), /redis_version:7\./);
    await r.close();
  });

  it("hello", async () => {
    const r = await connect();
    const hello = await r.hello(RESP);
    assert.equal(hello.proto, RESP);
    assert.equal(hello.role, "master");
    await assert.rejects(r.sendCommand(["HELLO", "4"]), /NOPROTO/);
    assert.equal(await r.ping(), "PONG");
  });

  it("strings are bytes", async () => {
    const text = await connect();
    const r = text.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    for (const value of [Buffer.alloc(0), Buffer.from("\0\r\n"), randomBytes(100_000)]) {
      assert.equal(String(await r.set("bytes", value)), "OK");
      assert.deepEqual(await r.get("bytes"), value);
    }
    await text.set("snö", "☃");
    assert.equal(await text.get("snö"), "☃");
    assert.equal(await text.get("never set"), null);
  });

  it("ten megabytes", async () => {
    const text = await connect();
    const r = text.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
    const value = randomBytes(10 * 1024 * 1024);
    await r.set("large", value);
    assert.ok(value.equals(await r.get("large")));
    await r.del("large");
  });

  it("set options and the string family", async () => {
    const r = await connect();
    await r.del(["s", "n", "c"]);
    assert.equal(await r.set("s", "1", { condition: "XX" }), null);
    assert.equal(await r.set("s", "1", { condition: "NX", expiration: { type: "EX", value: 100 } }), "OK");
    assert.equal(await r.set("s", "2", { GET: true, expiration: "KEEPTTL" }), "1");
    assert.ok((await r.ttl("s")) > 90);
    assert.equal(await r.getEx("s", { type: "PERSIST" }), "2");
    assert.equal(await r.ttl("s"), -1);
    assert.equal(await r.append("s", "34"), 3);
    assert.equal(await r.getRange("s", 1, -1), "34");
    assert.equal(await r.setRange("s", 4, "x"), 5);
    assert.equal(await r.getDel("s"), "234\0x");
    assert.deepEqual([await r.incr("n"), await r.incrBy("n", 9), await r.decrBy("n", 3)], [1, 10, 7]);
    assert.equal(Number(await r.incrByFloat("n", 0.5)), 7.5);
    await r.mSet({ a: "1", b: "" });
    assert.deepEqual(await r.mGet(["a", "b", "c"]), ["1", "", null]);
    assert.equal(Number(await r.mSetNX({ c: "1", a: "2" })), 0);
    assert.equal(await r.exists(["a", "b", "c"]), 2);
    assert.equal(await r.type("a"), "string");
    assert.equal(await r.copy("a", "c"), 1);
    assert.equal(await r.rename("c", "s"), "OK");
    assert.equal(await r.get("s"), "1");
  });

  it("hashes", async () => {
    const r = await connect();
    await r.del(["h", "many"]);
    assert.equal(await r.hSet("h", { a: "1", b: "two", c: "" }), 3);
    assert.deepEqual({ ...(await r.hGetAll("h")) }, { a: "1", b: "two", c: "" });
    assert.deepEqual({ ...(await r.hGetAll("no such hash")) }, {});
    assert.deepEqual(await r.hmGet("h", ["a", "z"]), ["1", null]);
    assert.equal(await r.hIncrBy("h", "a", 2), 3);
    assert.equal(Number(await r.hIncrByFloat("h", "a", 0.25)), 3.25);
    assert.deepEqual((await r.hKeys("h")).sort(), ["a", "b", "c"]);
    assert.equal(await r.hDel("h", ["a", "b"]), 2);
    assert.equal(await r.hLen("h"), 1);
    assert.equal(Number(await r.hExists("h", "c")), 1);
    assert.deepEqual([...(await r.hRandFieldCountWithValues("h", 1))].map((e) => ({ ...e })), [{ field: "c", value: "" }]);
    const fields = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`f${i}`, `v${i}`]));
    await r.hSet("many", fields);
    const found = {};
    for await (const page of r.hScanIterator("many", { COUNT: 100 })) {
      for (const { field, value } of page) {
        found[field] = value;
      }
    }
    assert.deepEqual(found, fields);
  });

  it("expiry", async () => {
    const r = await connect();
    await r.set("x", "1", { expiration: { type: "PX", value: 60 } });
    await eventually(async () => (await r.get("x")) === null);
    assert.equal(await r.pTTL("x"), -2);
    await r.setEx("x", 100, "1");
    assert.equal(Number(await r.expire("x", 50, "GT")), 0);
    assert.equal(Number(await r.expireAt("x", new Date(Date.now() + 500_000))), 1);
    assert.ok((await r.ttl("x")) > 490);
    assert.ok((await r.expireTime("x")) > Date.now() / 1000 + 490);
    assert.equal(Number(await r.persist("x")), 1);
  });

  it("ten thousand commands in one tick", async () => {
    const r = await connect();
    const replies = await Promise.all(
      Array.from({ length: 10_000 }, (_, i) => (i % 2 ? r.get(`p:${i - 1}`) : r.set(`p:${i}`, `${i}`))),
    );
    assert.ok(replies.every((reply, i) => reply === (i % 2 ? `${i - 1}` : "OK")));
  });

  it("errors are ErrorReply and the next reply is right", async () => {
    const r = await connect();
    await r.set("str", "text");
    const results = await Promise.allSettled([
      r.get("str"), r.hGet("str", "f"), r.sendCommand(["NOSUCH"]), r.incr("str"), r.sendCommand(["GET"]), r.get("str"),
    ]);
    assert.deepEqual(results.map((x) => x.status).join(), "fulfilled,rejected,rejected,rejected,rejected,fulfilled");
    assert.ok(results.slice(1, 5).every((x) => x.reason instanceof ErrorReply));
    assert.match(results[1].reason.message, /^WRONGTYPE Operation against a key/);
    assert.match(results[2].reason.message, /^ERR unknown command 'NOSUCH'/);
    assert.match(results[3].reason.message, /^ERR value is not an integer/);
    assert.match(results[4].reason.message, /^ERR wrong number of arguments for 'get'/);
    assert.equal(results[5].value, "text");
  });

  it("transactions and watch", async () => {
    const [r, other] = [await connect(), await connect()];
    await r.set("t", "1");
    assert.deepEqual(await r.multi().incr("t").get("t").exec(), [2, "2"]);
    await r.watch("t");
    await other.set("t", "10");
    await assert.rejects(r.multi().incr("t").exec(), WatchError);
    assert.equal(await r.get("t"), "10");
    await r.watch("t");
    assert.deepEqual(await r.multi().incr("t").exec(), [11]);
  });

  it("scan iterator", async () => {
    const r = await connect();
    await r.flushAll();
    await Promise.all(Array.from({ length: 3000 }, (_, i) => r.set(`scan:${i}`, "v")));
    const found = new Set();
    for await (const keys of r.scanIterator({ MATCH: "scan:*", COUNT: 200, TYPE: "string" })) {
      keys.forEach((key) => found.add(key));
    }
    assert.equal(found.size, 3000);
    assert.equal(await r.dbSize(), 3000);
  });

  it("publish and subscribe", async () => {
    const [r, s] = [await connect(), await connect()];
    const got = [];
    const listen = (message, channel) => got.push(`${channel}=${message}`);
    await s.subscribe("news", listen);
    await s.pSubscribe("n*s", listen);
    await s.sSubscribe("shard", listen);
    assert.equal(await r.publish("news", "hello"), 2);
    assert.equal(await r.sPublish("shard", "part"), 1);
    await eventually(() => got.length === 3);
    assert.deepEqual(got.sort(), ["news=hello", "news=hello", "shard=part"]);
    assert.equal(Number((await r.pubSubNumSub(["news"])).news), 1);
    assert.ok((await r.pubSubChannels("n*")).includes("news"));
    await s.unsubscribe("news");
    await s.pUnsubscribe("n*s");
    await s.sUnsubscribe("shard");
    assert.equal(String(await s.ping()), "PONG");
    assert.equal(await r.publish("news", "nobody"), 0);
  });

  if (RESP === 3) {
    it("a subscriber still runs commands", async () => {
      const [r, s] = [await connect(), await connect()];
      const got = [];
      await s.subscribe("both", (message) => got.push(message));
      assert.equal(await s.set("while", "subscribed"), "OK");
      assert.equal(await s.get("while"), "subscribed");
      assert.equal(await r.publish("both", "m"), 1);
      await eventually(() => got.length === 1);
    });
  }

  it("connection comes back after CLIENT KILL", async () => {
    const [r, other] = [await connect(), await connect()];
    const before = await r.clientId();
    assert.equal(await other.clientKill({ filter: "ID", id: before }), 1);
    await eventually(() => r.clientId().then((id) => id !== before, () => false));
    assert.equal(await r.set("kept", "1"), "OK");
  });

  it("cluster client", async () => {
    const probe = await connect();
    const info = await probe.info();
    if (!info.includes("henge_version") && info.includes("cluster_enabled:0")) {
      throw new Skip("this server is no cluster");
    }
    const c = createCluster({ rootNodes: [{ url }], RESP });
    clients.push({ isOpen: true, destroy: () => c.destroy() });
    await c.connect();
    await Promise.all(Array.from({ length: 500 }, (_, i) => c.set(`c:${i}`, `${i}`)));
    const values = await Promise.all(Array.from({ length: 500 }, (_, i) => c.get(`c:${i}`)));
    assert.deepEqual(values, Array.from({ length: 500 }, (_, i) => `${i}`));
    assert.equal(c.masters.length, 1);
    assert.deepEqual(await c.multi().set("{t}1", "1").incr("{t}1").exec(), ["OK", 2]);
  });

  it("connect-redis keeps sessions", async () => {
    const r = await connect();
    await r.flushDb();
    const store = new RedisStore({ client: r, prefix: "sess:", ttl: 60 });
    assert.ok(store instanceof session.Store);
    const call = (name, ...args) => promisify(store[name].bind(store))(...args);
    const cookie = { originalMaxAge: 30_000, expires: new Date(Date.now() + 30_000).toISOString() };
    await call("set", "one", { cookie, user: "ann" });
    await call("set", "two", { cookie, user: "bob" });
    assert.equal((await call("get", "one")).user, "ann");
    assert.equal((await call("get", "none")) ?? null, null);
    await call("touch", "one", { cookie, user: "ann" });
    assert.ok((await r.ttl("sess:one")) > 20);
    assert.equal(await call("length"), 2);
    assert.deepEqual((await call("ids")).sort(), ["one", "two"]);
    assert.deepEqual((await call("all")).map((s) => s.user).sort(), ["ann", "bob"]);
    await call("destroy", "one");
    assert.equal(await call("length"), 1);
    await call("clear");
    assert.equal(await call("length"), 0);
  });

  it("keyv keeps values", async () => {
    const r = await connect();
    const keyv = new Keyv({ store: new KeyvRedis(r, { namespace: "app" }), namespace: "app", useKeyPrefix: false });
    assert.equal(await keyv.set("k", { deep: [1, 2] }, 60_000), true);
    assert.deepEqual(await keyv.get("k"), { deep: [1, 2] });
    assert.equal(await keyv.get("none"), undefined);
    assert.equal(await keyv.has("k"), true);
    await keyv.set("short", "v", 50);
    await eventually(async () => (await keyv.get("short")) === undefined);
    assert.deepEqual(await keyv.getMany(["k", "none"]), [{ deep: [1, 2] }, undefined]);
    const names = [];
    for await (const [key] of keyv.iterator()) {
      names.push(key);
    }
    assert.deepEqual(names, ["k"]);
    assert.equal(await keyv.delete("k"), true);
    await keyv.set("k", 1);
    await keyv.clear();
    assert.equal(await keyv.get("k"), undefined);
  });
}

suite("RESP2", 2);
suite("RESP3", 3);

await run();
