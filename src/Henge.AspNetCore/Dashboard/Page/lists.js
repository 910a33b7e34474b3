// Bars of parts of a whole, and what happened in the ring.
import { byId, el, keyed, say } from "./dom.js";
import { ago, bytes, count, plural, rate, share, time } from "./format.js";
import { reads, sum } from "./history.js";

const REASONS = [
  ["absent", "was never there, or that is forgotten"],
  ["expired", "its time was over"],
  ["evicted", "room was needed"],
  ["deleted", "somebody deleted it"],
  ["invalidated", "a tag of it was invalidated"],
  ["loading", "the snapshot is still being read"],
];
const PARTS = [
  ["data", "keys and values"],
  ["index", "finding them"],
  ["buffers", "connections"],
  ["tombstones", "deletions to be told"],
  ["overhead", "headers, tables, gaps"],
];

// One bar of several colours, and a line for each that is not nothing.
function bars(box, rows, words) {
  if (!box.firstChild) {
    box.append(el("div", { class: "bar", "aria-hidden": "true" }), el("ul", { class: "parts" }),
      el("p", { class: "quiet" }));
  }
  const [bar, list, note] = box.children;
  const total = rows.reduce((all, row) => all + row.amount, 0);
  const shown = rows.filter((row) => row.amount > 0);
  keyed(bar, shown, (row) => row.name, (row) => el("span", { class: row.colour }),
    (part, row) => part.style.setProperty("flex-grow", row.amount / total));
  keyed(list, shown, (row) => row.name,
    (row) => el("li", {}, el("span", { class: `swatch ${row.colour}`, "aria-hidden": "true" }),
      el("span", { class: "name" }, row.name), el("span", { class: "why" }, row.why), el("span", { class: "number" })),
    (item, row) => say(item.lastChild, words.number(row.amount, total)));
  say(note, shown.length === 0 ? words.none : words.note);
}

export function renderMisses(figures, scope) {
  const read = reads(scope);
  const isLate = read.missed > 0;
  const misses = isLate ? read.misses : figures.misses;
  bars(byId("misses"), REASONS.map(([name, why], i) => ({ name, why, colour: `p${i}`, amount: misses[name] ?? 0 })), {
    number: (amount, total) => `${share(amount / total)}${isLate ? "" : ` · ${count(amount)}`}`,
    none: figures.metrics ? "No read has missed." : "Started with metrics off: reasons are not kept.",
    note: isLate ? `Of the last minute: ${share(read.missed / read.all)} of reads missed.`
      : "Since the start: none of the last minute.",
  });
}

export function renderOperations(figures) {
  const groups = Object.entries(figures.rates?.operations ?? {}).sort((a, b) => b[1] - a[1]);
  bars(byId("operations"), groups.map(([name, amount], i) => ({ name, why: "", colour: `p${i % 5}`, amount })), {
    number: (amount) => `${rate(amount)}/s`,
    none: figures.rates ? "Nothing is asked just now." : "Measuring …",
    note: figures.rates ? `${bytes(figures.rates.received_bytes)}/s in, ${bytes(figures.rates.sent_bytes)}/s out`
      + " by Redis clients." : "",
  });
}

export function renderMemory(figures) {
  bars(byId("memory"), PARTS.map(([name, why], i) => ({ name, why, colour: `p${i}`, amount: figures.parts[name] ?? 0 })), {
    number: (amount) => bytes(amount),
    none: "Nothing is stored.",
    note: `${plural(figures.entries, "entry", "entries")}, copies included.`,
  });
}

const SENTENCES = {
  member_joined: ["good", (one) => `${one.member} joined`],
  member_suspect: ["slow", (one) => `${one.member} does not answer`],
  member_alive: ["good", (one) => `${one.member} answers again`],
  member_dead: ["bad", (one) => `${one.member} is taken for dead`],
  member_leaving: ["slow", (one) => `${one.member} hands its slots over`],
  member_left: ["slow", (one) => `${one.member} left`],
  member_forgotten: ["quiet", (one) => `${one.member} is forgotten`],
  identity_conflict: ["bad", (one) => `two nodes claim to be ${one.member}`],
  refuted: ["slow", () => "this node was suspected, and answered"],
  paused: ["bad", (one) => `this node did not run for ${one.amount} ms`],
  view_changed: ["quiet", (one) => one.amount > 0
    ? `new placement: ${plural(one.amount, "slot")} moved here or away` : "new placement, the same for this node"],
  view_settled: ["good", (one) => `this node has all its data, after ${one.amount} ms`],
  transfer_done: ["quiet", (one) => `${plural(one.amount, "entry", "entries")} came from ${one.member}`],
  repaired: ["quiet", (one) => `${plural(one.amount, "difference")} between copies mended`],
  clock_skew: ["slow", (one) => `the clock of ${one.member} is off by ${one.amount} ms`],
  leave_done: ["quiet", () => "this node has handed over what it held"],
  holdings_missing: ["slow", (one) => `${one.member} did not say what it holds`],
};
const SHOWN = 30;

export function renderHappenings(overview) {
  const seen = new Map();
  const rows = overview.happenings.slice(0, SHOWN).map((one) => {
    const name = `${one.at_ms} ${one.kind} ${one.member}`;
    seen.set(name, (seen.get(name) ?? 0) + 1);
    return { ...one, key: `${name} ${seen.get(name)}` };
  });
  const list = byId("happenings");
  keyed(list, rows, (one) => one.key, (one) => {
    const [mood, words] = SENTENCES[one.kind] ?? ["quiet", () => one.kind.replaceAll("_", " ")];
    return el("li", { class: mood }, el("time", { datetime: new Date(one.at_ms).toISOString() }, time(one.at_ms)),
      el("span", {}, words(one)), el("span", { class: "quiet" }));
  }, (item, one) => say(item.lastChild, ago(overview.at_ms - one.at_ms)));
  list.classList.toggle("empty", rows.length === 0);
}
