// Looks up keys: the entry of one, the list of those that begin alike, and deletion after a question.
import { address } from "./connection.js";
import { byId, el, roving, say, show } from "./dom.js";
import { ago, bytes, count, duration, plural, time } from "./format.js";

const PAGE = 50;
const MOST_PAGES = 20;
const ROW = 16;

const WHY = {
  absent: "It was never there, or so long ago that its owner has forgotten.",
  expired: "Its time was over.",
  evicted: "It was evicted: its owner needed the room.",
  deleted: "Somebody deleted it.",
  invalidated: "A tag of it was invalidated.",
  loading: "Its owner still reads its snapshot: ask again in a moment.",
};

let onMark = () => {};
let search = 0;
let chosen = null;
let deadline = null;
let answered = 0;

const path = (key) => key.isBinary ? `${key.text}?enc=b64` : encodeURIComponent(key.text);
const shown = (key) => key.isBinary ? `base64: ${key.text}` : key.text;
const same = (a, b) => a && b && a.text === b.text && a.isBinary === b.isBinary;

async function ask(target, options = {}) {
  const reply = await fetch(address(target), { cache: "no-store", ...options });
  if (reply.status === 204) {
    return null;
  }
  const body = await reply.json().catch(() => ({}));
  if (!reply.ok) {
    throw new Error(body.detail ?? `The node answered ${reply.status}.`);
  }
  return body;
}

export function setUpInspector(mark) {
  onMark = mark;
  byId("search").addEventListener("submit", (event) => {
    event.preventDefault();
    lookUp(byId("search-key").value);
  });
  byId("inspector-close").addEventListener("click", close);
  roving(byId("results"), "button");
  document.addEventListener("keydown", shortcuts);
  byId("delete-cancel").addEventListener("click", () => byId("delete-dialog").close());
  byId("delete-confirm").addEventListener("click", confirmDelete);
  setInterval(tick, 1000);
  const wanted = new URLSearchParams(location.hash.slice(1)).get("key");
  if (wanted) {
    byId("search-key").value = wanted;
    lookUp(wanted);
  }
}

function shortcuts(event) {
  const field = byId("search-key");
  const isTyping = event.target instanceof HTMLInputElement;
  if (byId("delete-dialog").open || event.ctrlKey || event.metaKey || event.altKey) {
    return;
  }
  if (event.key === "/" && !isTyping) {
    event.preventDefault();
    field.focus();
    field.select();
  } else if (event.key === "Escape" && !byId("inspector").hidden) {
    event.preventDefault();
    if (event.target === field || byId("results").contains(event.target)) {
      close();
    } else {
      (currentRow() ?? field).focus();
    }
  } else if (event.key === "ArrowDown" && event.target === field) {
    const first = byId("results").querySelector("button");
    if (first) {
      event.preventDefault();
      first.focus();
    }
  } else if (event.key === "Delete" && !isTyping && chosen?.found && byId("inspector").contains(event.target)) {
    event.preventDefault();
    askDelete();
  }
}

const currentRow = () => byId("results").querySelector("[aria-current=true]");

function close() {
  search++;
  chosen = null;
  show(byId("inspector"), false);
  byId("results").replaceChildren();
  byId("entry").replaceChildren();
  history.replaceState(null, "", location.pathname + location.search);
  onMark(null);
  byId("search-key").focus();
  byId("search-key").select();
}

// Shows one key alone.
export async function lookAt(key) {
  const mine = ++search;
  show(byId("inspector"), true);
  say(byId("inspector-status"), "");
  byId("results").replaceChildren();
  await open(key, mine, true);
  byId("entry").focus();
}

const glob = (text) => `${text.replace(/[*?[\]\\]/g, "\\$&")}*`;

async function lookUp(text) {
  const mine = ++search;
  show(byId("inspector"), true);
  say(byId("inspector-status"), "Looking …");
  byId("results").replaceChildren();
  byId("entry").replaceChildren();
  const exact = text ? open({ text, isBinary: false }, mine) : Promise.resolve();
  try {
    await Promise.all([exact, list(text, "0", mine)]);
  } catch (error) {
    if (mine === search) {
      say(byId("inspector-status"), error.message);
    }
  }
}

