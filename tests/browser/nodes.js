// Nodes of a ring as processes, on ports that nobody uses.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "../clients/tap.js";
import { freeRow } from "./ports.js";

const program = new URL("../../src/Henge.Server/bin/Release/net10.0/henge", import.meta.url).pathname;

export class Nodes {
  static async start(names) {
    const nodes = new Nodes();
    nodes.folder = mkdtempSync(join(tmpdir(), "henge-nodes-"));
    nodes.base = await freeRow(15_000 + (process.pid * 37) % 4000, 8);
    nodes.processes = new Map();
    process.on("exit", () => nodes.end());
    process.on("SIGTERM", () => process.exit(143));
    names.forEach((name, i) => nodes.add(i + 1, ["--name", name, ...(i > 0 ? ["--peers", nodes.host(1)] : [])]));
    await nodes.isWell(names.length);
    return nodes;
  }

  add(number, options) {
    const log = openSync(join(this.folder, `${number}.log`), "a");
    const words = ["serve", "--port", String(this.base + number), "--memory", "64mb", ...options];
    this.processes.set(number, spawn(program, words, { cwd: "/", stdio: ["ignore", log, log] }));
  }

  host(number) {
    return `127.0.0.1:${this.base + number}`;
  }

  address(number) {
    return `http://${this.host(number)}/`;
  }

  async ask(number, path, options) {
    return fetch(`${this.address(number)}${path}`, options);
  }

  async put(number, key, value, headers = {}) {
    const reply = await this.ask(number, `v1/cache/${encodeURIComponent(key)}`, { method: "PUT", body: value, headers });
    if (!reply.ok) {
      throw new Error(`PUT ${key}: ${reply.status}`);
    }
  }

  async isReady(number) {
    try {
      return (await this.ask(number, "readyz")).status !== 503;
    } catch {
      return false;
    }
  }

  // Until each node sees so many members, and all of them are ready.
  async isWell(count) {
    await eventually(async () => {
      const all = await Promise.all([...this.processes.keys()].slice(0, count).map(async (number) => {
        const { members, loading_slots: loading } = await (await this.ask(number, "v1/cluster")).json();
        return loading === 0 && members.filter((one) => one.state === "alive" && one.owned_slots > 0).length === count;
      }).map((asked) => asked.catch(() => false)));
      return all.every(Boolean);
    }, 60);
  }

  async stop(number) {
    const stopped = this.processes.get(number);
    const ended = new Promise((resolve) => stopped.once("exit", resolve));
    stopped.kill("SIGTERM");
    return ended;
  }

  log(number) {
    return readFileSync(join(this.folder, `${number}.log`), "utf8");
  }

  end() {
    this.processes.forEach((one) => one.kill("SIGKILL"));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
