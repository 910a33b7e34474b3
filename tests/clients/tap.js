// The little a suite needs: named tests run one after another, printed as TAP. ONLY runs those whose name contains it.
import assert from "node:assert/strict";

const tests = [];

export class Skip extends Error {}

export function test(name, body) {
  tests.push({ name, body });
}

export async function eventually(condition, seconds = 5) {
  const deadline = Date.now() + seconds * 1000;
  while (Date.now() < deadline) {
    if (await condition()) {
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  assert.fail(`not within ${seconds} s`);
}

export async function run() {
  let number = 0;
  let failures = 0;
  for (const { name, body } of tests.filter((t) => t.name.includes(process.env.ONLY ?? ""))) {
    number++;
    let timer;
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error("not done within 20 s")), 20_000);
    });
    try {
      await Promise.race([body(), late]);
      console.log(`ok ${number} - ${name}`);
    } catch (error) {
      if (error instanceof Skip) {
        console.log(`ok ${number} - ${name} # SKIP ${error.message}`);
        continue;
      }
      failures++;
      const place = /[a-z-]*suite\.js:\d+/.exec(error.stack ?? "")?.[0] ?? "";
      console.log(`not ok ${number} - ${name}`);
      console.log(`# ${place} ${String(error.message).replace(/\s+/g, " ").slice(0, 500)}`);
    } finally {
      clearTimeout(timer);
    }
  }
  console.log(`1..${number}`);
  process.exit(failures > 0 ? 1 : 0);
}
