// Who is in: one row each, which chooses whose figures are shown, and what moves.
import { byId, el, keyed, roving, say, show } from "./dom.js";
import { bytes, count, micros, plural, rate, share } from "./format.js";
import { RING, sum } from "./history.js";

const COLOURS = 8;
const colours = new Map();

export const colourOf = (id) => `m${colours.get(id) ?? 0}`;

export const nameOf = (member) => member.name || member.address;

export function order(members) {
  const sorted = [...members].sort((a, b) => nameOf(a).localeCompare(nameOf(b), "en", { numeric: true }));
  for (const member of sorted) {
    if (!colours.has(member.id)) {
      colours.set(member.id, colours.size % COLOURS);
    }
  }
  return sorted;
}

export function stateOf(member, figures) {
  if (member.state !== "alive") {
    return { alive: "", suspect: "suspect", dead: "dead", left: "left" }[member.state];
  }
  if (member.phase !== "ready") {
    return member.phase;
  }
  return figures?.loading_slots > 0 ? "loading" : "ready";
}

export function setUpMembers(choose) {
  const list = el("ul", { class: "members" });
  byId("members").append(list);
  roving(list, "button");
  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) {
      choose(button.parentElement.dataset.row);
    }
  });
}

export function renderMembers(overview, scope) {
  const list = byId("members").firstChild;
  const members = order(overview.cluster.members);
  const rows = [{ id: RING }, ...members];
  keyed(list, rows, (row) => row.id, make, (item, row) => {
    const button = item.firstChild;
    const isChosen = row.id === scope;
    if (button.getAttribute("aria-pressed") !== String(isChosen)) {
      button.setAttribute("aria-pressed", String(isChosen));
    }
    if (row.id === RING) {
      say(button.querySelector(".name"), "Whole ring");
      say(button.querySelector(".facts"), `${plural(members.filter((one) => one.state === "alive").length, "member")}`
        + `, ${overview.cluster.copies === 1 ? "one copy" : `${overview.cluster.copies} copies`} of each slot`);
      fill(button, overview.total);
    } else {
      update(button, row, overview);
    }
  });
  renderTransfers(overview);
}

function make(row) {
  return el("li", {}, el("button", { type: "button", "aria-pressed": "false" },
    el("span", { class: `swatch ${row.id === RING ? "all" : colourOf(row.id)}`, "aria-hidden": "true" }),
    el("span", { class: "name" }),
    el("span", { class: "state" }),
    el("span", { class: "facts" }),
    el("span", { class: "meter", "aria-hidden": "true" }, el("progress", { max: 1, value: 0 })),
    el("span", { class: "numbers" })));
}

function update(button, member, overview) {
  const figures = overview.figures[member.id];
  const state = stateOf(member, figures);
  say(button.querySelector(".name"), nameOf(member) + (member.self ? " (this node)" : ""));
  const pill = button.querySelector(".state");
  say(pill, state === "loading" ? `loading ${plural(figures.loading_slots, "slot")}` : state);
  pill.dataset.state = state;
  button.parentElement.dataset.state = state;
  const facts = [
    `${share(member.owned_slots / overview.cluster.slots)} of slots`,
    overview.cluster.copies > 1 ? `${count(member.replica_slots)} copies` : "",
    member.zone ? `zone ${member.zone}` : "",
    member.weight !== 1 ? `weight ${member.weight}` : "",
    member.round_trip_microseconds ? `${micros(member.round_trip_microseconds)} away` : "",
    Math.abs(member.clock_skew_ms ?? 0) > 500 ? `clock off by ${member.clock_skew_ms} ms` : "",
    member.address,
  ];
  say(button.querySelector(".facts"), facts.filter(Boolean).join(" · "));
  fill(button, figures);
}

function fill(button, figures) {
  const meter = button.querySelector("progress");
  const used = figures?.limit_bytes ? figures.used_bytes / figures.limit_bytes : 0;
  meter.value = used;
  say(button.querySelector(".numbers"), figures
    ? `${share(used)} of ${bytes(figures.limit_bytes)} · `
      + `${figures.rates ? `${rate(sum(figures.rates.operations))}/s` : "…"}`
    : "no figures");
}

function renderTransfers(overview) {
  const box = byId("transfers");
  if (!box.firstChild) {
    box.append(el("h3", {}, "On the move"), el("ul"));
  }
  const names = new Map(overview.cluster.members.map((member) => [member.id, nameOf(member)]));
  const who = (id) => names.get(id) ?? "one that has gone";
  show(box, overview.flows.length > 0);
  keyed(box.lastChild, overview.flows, (one) => `${one.from} ${one.to}`,
    () => el("li", {}, el("span"), el("progress", { max: 1 }), el("span", { class: "quiet" })),
    (item, one) => {
      say(item.firstChild, `${who(one.from)} to ${who(one.to)}`);
      item.children[1].value = one.progress;
      item.children[1].setAttribute("aria-label", item.firstChild.textContent);
      say(item.lastChild, `${share(one.progress)} · ${plural(one.slots, "slot")} · ${bytes(one.bytes)}`);
    });
}
