// The ring: an arc for each member as long as its share of the slots, inside it a tick for every 32nd slot in the
// colour of its owner, across it what moves.
import { byId, say, svg } from "./dom.js";
import { plural, share } from "./format.js";
import { colourOf, nameOf, order, stateOf } from "./members.js";

const RADIUS = 128;
const WIDTH = 17;
const TICKS = [102, 115];
const LABEL = 148;
const GAP = 1.6;
const STUB = 7;

const picture = svg("svg", { viewBox: "-228 -180 456 360", role: "img" });
const layers = Object.fromEntries(["ticks", "arcs", "flows", "marks", "labels", "middle"]
  .map((name) => [name, picture.appendChild(svg("g", { class: name }))]));
let placement = null;
let placed = "";
let drawn = "";
let marked = null;
let places = new Map();

const at = (degrees, radius) => {
  const angle = (degrees - 90) * Math.PI / 180;
  return [Math.cos(angle) * radius, Math.sin(angle) * radius];
};
const point = (degrees, radius) => at(degrees, radius).map((number) => number.toFixed(1)).join(" ");

export function setUpRing(choose) {
  byId("ring").append(picture);
  layers.arcs.addEventListener("click", (event) => {
    const id = event.target.dataset.member;
    if (id) {
      choose(id);
    }
  });
}

export function takePlacement(told) {
  placement = told;
}

// A key that is looked at: where its slot is and who holds it.
export function mark(entry) {
  marked = entry;
  drawn = "";
}

export function renderRing(overview, scope) {
  const { cluster, figures } = overview;
  const members = order(cluster.members).filter((member) => member.state !== "left");
  const shown = members.map((member) => ({ member, state: stateOf(member, figures[member.id]) }));
  const now = JSON.stringify([shown.map(({ member, state }) =>
    [member.id, nameOf(member), state, member.owned_slots, member.self]), scope, cluster.copies]);
  if (now !== drawn) {
    drawn = now;
    drawArcs(shown, scope, cluster);
    drawMiddle(members, cluster);
    drawMark();
    picture.setAttribute("aria-label", `Ring of ${plural(members.length, "member")}: ${shown.map(({ member, state }) =>
      `${nameOf(member)} ${state} ${share(member.owned_slots / cluster.slots)}`).join(", ")}`);
  }
  drawTicks();
  drawFlows(overview.flows);
  say(byId("ring-caption"), members.length === 1
    ? "A ring of one: nothing has a copy elsewhere. Another node joins with --peers and this one's address."
    : "Outside: each member's share of the slots. Inside: every 32nd slot, in the colour of its owner.");
}

// Those without slots get a stub, so that who joins, leaves or does not answer is seen.
function spread(shown, slots) {
  const stubs = shown.filter(({ member }) => member.owned_slots === 0).length;
  const free = 360 - shown.length * (shown.length > 1 ? GAP : 0) - stubs * STUB;
  const owned = shown.reduce((total, { member }) => total + member.owned_slots, 0) || slots;
  let from = 0;
  return shown.map((one) => {
    const length = one.member.owned_slots === 0 ? STUB : free * one.member.owned_slots / owned;
    const arc = { ...one, from, to: from + length, middle: from + length / 2 };
    from += length + (shown.length > 1 ? GAP : 0);
    return arc;
  });
}

function drawArcs(shown, scope, cluster) {
  const arcs = spread(shown, cluster.slots);
  places = new Map(arcs.map((arc) => [arc.member.id, arc.middle]));
  const holders = new Set((marked?.copies ?? []).map((copy) => copy.id));
  const isDim = (id) => holders.size > 0 ? !holders.has(id) : cluster.members.some((m) => m.id === scope) && id !== scope;
  layers.arcs.replaceChildren(...arcs.map((arc) => svg("path", {
    d: arcPath(arc.from, Math.min(arc.to, arc.from + 359.99), RADIUS),
    "stroke-width": WIDTH,
    class: `arc ${colourOf(arc.member.id)} ${arc.state}${isDim(arc.member.id) ? " dim" : ""}`,
    "data-member": arc.member.id,
  }, svg("title", {}, `${nameOf(arc.member)}: ${arc.state}`))));
  layers.ticks.setAttribute("data-scope", scope);
  layers.labels.replaceChildren(...labels(arcs, cluster.slots));
  placed = "";
}

