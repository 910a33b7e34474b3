// The keys of the ring that are read and written most, and the largest: asked of the node now and then.
import { address } from "./connection.js";
import { byId, el, keyed, roving, say, show } from "./dom.js";
import { bytes, plural, rate } from "./format.js";

const EVERY = 5000;
const ROWS = 8;
const LISTS = [
  ["reads", "Most read", (one) => `${rate(one.per_second)}/s`],
  ["writes", "Most written", (one) => `${rate(one.per_second)}/s`],
  ["big", "Largest", (one) => bytes(one.bytes)],
];
let asked = 0;

export function setUpHotKeys(lookAt) {
  byId("hot-keys").append(...LISTS.map(([id, title]) => {
    const list = el("ol", { id: `hot-${id}`, "aria-label": title });
    roving(list, "button");
    list.addEventListener("click", (event) => {
      const button = event.target.closest("button");
      if (button) {
        lookAt({ text: button.dataset.key, isBinary: button.dataset.encoding !== "utf8" });
      }
    });
    return el("div", {}, el("h3", {}, title), list, el("p", { class: "quiet" }));
  }));
}

// With metrics off nothing is counted, and there is nothing to ask for.
export async function refreshHotKeys(isKept) {
  if (!isKept || Date.now() - asked < EVERY) {
    return;
  }
  asked = Date.now();
  try {
    const reply = await fetch(address(`v1/hotkeys?count=${ROWS}`), { cache: "no-store" });
    show(byId("hot-keys-card"), reply.ok);
    if (reply.ok) {
      render(await reply.json());
    }
  } catch {
    // The connection says what is wrong.
  }
}

function render(told) {
  say(byId("hot-keys-note"), `of ${plural(told.nodes_answered, "member")}`
    + `${told.nodes_answered < told.nodes_asked ? ` of ${told.nodes_asked}` : ""}`
    + `, in ${plural(told.window_seconds, "second")}`);
  for (const [id, , number] of LISTS) {
    const list = byId(`hot-${id}`);
    keyed(list, told[id].slice(0, ROWS), (one) => `${one.encoding} ${one.key}`,
      (one) => el("li", {},
        el("button", { type: "button", "data-key": one.key, "data-encoding": one.encoding },
          one.encoding === "utf8" ? one.key : `base64: ${one.key}`),
        el("span", { class: "number" })),
      (item, one) => say(item.lastChild, number(one)));
    say(list.nextSibling, told[id].length === 0 ? "None yet." : "");
  }
}
