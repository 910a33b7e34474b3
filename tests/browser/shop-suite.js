// The page of samples/Shop in Chromium, by keyboard. Usage: node shop-suite.js CHROMIUM. Prints TAP.
import assert from "node:assert/strict";

import { chromium } from "playwright-core";

import { run, test } from "../clients/tap.js";
import { Shops } from "./shops.js";

const shops = await Shops.start();
const browser = await chromium.launch({ executablePath: process.argv[2], args: ["--no-sandbox"] });
const complaints = [];

async function open(instance, options = {}) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  page.on("console", (line) => line.type() === "error" && complaints.push(line.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(shops.address(instance)) && !request.url().startsWith("data:")) {
      complaints.push(`asked for ${request.url()}`);
    }
  });
  await page.goto(shops.address(instance));
  return page;
}

const isFull = (page) => page.waitForFunction(() =>
  document.querySelectorAll("#products tr").length === 12 && document.querySelector("#offers").textContent !== ""
  && document.querySelectorAll("#instances article").length === 3);
const price = (page, product) => page.locator(`#product-${product} td`).nth(1);
const fact = (page, instance, number) => page.locator(`#instance-${instance} dd`).nth(number);
const shows = (page, product, text) => page.waitForFunction(
  ([id, wanted]) => document.querySelector(`#product-${id}`).cells[1].textContent === wanted, [product, text]);

const pages = await Promise.all([open(1), open(2)]);

test("the page fills itself through two instances at once", async () => {
  await Promise.all(pages.map(isFull));
  for (const [index, page] of pages.entries()) {
    assert.equal(await page.locator("#self").textContent(), String(index + 1));
    assert.equal(await page.locator("#product-1 td").first().textContent(), "Anvil");
    assert.match(await price(page, 1).textContent(), /^\d+$/);
  }
});

test("what both asked for was looked up once", async () => {
  const lookups = await shops.lookups();
  // Of output caching the platform has one call for each instance, not for the ring.
  assert.ok(lookups === 13 || lookups === 14, `${lookups} lookups`);
});

test("it shows the ring and its members", async () => {
  for (const page of pages) {
    await page.waitForFunction(() => document.querySelectorAll("#ring circle.alive").length === 3);
    assert.deepEqual((await page.locator("#ring text").allTextContents()).filter((_, i) => i % 2 === 0),
      ["shop1", "shop2", "shop3"]);
    const owned = await Promise.all([1, 2, 3].map(async (one) => Number(await fact(page, one, 4).textContent())));
    assert.equal(owned.reduce((sum, slots) => sum + slots, 0), 16_384);
  }
});

test("hits per level rise while the page is open", async () => {
  const before = Number(await fact(pages[0], 1, 0).textContent());
  await pages[0].waitForFunction(
    (least) => Number(document.querySelector("#instance-1 dd").textContent) >= least, before + 24);
  const lookups = await shops.lookups();
  assert.ok(lookups <= 14, `${lookups} lookups`);
});

test("a price that is changed through one instance shows through the other", async () => {
  const input = pages[0].getByLabel("New price of Anvil");
  await input.focus();
  await pages[0].keyboard.type("1.25");
  await pages[0].keyboard.press("Enter");
  await Promise.all(pages.map((page) => shows(page, 1, "1.25")));
  await Promise.all(pages.map((page) => page.waitForFunction(
    () => document.querySelector("#offers").textContent.includes("Cheapest: Anvil at 1.25"))));
  assert.equal(await input.inputValue(), "");
});

test("a price that is none changes nothing", async () => {
  const input = pages[1].getByLabel("New price of Bellows");
  await input.focus();
  await pages[1].keyboard.type("-3");
  await pages[1].keyboard.press("Enter");
  assert.equal((await fetch(`${shops.address(2)}/api/products/2/price?price=-3`, { method: "PUT" })).status, 400);
  assert.equal((await fetch(`${shops.address(2)}/api/products/0/price?price=3`, { method: "PUT" })).status, 404);
  const product = await (await fetch(`${shops.address(2)}/api/products/2`)).json();
  assert.ok(product.product.price > 0);
});

test("it fits a phone, in light and in dark", async () => {
  const colours = [];
  for (const colorScheme of ["light", "dark"]) {
    const page = await open(2, { viewport: { width: 360, height: 740 }, colorScheme });
    await isFull(page);
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth) <= 360);
    colours.push(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    if (process.env.SHOTS) {
      await page.screenshot({ path: `${process.env.SHOTS}/phone-${colorScheme}.png`, fullPage: true });
    }
    await page.context().close();
  }
  assert.notEqual(colours[0], colours[1]);
});

test("an instance that leaves is shown, and the page goes on", async () => {
  assert.equal(await shops.stop(3), 0, shops.log(3).slice(-500));
  await Promise.all(pages.map((page) => page.waitForFunction(() =>
    document.querySelector("#instance-3 h3").textContent === "Instance 3 is down"
    && document.querySelectorAll("#ring circle.alive").length === 2)));
  await pages[1].getByLabel("New price of Candle").fill("2.5");
  await pages[1].keyboard.press("Enter");
  await Promise.all(pages.map((page) => shows(page, 3, "2.5")));
  if (process.env.SHOTS) {
    await pages[0].screenshot({ path: `${process.env.SHOTS}/page.png`, fullPage: true });
  }
});

test("nothing was wrong on the console, and no other host was asked", () => {
  assert.deepEqual(complaints, []);
});

await run();
