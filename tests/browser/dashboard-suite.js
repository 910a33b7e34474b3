// The dashboard in Chromium over nodes of a ring, by keyboard. Usage: node dashboard-suite.js CHROMIUM. Prints TAP.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { chromium } from "playwright-core";

import { eventually, run, test } from "../clients/tap.js";
import { Nodes } from "./nodes.js";

const MARKUP = "<img/src=x/onerror=alert(1)>";
const nodes = await Nodes.start(["n1", MARKUP, "n3"]);
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
const complaints = [];

async function open(number, { mayFail = false, path = "", ...options } = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("dialog", (dialog) => complaints.push(`dialog ${dialog.message()}`) && dialog.dismiss());
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(nodes.address(number))) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  // What a browser refuses by the page's policy is an error on the console, too.
  page.on("console", (line) => line.type() === "error" && !mayFail && complaints.push(line.text()));
  const reply = await page.goto(nodes.address(number) + path);
  return { page, reply };
}

const isLive = (page) => page.waitForFunction(() => document.body.classList.contains("live")
  && document.querySelectorAll("#ring .arc").length > 0 && document.querySelector("#connection").hidden);
const text = (page, selector) => page.locator(selector).textContent();
const focused = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent);
const rows = (page) => page.locator("#results li button").allTextContents();
const facts = (page) => page.evaluate(() => Object.fromEntries([...document.querySelectorAll("#entry dl dt")]
  .map((term) => [term.textContent, term.nextElementSibling.textContent])));
const shows = (page, selector, wanted) => page.waitForFunction(
  ([where, what]) => document.querySelector(where)?.textContent.includes(what), [selector, wanted]);
const picture = async (page, name) => process.env.SHOTS
  && page.screenshot({ path: join(process.env.SHOTS, `dashboard-${name}.png`), fullPage: true });

async function tellPaint(page, which) {
  const paint = await page.evaluate(() => performance.getEntriesByName("first-contentful-paint")[0].startTime);
  console.log(`# ${which}: first contentful paint after ${Math.round(paint)} ms`);
}

async function lookUp(page, key) {
  // In the field itself a slash is a letter.
  await page.evaluate(() => document.activeElement.blur());
  await page.keyboard.press("/");
  assert.equal(await focused(page), "search-key");
  await page.keyboard.type(key);
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => /begins? so/.test(document.querySelector("#inspector-status").textContent)
    && document.querySelector("#entry h3"));
}

for (let i = 0; i < 160; i++) {
  await nodes.put(1 + (i % 3), `list:${i}`, String(i));
}
await nodes.put(1, "user:42", '{"name":"Ada","visits":17}',
  { "Content-Type": "application/json", "Cache-Tags": "users,user:42" });
await nodes.put(1, MARKUP, `<script>alert(2)</script>${MARKUP}`,
  { "Content-Type": "text/html", "Cache-Tags": "%3Cb%3Etag" });

const { page, reply: first } = await open(1);

test("it loads, and paints soon", async () => {
  assert.match(first.headers()["content-security-policy"], /^default-src 'none'; script-src 'self';/);
  await isLive(page);
  await tellPaint(page, "first load");
  assert.equal(await text(page, "#node"), "n1");
  await page.waitForFunction(() => document.title === "n1 · Henge");
});

test("it says how the ring is, who is in it and who holds how much", async () => {
  await shows(page, "#verdict-text", "All is well: 3 members");
  assert.deepEqual((await page.locator("#members .name").allTextContents()).toSorted(),
    ["Whole ring", "n1 (this node)", "n3", MARKUP].toSorted());
  assert.deepEqual(await page.locator("#members .state").allTextContents(), ["", "ready", "ready", "ready"]);
  assert.equal(await page.locator("#ring .arc").count(), 3);
  const ticks = await page.evaluate(() => [...document.querySelectorAll("#ring .ticks path")]
    .reduce((sum, path) => sum + path.getAttribute("d").split("M").length - 1, 0));
  assert.equal(ticks, 512);
  assert.match(await page.locator("#ring svg").getAttribute("aria-label"), /^Ring of 3 members: /);
});

