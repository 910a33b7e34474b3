// What was seen of late, for sparklines and for ratios over more than a second; of the whole ring and of each member.
const SAMPLES = 120;
export const WINDOW = 60;
export const RING = "ring";

export const sum = (numbers) => Object.values(numbers).reduce((total, number) => total + number, 0);

const tracks = new Map();

export function remember(overview) {
  const seen = new Map([[RING, overview.total], ...Object.entries(overview.figures)]);
  for (const [scope, figures] of seen) {
    const track = tracks.get(scope) ?? [];
    tracks.set(scope, track);
    const rates = figures.rates;
    if (rates) {
      track.push({
        operations: sum(rates.operations),
        hits: rates.hits,
        misses: rates.misses,
        missed: sum(rates.misses),
        p50: rates.command_p50 ?? rates.http_p50,
        p99: rates.command_p99 ?? rates.http_p99,
        evicted: rates.evicted,
        used: figures.limit_bytes ? figures.used_bytes / figures.limit_bytes : 0,
        connections: figures.clients + figures.http_connections,
      });
      track.splice(0, track.length - SAMPLES);
    }
  }
  for (const scope of tracks.keys()) {
    if (!seen.has(scope)) {
      tracks.delete(scope);
    }
  }
}

export const trackOf = (scope) => tracks.get(scope) ?? [];

// Reads of the last minute: found, not found, and the latter by why.
export function reads(scope) {
  const total = { hits: 0, missed: 0, misses: {} };
  for (const sample of trackOf(scope).slice(-WINDOW)) {
    total.hits += sample.hits;
    total.missed += sample.missed;
    for (const [reason, number] of Object.entries(sample.misses)) {
      total.misses[reason] = (total.misses[reason] ?? 0) + number;
    }
  }
  total.all = total.hits + total.missed;
  return total;
}
