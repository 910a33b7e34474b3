// The dashboard: what the stream of events says, shown.
import { Connection } from "./connection.js";
import { byId, say } from "./dom.js";
import { duration } from "./format.js";
import { RING, remember } from "./history.js";
import { refreshHotKeys, setUpHotKeys } from "./hotkeys.js";
import { lookAt, setUpInspector } from "./inspector.js";
import { renderHappenings, renderMemory, renderMisses, renderOperations } from "./lists.js";
import { nameOf, renderMembers, setUpMembers } from "./members.js";
import { mark, renderRing, setUpRing, takePlacement } from "./ring.js";
import { refreshSizing } from "./sizing.js";
import { renderTiles } from "./tiles.js";
import { renderVerdict } from "./verdict.js";

let overview = null;
let scope = RING;

function choose(id) {
  scope = id === scope ? RING : id;
  render();
}

function render() {
  if (!overview?.cluster) {
    return;
  }
  if (scope !== RING && !overview.cluster.members.some((member) => member.id === scope && member.state !== "left")) {
    scope = RING;
  }
  const member = overview.cluster.members.find((one) => one.id === scope);
  const figures = member ? overview.figures[scope] : overview.total;
  say(byId("node"), overview.name);
  say(byId("scope-title"), member ? nameOf(member) : "Whole ring");
  say(byId("scope-note"), figures
    ? `${member ? `Henge ${figures.version}, up` : "up"} ${duration(figures.uptime_seconds * 1000)}`
      + `${member ? "" : " at least"}`
    : "tells no figures");
  renderVerdict(overview);
  renderMembers(overview, scope);
  renderRing(overview, scope);
  renderHappenings(overview);
  byId("figures").classList.toggle("none", !figures);
  if (figures) {
    renderTiles(figures, scope);
    renderMisses(figures, scope);
    renderOperations(figures);
    renderMemory(figures);
  }
  document.body.classList.add("live");
}

setUpMembers(choose);
setUpRing(choose);
setUpHotKeys(lookAt);
setUpInspector((entry) => {
  mark(entry);
  render();
});
new Connection({
  placement: (told) => {
    takePlacement(told);
    render();
  },
  overview: (told) => {
    overview = told;
    remember(told);
    render();
    const isKept = told.cluster?.members.some((one) => one.self && told.figures[one.id]?.metrics);
    refreshSizing(isKept);
    refreshHotKeys(isKept);
  },
});
