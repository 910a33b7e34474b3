// Elements with text. Nothing here, nor anywhere on the page, makes markup of text: keys, names and values are strangers.
const SVG = "http://www.w3.org/2000/svg";

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) {
      continue;
    }
    if (name.startsWith("on")) {
      element.addEventListener(name.slice(2), value);
    } else {
      element.setAttribute(name, value === true ? "" : value);
    }
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export const byId = (id) => document.getElementById(id);
export const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
export const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

// Sets text only where it differs, so that readers of the page are not told of what has not changed.
export function say(element, text) {
  if (element.textContent !== text) {
    element.textContent = text;
  }
}

export function show(element, isShown) {
  if (element.hidden === isShown) {
    element.hidden = !isShown;
  }
}

// Makes the children of a list those of some rows, keeping the elements of rows that stay, and with them the focus.
export function keyed(list, rows, keyOf, make, update) {
  const known = new Map([...list.children].map((child) => [child.dataset.row, child]));
  let before = null;
  for (const row of rows) {
    const key = String(keyOf(row));
    let child = known.get(key);
    if (child) {
      known.delete(key);
    } else {
      child = make(row);
      child.dataset.row = key;
    }
    update(child, row);
    const wanted = before ? before.nextSibling : list.firstChild;
    if (wanted !== child) {
      list.insertBefore(child, wanted);
    }
    before = child;
  }
  known.forEach((child) => child.remove());
}

// Up, Down, Home and End move the focus among what can be chosen in a list.
export function roving(list, selector) {
  list.addEventListener("keydown", (event) => {
    const items = [...list.querySelectorAll(selector)];
    const at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (at >= 0 && to !== undefined && items[to]) {
      items[to].focus();
      event.preventDefault();
    }
  });
}
