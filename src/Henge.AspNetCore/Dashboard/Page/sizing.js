// What other sizes of memory would do: asked of the node now and then, where it keeps such figures.
import { address } from "./connection.js";
import { byId, el, keyed, say, show } from "./dom.js";
import { bytes, count, duration, plural, share } from "./format.js";

const EVERY = 5000;
let asked = 0;

// With metrics off there is nothing to ask for.
export async function refreshSizing(isKept) {
  if (!isKept || Date.now() - asked < EVERY) {
    return;
  }
  asked = Date.now();
  try {
    const reply = await fetch(address("v1/sizing"), { cache: "no-store" });
    show(byId("sizing-card"), reply.ok);
    if (reply.ok) {
      render(await reply.json());
    }
  } catch {
    // The connection says what is wrong.
  }
}

function render(told) {
  const box = byId("sizing");
  if (!box.firstChild) {
    box.append(el("table", {},
      el("thead", {}, el("tr", {}, el("th", { scope: "col" }, "Memory"), el("th", { scope: "col" }, "Hit ratio"))),
      el("tbody")), el("p", { class: "quiet" }));
  }
  const rows = told.sizes.filter((one) => one.hit_ratio !== null);
  keyed(box.querySelector("tbody"), rows, (one) => one.factor,
    () => el("tr", {}, el("th", { scope: "row" }), el("td", {}, el("progress", { max: 1 }), el("span"))),
    (row, one) => {
      row.classList.toggle("now", one.factor === 1);
      say(row.firstChild, `${one.factor} × · ${bytes(one.memory_bytes)}`);
      row.lastChild.firstChild.value = one.hit_ratio;
      row.lastChild.firstChild.setAttribute("aria-label", row.firstChild.textContent);
      say(row.lastChild.lastChild, share(one.hit_ratio));
    });
  show(box.firstChild, rows.length > 0);
  say(box.lastChild, rows.length === 0 ? "Nothing was read yet."
    : `${told.node} alone, in ${duration(told.window_seconds * 1000)}: simulated (${told.model.toUpperCase()})`
      + ` with ${plural(told.sampled_reads, "read")} of ${count(told.reads)}; really ${share(told.hit_ratio ?? 0)}.`);
}