// A page may hold nothing though there is more: the node looks at so many keys at once.
async function list(text, cursor, mine) {
  const keys = [];
  let pages = 0;
  do {
    const page = await ask(`v1/cache?match=${encodeURIComponent(glob(text))}&limit=${PAGE}&cursor=${cursor}`);
    if (mine !== search) {
      return;
    }
    keys.push(...page.keys.map((key) => ({ text: key, isBinary: false })),
      ...(page.binary_keys ?? []).map((key) => ({ text: key, isBinary: true })));
    cursor = page.cursor;
    pages++;
  } while (cursor !== "0" && keys.length < PAGE && pages < MOST_PAGES);
  addRows(keys, text, cursor, mine);
}

function addRows(keys, text, cursor, mine) {
  const box = byId("results");
  const rows = box.querySelector("ul") ?? box.appendChild(el("ul", { "aria-label": "Keys" }));
  const known = new Set([...rows.children].map((row) => row.dataset.key));
  rows.append(...keys.filter((key) => !known.has(shown(key)))
    .sort((a, b) => a.text.localeCompare(b.text, "en", { numeric: true })).map((key) => row(key)));
  markRow();
  box.querySelector(".more")?.remove();
  if (cursor !== "0") {
    box.append(el("button", { type: "button", class: "more", onclick: async (event) => {
      const isFocused = document.activeElement === event.target;
      const last = rows.lastElementChild;
      await list(text, cursor, mine).catch((error) => say(byId("inspector-status"), error.message));
      if (isFocused) {
        (last?.nextElementSibling?.firstChild ?? box.querySelector(".more") ?? byId("search-key")).focus();
      }
    } }, "More"));
  }
  const found = rows.children.length;
  show(rows, found > 0);
  say(byId("inspector-status"), `${plural(found, "key")} ${found === 1 ? "begins" : "begin"} so`
    + `${cursor === "0" ? "" : ", and perhaps more"}.`);
}

function row(key) {
  const button = el("button", { type: "button", onclick: () => open(key, search, true) }, shown(key));
  return el("li", { "data-key": shown(key) }, button);
}

async function open(key, mine, byHand = false) {
  let entry;
  try {
    entry = await ask(`v1/inspect/${path(key)}`);
  } catch (error) {
    if (mine === search) {
      byId("entry").replaceChildren(el("p", { class: "bad" }, error.message));
    }
    return;
  }
  if (mine !== search) {
    return;
  }
  chosen = { key, found: entry.found };
  answered = Date.now();
  if (!key.isBinary) {
    history.replaceState(null, "", `#${new URLSearchParams({ key: key.text })}`);
  }
  markRow();
  render(key, entry);
  onMark(entry);
  if (byHand) {
    byId("entry").scrollIntoView({ block: "nearest" });
  }
}

function markRow() {
  for (const item of byId("results").querySelectorAll("li")) {
    if (chosen && item.dataset.key === shown(chosen.key)) {
      item.firstChild.setAttribute("aria-current", "true");
    } else {
      item.firstChild.removeAttribute("aria-current");
    }
  }
}

