// Ports in a row that are free now, and below those that outgoing connections draw from.
import { createServer } from "node:net";

const isFree = (port) => new Promise((resolve) => {
  const server = createServer();
  server.once("error", () => resolve(false));
  server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
});

// The port before the first of the row.
export async function freeRow(from, count) {
  for (let port = from; port < 30_000; port += count + 2) {
    const row = Array.from({ length: count }, (_, i) => port + 1 + i);
    if ((await Promise.all(row.map(isFree))).every(Boolean)) {
      return port;
    }
  }
  throw new Error("no free ports");
}