test("rates come once a second", async () => {
  await Promise.all(Array.from({ length: 20 }, (_, i) => nodes.ask(2, `v1/cache/list%3A${i}`)));
  await page.waitForFunction(() => Number.parseFloat(document.querySelector("#tile-operations .value").textContent) > 0);
  await shows(page, "#tile-ratio .value", "100 %");
  await nodes.ask(2, "v1/cache/never");
  await shows(page, "#misses", "absent");
  await shows(page, "#sizing", "n1 alone");
});

test("a key is looked up by keyboard, and shown with all that is known of it", async () => {
  await lookUp(page, "user:42");
  assert.deepEqual(await rows(page), ["user:42"]);
  assert.equal(await text(page, "#entry h3"), "user:42");
  const known = await facts(page);
  assert.equal(known.Type, "string, application/json");
  assert.equal(known.Expires, "never");
  assert.equal(known.Tags, "users, user:42");
  assert.match(known.Version, /^[0-9a-f]{16}$/);
  assert.ok(["n1", MARKUP, "n3"].includes(known.Owner));
  assert.equal(await text(page, "#entry pre"), '{\n  "name": "Ada",\n  "visits": 17\n}');
  assert.equal(await page.locator("#ring .marks path").count(), 1);
  assert.equal(new URL(page.url()).hash, "#key=user%3A42");
  await picture(page, "key");
});

test("keys that begin alike are listed, and chosen by arrow keys", async () => {
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#inspector").isHidden());
  await lookUp(page, "list:");
  await page.waitForFunction(() => document.querySelectorAll("#results li").length >= 50);
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("ArrowDown");
  const second = (await rows(page))[1];
  assert.equal(await focused(page), second);
  await page.keyboard.press("Enter");
  await shows(page, "#entry h3", second);
  await page.keyboard.press("End");
  const { length } = await rows(page);
  assert.equal(await focused(page), "More");
  await page.keyboard.press("Enter");
  await page.waitForFunction((before) => document.querySelectorAll("#results li").length > before, length);
  assert.notEqual(await focused(page), "");
  await page.keyboard.press("Escape");
});

test("a key is deleted after a question, and is then shown as deleted", async () => {
  await lookUp(page, "user:42");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Delete");
  await page.locator("#delete-dialog").waitFor();
  assert.equal(await focused(page), "delete-cancel");
  assert.equal(await text(page, "#delete-key"), "user:42");
  await page.keyboard.press("Escape");
  await page.locator("#delete-dialog").waitFor({ state: "hidden" });
  assert.equal(await focused(page), "user:42");
  assert.equal((await nodes.ask(3, "v1/cache/user%3A42")).status, 200);
  await page.keyboard.press("Delete");
  await page.keyboard.press("Tab");
  assert.equal(await focused(page), "delete-confirm");
  await page.keyboard.press("Enter");
  await shows(page, "#inspector-status", "Deleted user:42.");
  assert.equal((await facts(page)).Missing, "Somebody deleted it.");
  assert.equal(await focused(page), "search-key");
  for (const number of [1, 2, 3]) {
    assert.equal((await nodes.ask(number, "v1/cache/user%3A42")).status, 404);
  }
});

