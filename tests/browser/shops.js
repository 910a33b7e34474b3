// The three instances of samples/Shop as processes, on ports that nobody uses and with prices of their own.
import { spawn } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { eventually } from "../clients/tap.js";
import { freeRow } from "./ports.js";

const program = new URL("../../samples/Shop/bin/Release/net10.0/Shop.dll", import.meta.url).pathname;

export class Shops {
  static async start() {
    const shops = new Shops();
    shops.folder = mkdtempSync(join(tmpdir(), "henge-shop-"));
    const spread = (process.pid * 37) % 4000;
    shops.web = await freeRow(20_000 + spread, 3);
    const ring = await freeRow(25_000 + spread, 3);
    shops.processes = [1, 2, 3].map((instance) => {
      const log = openSync(join(shops.folder, `${instance}.log`), "w");
      const options = { instance, "web-port": shops.web, "ring-port": ring, prices: shops.folder, drain: "00:00:00.5" };
      const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
      return spawn("dotnet", [program, ...words], { cwd: "/", stdio: ["ignore", log, log] });
    });
    process.on("exit", () => shops.end());
    process.on("SIGTERM", () => process.exit(143));
    await eventually(async () => (await Promise.all([1, 2, 3].map((i) => shops.isWell(i)))).every(Boolean), 60);
    return shops;
  }

  address(instance) {
    return `http://127.0.0.1:${this.web + instance}`;
  }

  async isWell(instance) {
    try {
      return (await (await fetch(`${this.address(instance)}/health`)).text()) === "Healthy";
    } catch {
      return false;
    }
  }

  async lookups() {
    const all = await Promise.all([1, 2, 3].map(async (i) => (await fetch(`${this.address(i)}/api/levels`)).json()));
    return all.reduce((sum, levels) => sum + levels.lookups, 0);
  }

  async stop(instance) {
    const stopped = this.processes[instance - 1];
    const ended = new Promise((resolve) => stopped.once("exit", resolve));
    stopped.kill("SIGTERM");
    return ended;
  }

  log(instance) {
    return readFileSync(join(this.folder, `${instance}.log`), "utf8");
  }

  end() {
    this.processes.forEach((one) => one.kill("SIGKILL"));
    rmSync(this.folder, { recursive: true, force: true });
  }
}