function render(key, entry) {
  deadline = entry.ttl_ms === null ? null : answered + entry.ttl_ms;
  const facts = entry.found ? [
    ["Type", `${entry.type}${entry.content_type ? `, ${entry.content_type}` : ""}`],
    ["Size", `${bytes(entry.bytes)}, ${bytes(entry.memory_bytes)} in memory`],
    ["Expires", ""],
    ["Version", entry.version],
    ["Written", `${time(entry.written_at_ms)}, ${ago(Date.now() - entry.written_at_ms)}`],
    ["Tags", entry.tags.join(", ")],
  ] : [["Missing", entry.miss_reason ? WHY[entry.miss_reason] ?? entry.miss_reason : "Metrics are off: why is not kept."]];
  const [owner, ...copies] = entry.copies.map((one) => one.name);
  facts.push(["Owner", owner ?? "nobody"], ["Copies", copies.length > 0 ? copies.join(", ") : "none"],
    ["Slot", count(entry.slot)]);
  byId("entry").replaceChildren(...[
    el("h3", { class: "mono" }, shown(key)),
    el("p", { class: entry.found ? "good" : "slow" }, entry.found ? "There" : "Not there"),
    el("dl", {}, facts.filter(([name, value]) => value || name === "Expires").map(([name, value]) => [
      el("dt", {}, name), el("dd", name === "Expires" ? { id: "expires" } : {}, value)])),
    entry.found ? preview(entry) : null,
    el("div", { class: "buttons" },
      el("button", { type: "button", onclick: () => open(key, search) }, "Look again"),
      entry.found ? el("button", { type: "button", id: "delete", class: "danger", onclick: askDelete }, "Delete …") : null),
  ].filter(Boolean));
  entry.idle_ms && byId("expires")?.setAttribute("title", `each read gives it ${duration(entry.idle_ms)} more`);
  tick();
}

function tick() {
  const field = byId("expires");
  if (field) {
    const left = deadline === null ? null : deadline - Date.now();
    say(field, left === null ? "never" : left <= 0 ? "now: look again" : `in ${duration(left)}`);
  }
}

function preview(entry) {
  const { preview: part } = entry;
  if (part.fields) {
    return el("div", { class: "preview" },
      el("h4", {}, `${plural(part.field_count, "field")}${part.truncated ? `, the first ${part.fields.length}` : ""}`),
      el("table", {}, el("tbody", {}, part.fields.map((field) =>
        el("tr", {}, el("th", { scope: "row" }, words(field.name)), el("td", {}, words(field.value)))))));
  }
  const json = part.truncated || part.text === null ? null : pretty(part.text);
  const kind = part.text === null ? "bytes" : json ? "JSON" : "text";
  const pre = el("pre", { tabindex: 0, "aria-label": `Value as ${kind}` }, json ?? part.text ?? hex(part.base64));
  return el("div", { class: "preview" },
    el("h4", {}, `Value, ${kind}${part.truncated ? `, the first ${bytes(4096)}` : ""}`), pre);
}

const words = (part) => `${part.text ?? `base64: ${part.base64}`}${part.truncated ? " …" : ""}`;

function pretty(text) {
  if (!/^\s*[[{]/.test(text)) {
    return null;
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return null;
  }
}

function hex(base64) {
  const text = atob(base64);
  const lines = [];
  for (let at = 0; at < text.length; at += ROW) {
    const part = [...text.slice(at, at + ROW)];
    const codes = part.map((one) => one.charCodeAt(0).toString(16).padStart(2, "0")).join(" ");
    const letters = part.map((one) => (one >= " " && one <= "~" ? one : ".")).join("");
    lines.push(`${at.toString(16).padStart(4, "0")}  ${codes.padEnd(ROW * 3)} ${letters}`);
  }
  return lines.join("\n");
}

function askDelete() {
  byId("delete-key").textContent = shown(chosen.key);
  byId("delete-dialog").showModal();
  byId("delete-cancel").focus();
}

async function confirmDelete() {
  const { key } = chosen;
  byId("delete-dialog").close();
  let told;
  try {
    await ask(`v1/cache/${path(key)}`, { method: "DELETE" });
    told = `Deleted ${shown(key)}.`;
  } catch (error) {
    told = error.message;
  }
  const gone = [...byId("results").querySelectorAll("li")].find((item) => item.dataset.key === shown(key));
  const next = gone?.nextElementSibling ?? gone?.previousElementSibling;
  if (same(chosen?.key, key)) {
    await open(key, search);
  }
  if (!chosen?.found) {
    gone?.remove();
  }
  say(byId("inspector-status"), told);
  (next?.firstChild ?? byId("search-key")).focus();
}