const arcPath = (from, to, radius) =>
  `M${point(from, radius)}A${radius} ${radius} 0 ${to - from > 180 ? 1 : 0} 1 ${point(to, radius)}`;

function labels(arcs, slots) {
  const isMany = arcs.length > 12;
  return arcs.filter((arc) => !isMany || arc.state !== "ready").map((arc) => {
    const [x, y] = at(arcs.length === 1 ? 0 : arc.middle, LABEL);
    const anchor = Math.abs(x) < 12 ? "middle" : x > 0 ? "start" : "end";
    const name = nameOf(arc.member);
    const note = arc.state === "ready" || arc.state === "loading"
      ? share(arc.member.owned_slots / slots) + (arc.state === "loading" ? ", loading" : "") : arc.state;
    const lift = y < -100 ? -10 : y > 100 ? 12 : 0;
    return svg("text", { x: x.toFixed(1), y: (y + lift).toFixed(1), "text-anchor": anchor, class: arc.state },
      svg("tspan", { class: "who" }, name.length > 11 ? `${name.slice(0, 10)}…` : name),
      svg("tspan", { class: "note", x: x.toFixed(1), dy: "1.15em" }, note));
  });
}

function drawMiddle(members, cluster) {
  const alive = members.filter((member) => member.state === "alive").length;
  layers.middle.replaceChildren(
    svg("text", { y: -2, class: "big" }, alive === members.length ? String(alive) : `${alive}/${members.length}`),
    svg("text", { y: 17 }, alive === 1 && members.length === 1 ? "member" : alive === members.length ? "members" : "alive"),
    svg("text", { y: 35, class: "note" }, cluster.copies === 1 ? "one copy" : `${cluster.copies} copies`));
}

function drawTicks() {
  if (!placement || placed === placement.view) {
    return;
  }
  placed = placement.view;
  const scope = layers.ticks.getAttribute("data-scope");
  const paths = placement.members.map(() => "");
  placement.owners.forEach((owner, i) => {
    if (owner >= 0) {
      const degrees = 360 * i / placement.owners.length;
      paths[owner] += `M${point(degrees, TICKS[0])}L${point(degrees, TICKS[1])}`;
    }
  });
  layers.ticks.replaceChildren(...placement.members.map((id, i) => svg("path", {
    d: paths[i], class: `${colourOf(id)}${placement.members.includes(scope) && id !== scope ? " dim" : ""}`,
  })));
}

function drawMark() {
  layers.marks.replaceChildren();
  if (marked) {
    const degrees = 360 * marked.slot / 16_384;
    layers.marks.append(
      svg("path", { d: `M${point(degrees, 62)}L${point(degrees, TICKS[1] + 1)}` }),
      svg("circle", { cx: at(degrees, 62)[0].toFixed(1), cy: at(degrees, 62)[1].toFixed(1), r: 3 }));
  }
}

function drawFlows(all) {
  const flows = all.filter(({ from, to }) => places.has(from) && places.has(to));
  const curves = flows.map(({ from, to }) => {
    const [start, end] = [places.get(from), places.get(to)];
    const ends = [at(start, 94), at(end, 94)];
    // Both ways between two members must not lie on each other, nor on the middle.
    const bend = at((start + end) / 2, from < to ? 72 : -48);
    // A quarter of the way: in the middle there are words.
    return { from, ends, bend, label: [0, 1].map((i) => (9 * ends[0][i] + 6 * bend[i] + ends[1][i]) / 16) };
  });
  const numbers = (pair) => pair.map((number) => number.toFixed(1)).join(" ");
  const wanted = JSON.stringify(curves.map(({ from, ends }) => [from, ends]));
  if (layers.flows.dataset.drawn !== wanted) {
    layers.flows.dataset.drawn = wanted;
    layers.flows.replaceChildren(...curves.map(({ from, ends, bend, label }) => svg("g", { class: colourOf(from) },
      svg("path", { class: "flow", d: `M${numbers(ends[0])}Q${numbers(bend)} ${numbers(ends[1])}` }),
      svg("text", { class: "progress", "text-anchor": "middle", x: label[0].toFixed(1), y: (label[1] + 4).toFixed(1) }))));
  }
  flows.forEach(({ progress }, i) => say(layers.flows.children[i].lastChild, share(progress)));
}