test("markup in names, keys, tags and values stays text", async () => {
  await lookUp(page, "<img");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await shows(page, "#entry h3", MARKUP);
  assert.equal(await text(page, "#entry pre"), `<script>alert(2)</script>${MARKUP}`);
  assert.equal((await facts(page)).Tags, "<b>tag");
  assert.equal(await page.locator("img, main script, main b").count(), 0);
  const thrown = await page.evaluate(() => {
    try {
      document.createElement("div").innerHTML = "<p>x</p>";
      return "";
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(thrown, "TypeError");
  complaints.splice(0, complaints.length, ...complaints.filter((one) => !one.includes("TrustedHTML")));
  await page.keyboard.press("Escape");
});

test("hot keys are listed, and lead to what they hold", async () => {
  await page.waitForFunction(() => document.querySelectorAll("#hot-big button").length > 0);
  await page.locator("#hot-big button").first().focus();
  const key = await focused(page);
  await page.keyboard.press("Enter");
  await shows(page, "#entry h3", key);
  await page.waitForFunction(() => document.activeElement.id === "entry");
  await page.keyboard.press("Escape");
  await page.keyboard.press("Escape");
  assert.ok(await page.locator("#inspector").isHidden());
});

test("a member is chosen by keyboard, and its figures are shown", async () => {
  await page.locator("#members button").first().focus();
  await page.keyboard.press("ArrowDown");
  const name = await page.evaluate(() => document.activeElement.querySelector(".name").textContent);
  await page.keyboard.press("Enter");
  assert.equal(`${await text(page, "#scope-title")} (this node)`.slice(0, name.length), name);
  assert.equal(await page.locator("#members [aria-pressed=true] .name").textContent(), name);
  await page.keyboard.press("Home");
  await page.keyboard.press("Enter");
  assert.equal(await text(page, "#scope-title"), "Whole ring");
});

test("the first key leads to what is wanted", async () => {
  const { page: fresh } = await open(1);
  await isLive(fresh);
  await tellPaint(fresh, "later load");
  await fresh.keyboard.press("Tab");
  assert.equal(await focused(fresh), "Skip to the figures");
  await fresh.keyboard.press("Enter");
  await fresh.waitForFunction(() => document.activeElement.id === "main");
  await fresh.context().close();
});

test("it fits a phone, in light and in dark", async () => {
  const colours = [];
  for (const colorScheme of ["light", "dark"]) {
    const { page: phone } = await open(1, {
      viewport: { width: 360, height: 740 }, colorScheme, path: `#${new URLSearchParams({ key: "list:7" })}`,
    });
    await isLive(phone);
    await shows(phone, "#entry h3", "list:7");
    assert.ok(await phone.evaluate(() => document.documentElement.scrollWidth) <= 360);
    colours.push(await phone.evaluate(() => getComputedStyle(document.body).backgroundColor));
    await picture(phone, `phone-${colorScheme}`);
    await phone.context().close();
  }
  assert.notEqual(colours[0], colours[1]);
});

test("what moves is drawn, and with reduced motion stands still", async () => {
  const member = (i, more) => ({
    id: `id${i}`, name: i === 2 ? MARKUP : `n${i}`, address: `h:${i}`, zone: MARKUP, weight: 1, state: "alive",
    phase: "ready", self: i === 1, owned_slots: 5000, replica_slots: 5000, round_trip_microseconds: 100,
    clock_skew_ms: 0, ...more,
  });
  const total = await page.evaluate(() => new Promise((resolve) => {
    const source = new EventSource("v1/events");
    source.addEventListener("overview", (event) => {
      source.close();
      resolve(JSON.parse(event.data).total);
    });
  }));
  const overview = {
    at_ms: Date.now(), name: "n1", ready: true, total, figures: { id1: total },
    cluster: {
      copies: 2, slots: 16_384,
      members: [member(1), member(2, { phase: "leaving" }), member(3, { state: "suspect", owned_slots: 0 }),
        member(4, { state: "dead", owned_slots: 0 }), member(5, { phase: "joining", owned_slots: 0 })],
      transfers: [],
    },
    flows: [{ from: "id2", to: "id1", slots: 12, bytes: 5000, progress: 0.43 },
      { from: "id2", to: "id5", slots: 3, bytes: 7, progress: 0.25 }],
    happenings: [{ at_ms: Date.now(), kind: "member_leaving", member: MARKUP, text: MARKUP, amount: 0 }],
  };
  const context = await browser.newContext({ reducedMotion: "reduce" });
  const still = await context.newPage();
  await still.route("**/v1/events", (route) => route.request().method() === "HEAD" ? route.continue() : route.fulfill({
    contentType: "text/event-stream", body: `event: overview\ndata: ${JSON.stringify(overview)}\n\n`,
  }));
  await still.goto(nodes.address(1));
  await shows(still, "#ring .progress", "43 %");
  assert.deepEqual(await still.locator("#members .state").allTextContents(),
    ["", "leaving", "ready", "suspect", "dead", "joining"]);
  assert.equal(await still.locator("#verdict").getAttribute("data-mood"), "bad");
  await shows(still, "#verdict-notes", "Dead: n4.");
  await shows(still, "#transfers", `${MARKUP} to n1`);
  await shows(still, "#transfers", `${MARKUP} to n5`);
  await shows(still, "#happenings", `${MARKUP} hands its slots over`);
  assert.equal(await still.evaluate(() => getComputedStyle(document.querySelector(".flow")).animationName), "none");
  assert.equal(await still.locator("img").count(), 0);
  await context.close();
});

test("a node without metrics says so", async () => {
  nodes.add(5, ["--name", "quiet", "--metrics", "off"]);
  await eventually(() => nodes.isReady(5), 30);
  const { page: quiet } = await open(5);
  await isLive(quiet);
  assert.equal(await text(quiet, "#tile-latency .value"), "off");
  await shows(quiet, "#verdict-notes", "Metrics are off");
  await shows(quiet, "#ring-caption", "A ring of one");
  assert.ok(await quiet.locator("#sizing-card").isHidden());
  await quiet.context().close();
});

test("with a password it asks for it, and says when it is another", async () => {
  const file = join(nodes.folder, "password");
  writeFileSync(file, "one\n", { mode: 0o600 });
  nodes.add(6, ["--name", "closed", "--password-file", file]);
  await eventually(() => nodes.isReady(6), 30);
  const outside = await nodes.ask(6, "");
  assert.deepEqual([outside.status, outside.headers.get("www-authenticate")],
    [401, 'Basic realm="henge", charset="UTF-8"']);
  const { page: inside } = await open(6, { mayFail: true, httpCredentials: { username: "default", password: "one" } });
  await isLive(inside);
  await lookUp(inside, "nothing");
  assert.equal(await text(inside, "#entry p"), "Not there");
  writeFileSync(file, "two\n");
  await shows(inside, "#connection", "The node wants a password.");
  assert.equal(await inside.locator("#connection").getAttribute("data-state"), "refused");
  await inside.context().close();
});

test("a member that leaves is shown on the pages of the others", async () => {
  const { page: third } = await open(3, { mayFail: true });
  await isLive(third);
  assert.equal(await nodes.stop(3), 0, nodes.log(3).slice(-500));
  await page.waitForFunction(() => document.querySelectorAll("#ring .arc:not(.joining)").length === 2
    && [...document.querySelectorAll("#members li")].some((row) => row.dataset.state === "left"
      && row.querySelector(".name").textContent === "n3"));
  await shows(page, "#verdict-text", "All is well: 2 members");
  await shows(page, "#happenings", "n3 left");
  // Its own page says that it is gone, and finds it again.
  await shows(third, "#connection", "does not answer");
  assert.ok(await third.evaluate(() => document.body.classList.contains("stale")));
  nodes.add(3, ["--name", "n3", "--peers", nodes.host(1)]);
  await eventually(() => nodes.isReady(3), 30);
  await third.locator("#connection button").press("Enter");
  await isLive(third);
  await page.waitForFunction(() => document.querySelectorAll("#ring .arc.ready").length === 3);
  await third.context().close();
});

test("nothing was wrong on the console, nothing was refused, and no other host was asked", () => {
  assert.deepEqual(complaints, []);
});

await run();
