// Six figures with their course over the last two minutes.
import { byId, el, say, svg } from "./dom.js";
import { bytes, count, micros, rate, share, short } from "./format.js";
import { reads, sum, trackOf } from "./history.js";

const WIDTH = 120;
const HEIGHT = 28;

const tiles = [
  { id: "operations", title: "Operations", unit: "per second", values: (track) => [track.map((s) => s.operations)] },
  { id: "latency", title: "Latency, p99", unit: "time on the node",
    values: (track) => [track.map((s) => s.p99), track.map((s) => s.p50)] },
  { id: "ratio", title: "Hit ratio", unit: "last minute", top: 1,
    values: (track) => [track.map((s) => (s.hits + s.missed > 0 ? s.hits / (s.hits + s.missed) : null))] },
  { id: "used", title: "Memory", unit: "of the limit", top: 1, values: (track) => [track.map((s) => s.used)] },
  { id: "evicted", title: "Evictions", unit: "per second", values: (track) => [track.map((s) => s.evicted)] },
  { id: "connections", title: "Connections", unit: "open now", values: (track) => [track.map((s) => s.connections)] },
];

function facts(figures, scope) {
  const rates = figures.rates;
  const read = reads(scope);
  const ever = figures.hits + sum(figures.misses);
  const p50 = rates?.command_p50 ?? rates?.http_p50 ?? null;
  const p99 = rates?.command_p99 ?? rates?.http_p99 ?? null;
  return {
    operations: [rates ? rate(sum(rates.operations)) : "…",
      rates ? `${rate(rates.errors)} errors/s` : "measuring"],
    latency: figures.metrics
      ? [p99 === null ? "–" : micros(p99), p50 === null ? "nothing asked" : `half within ${micros(p50)}`]
      : ["off", "started with metrics off"],
    ratio: [read.all > 0 ? share(read.hits / read.all) : "–",
      read.all > 0 || ever > 0
        ? `${ever > 0 ? share(figures.hits / ever) : "–"} since the start` : "nothing read yet"],
    used: [figures.limit_bytes ? share(figures.used_bytes / figures.limit_bytes) : "–",
      `${bytes(figures.used_bytes)} of ${bytes(figures.limit_bytes)}`],
    evicted: [rates ? rate(rates.evicted) : "…", rates ? `${rate(rates.expired)} expired/s` : "measuring"],
    connections: [short(figures.clients + figures.http_connections),
      `${count(figures.clients)} Redis, ${count(figures.http_connections)} HTTP`],
  };
}

export function renderTiles(figures, scope) {
  const box = byId("tiles");
  if (!box.firstChild) {
    box.append(...tiles.map(make));
  }
  const known = facts(figures, scope);
  const track = trackOf(scope);
  for (const tile of tiles) {
    const element = byId(`tile-${tile.id}`);
    const [value, note] = known[tile.id];
    say(element.querySelector(".value"), value);
    say(element.querySelector(".note"), note);
    draw(element.querySelector("svg"), tile.values(track), tile.top);
  }
}

function make(tile) {
  return el("section", { id: `tile-${tile.id}`, class: "tile", "aria-label": tile.title },
    el("h3", {}, tile.title, el("small", {}, tile.unit)),
    el("p", { class: "value" }),
    el("p", { class: "note" }),
    svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, preserveAspectRatio: "none", "aria-hidden": "true" },
      svg("path", { class: "area" }), svg("path", { class: "line second" }), svg("path", { class: "line first" })));
}

function draw(picture, [first, second], top) {
  const most = top ?? Math.max(1e-9, ...[...first, ...(second ?? [])].filter((value) => value !== null)) * 1.1;
  const path = line(first, most);
  picture.querySelector(".first").setAttribute("d", path.line);
  picture.querySelector(".area").setAttribute("d", path.area);
  picture.querySelector(".second").setAttribute("d", second ? line(second, most).line : "");
}

// Newest at the right; where nothing is known there is a gap.
function line(values, most) {
  let text = "";
  let area = "";
  let start = null;
  const x = (i) => (WIDTH - (values.length - 1 - i)).toFixed(1);
  values.forEach((value, i) => {
    if (value === null || value === undefined) {
      area += start === null ? "" : `L${x(i - 1)} ${HEIGHT}L${start} ${HEIGHT}Z`;
      start = null;
      return;
    }
    const y = (HEIGHT - 1.5 - Math.min(1, value / most) * (HEIGHT - 4)).toFixed(1);
    text += `${start === null ? "M" : "L"}${x(i)} ${y}`;
    area += `${start === null ? "M" : "L"}${x(i)} ${y}`;
    start ??= x(i);
  });
  area += start === null ? "" : `L${WIDTH} ${HEIGHT}L${start} ${HEIGHT}Z`;
  return { line: text, area };
}
