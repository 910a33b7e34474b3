// The stream of events, held open: tries again with growing pauses, and says why there is none.
import { byId, el, show } from "./dom.js";

const SILENCE = 6000;
const LONGEST_PAUSE = 30_000;
const base = new URL("../", import.meta.url);

export const address = (path) => new URL(path, base).href;

export class Connection {
  constructor(handlers) {
    this.handlers = handlers;
    this.tries = 0;
    this.isLive = false;
    this.box = byId("connection");
    document.addEventListener("visibilitychange", () => document.hidden ? this.rest() : this.open());
    this.tell("connecting", "Connecting …");
    this.open();
  }

  open() {
    this.close();
    const source = this.source = new EventSource(address("v1/events"));
    for (const [name, handle] of Object.entries(this.handlers)) {
      source.addEventListener(name, (event) => {
        this.heard();
        handle(JSON.parse(event.data));
      });
    }
    // Its own way to try again knows no reason and no growing pause.
    source.addEventListener("error", () => this.lost());
    this.watch();
  }

  // Nobody looks: the node need not look either.
  rest() {
    this.close();
  }

  close() {
    clearTimeout(this.silence);
    clearTimeout(this.again);
    clearInterval(this.countdown);
    this.source?.close();
    this.source = null;
  }

  watch() {
    clearTimeout(this.silence);
    this.silence = setTimeout(() => this.lost(), SILENCE);
  }

  heard() {
    this.watch();
    if (!this.isLive) {
      this.isLive = true;
      this.tries = 0;
      document.body.classList.remove("stale");
      show(this.box, false);
      this.box.replaceChildren();
    }
  }

  async lost() {
    this.close();
    this.isLive = false;
    document.body.classList.add("stale");
    const why = await reason();
    if (this.source || document.hidden) {
      return;
    }
    if (why.isFinal) {
      this.tell("refused", why.text, ["Reload", () => location.reload()]);
      return;
    }
    const pause = Math.min(LONGEST_PAUSE, 1000 * 2 ** this.tries++);
    const until = Date.now() + pause;
    const left = el("span");
    const count = () => {
      left.textContent = `Trying again in ${Math.max(1, Math.ceil((until - Date.now()) / 1000))} s.`;
    };
    count();
    this.tell("lost", why.text, ["Try now", () => this.open()], el("span", { "aria-hidden": "true" }, left));
    this.countdown = setInterval(count, 1000);
    this.again = setTimeout(() => this.open(), pause);
  }

  tell(state, text, button, more) {
    this.box.dataset.state = state;
    this.box.replaceChildren(el("span", {}, text), " ", more ?? "",
      button ? el("button", { type: "button", onclick: button[1] }, button[0]) : "");
    show(this.box, true);
  }
}

// An EventSource does not say why it has failed.
async function reason() {
  try {
    const reply = await fetch(address("v1/events"), { method: "HEAD", cache: "no-store" });
    if (reply.status === 401) {
      return { isFinal: true, text: "The node wants a password. Load the page again to give it." };
    }
    if (reply.status === 403) {
      return { isFinal: true, text: "This user may not see the figures of the node." };
    }
    if (reply.status === 429) {
      return { text: "Too many wrong passwords came from here." };
    }
    const health = await fetch(address("readyz"), { cache: "no-store" });
    return {
      text: health.ok
        ? "The node does not send events; perhaps too many dashboards are open."
        : "The node is starting or stopping.",
    };
  } catch {
    return { text: "Connection lost: the node does not answer." };
  }
}
