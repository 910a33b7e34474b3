// Is it well, is it full, is it fast: one line, and a note for each thing that is not as it should be.
import { byId, el, keyed, say } from "./dom.js";
import { micros, plural, rate, share } from "./format.js";
import { RING, reads, sum } from "./history.js";
import { nameOf } from "./members.js";

// Reads of a minute below which a ratio of them says nothing.
const MANY = 100;

function notes(overview) {
  const { cluster, figures, total } = overview;
  const found = [];
  const names = (some) => some.map(nameOf).join(", ");
  const add = (mood, text) => found.push({ mood, text });
  const those = (test) => cluster.members.filter(test);
  const dead = those((one) => one.state === "dead");
  const suspect = those((one) => one.state === "suspect");
  const leaving = those((one) => one.state === "alive" && one.phase === "leaving");
  const joining = those((one) => one.state === "alive" && one.phase === "joining");
  const silent = those((one) => one.state === "alive" && !figures[one.id]);
  const full = those((one) => figures[one.id]?.used_bytes > 0.95 * figures[one.id]?.limit_bytes);
  if (!overview.ready) {
    add("bad", "This node does not serve just now: it starts, stops, or has lost sight of the others.");
  }
  if (dead.length > 0) {
    add("bad", `Dead: ${names(dead)}. Others hold its slots now.`);
  }
  if (suspect.length > 0) {
    add("slow", `Does not answer: ${names(suspect)}.`);
  }
  if (leaving.length > 0) {
    add("slow", `Leaving: ${names(leaving)}; its slots go to the others.`);
  }
  if (joining.length > 0) {
    add("slow", `Joining: ${names(joining)}.`);
  }
  if (total.loading_slots > 0) {
    add("slow", `On their way: ${plural(total.loading_slots, "slot")}; reads of them ask who held them before.`);
  }
  if (full.length > 0) {
    // Full is how a cache should be: no alarm.
    add("quiet", `Full: ${names(full)}; for what is new, the policy evicts what is old.`);
  }
  const read = reads(RING);
  if (read.all > MANY && read.missed > read.hits) {
    const [reason] = Object.entries(read.misses).sort((a, b) => b[1] - a[1])[0];
    add("quiet", `Most reads miss: ${share(read.missed / read.all)} of the last minute, mostly ${reason}.`);
  }
  if (silent.length > 0) {
    add("quiet", `No figures of ${names(silent)}: another version, or slow to answer.`);
  }
  if (Object.values(figures).some((one) => !one.metrics)) {
    add("quiet", "Metrics are off on some members: latencies and miss reasons are missing.");
  }
  return found;
}

export function renderVerdict(overview) {
  const found = notes(overview);
  const worst = ["bad", "slow"].find((mood) => found.some((one) => one.mood === mood)) ?? "good";
  const { cluster, total } = overview;
  const alive = cluster.members.filter((one) => one.state === "alive").length;
  const read = reads(RING);
  const p99 = total.rates?.command_p99 ?? total.rates?.http_p99 ?? null;
  const words = [
    { good: "All is well", slow: "Something is changing", bad: "Look here" }[worst],
    plural(alive, "member"),
    `${share(total.limit_bytes ? total.used_bytes / total.limit_bytes : 0)} full`,
    total.rates ? `${rate(sum(total.rates.operations))} operations/s` : "",
    p99 !== null ? `99 % within ${micros(p99)}` : "",
    read.all > 0 ? `${share(read.hits / read.all)} of reads hit` : "",
  ];
  const section = byId("verdict");
  section.dataset.mood = worst;
  say(byId("verdict-mark"), { good: "✓", slow: "…", bad: "!" }[worst]);
  say(byId("verdict-text"), `${words[0]}: ${words.slice(1).filter(Boolean).join(", ")}.`);
  keyed(byId("verdict-notes"), found, (one) => one.text, (one) => el("li", { class: one.mood }, one.text), () => {});
  document.title = `${worst === "good" ? "" : "! "}${overview.name || "Henge"} · Henge`;
}
