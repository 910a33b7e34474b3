// Writes unique keys through ioredis Cluster for some seconds, then reads back what was acknowledged.
// Usage: node cluster-client.js MODULE PORT...; the last line of output is a JSON report.
'use strict';
const [module_, ...ports] = process.argv.slice(2);
const Redis = require(module_);
const cluster = new Redis.Cluster(ports.map((port) => ({ host: '127.0.0.1', port: Number(port) })), {
  redisOptions: { connectTimeout: 1000, commandTimeout: 3000 },
  clusterRetryStrategy: () => 100,
});
cluster.on('error', () => {});

const acknowledged = [];
let failed = 0;
const end = Date.now() + 8000;

async function write(worker) {
  for (let i = 0; Date.now() < end; i++) {
    const key = `io${worker}:${i}`;
    try {
      if (await cluster.set(key, `v${key}`) === 'OK') acknowledged.push(key);
    } catch {
      failed++;
    }
  }
}

async function main() {
  await Promise.all([0, 1, 2, 3].map(write));
  let lost = 0;
  for (const key of acknowledged) {
    if (await cluster.get(key) !== `v${key}`) lost++;
  }
  console.log(JSON.stringify({ acknowledged: acknowledged.length, failed, lost }));
  cluster.disconnect();
}

main().catch((error) => { console.log(JSON.stringify({ error: String(error) })); process.exit(1); });
