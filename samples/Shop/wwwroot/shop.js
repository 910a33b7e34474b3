const element = id => document.getElementById(id);
const svg = 'http://www.w3.org/2000/svg';

async function json(url, options) {
  const answer = await fetch(url, options);
  if (!answer.ok) {
    throw new Error(`${url} answered ${answer.status}`);
  }
  return answer.status === 204 ? null : answer.json();
}

function make(name, text, attributes = {}) {
  const made = name in { circle: 0, text: 0 } ? document.createElementNS(svg, name) : document.createElement(name);
  made.textContent = text;
  Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
  return made;
}

// The row of a product, made when it is first seen, so that nobody who types is disturbed.
function rowOf(product) {
  let row = element(`product-${product.id}`);
  if (!row) {
    row = element('products').insertRow();
    row.id = `product-${product.id}`;
    row.append(make('td', product.name), make('td', ''), make('td', ''), make('td', ''));
    const price = make('input', '', { type: 'number', min: 0, step: 'any', 'aria-label': `New price of ${product.name}` });
    price.addEventListener('change', () => setPrice(product.id, price));
    row.cells[3].append(price);
  }
  return row;
}

function show({ product, milliseconds, isLookedUp }) {
  const [, price, time] = rowOf(product).cells;
  if (price.textContent && price.textContent !== String(product.price)) {
    price.classList.remove('changed');
    void price.offsetWidth;
    price.classList.add('changed');
  }
  price.textContent = product.price;
  time.textContent = `${milliseconds.toFixed(milliseconds < 1 ? 3 : 0)} ms${isLookedUp ? ', looked up' : ''}`;
  time.className = milliseconds > 100 ? 'slow' : '';
}

async function setPrice(id, input) {
  if (input.value !== '' && input.checkValidity()) {
    await noticing(async () => {
      await json(`/api/products/${id}/price?price=${input.value}`, { method: 'PUT' });
      input.value = '';
      await products();
    });
  }
}

async function products() {
  const { instance, products } = await json('/api/products');
  element('self').textContent = instance;
  products.forEach(show);
}

async function offers() {
  const { madeBy, products } = await json('/api/offers');
  element('offers').textContent = `Cheapest: ${products.map(({ name, price }) => `${name} at ${price}`).join(', ')}.`
    + ` Instance ${madeBy} made this answer; it is everybody's until a price changes.`;
}

async function instances() {
  const all = await json('/api/instances');
  if (!element('others').hasChildNodes()) {
    const links = all.flatMap(({ instance, address }) => [', ', make('a', instance, { href: address })]);
    element('others').append(...links.slice(1));
  }
  element('instances').replaceChildren(...all.map(card));
  draw(all.find(one => one.isUp).ring.members);
}

function card({ instance, isUp, levels, ring }) {
  const made = make('article', '');
  made.id = `instance-${instance}`;
  made.append(make('h3', `Instance ${instance}${isUp ? '' : ' is down'}`, { class: isUp ? '' : 'down' }));
  if (isUp) {
    const facts = make('dl', '');
    const rows = [
      ['hits in the process', levels.first],
      ['in its node', levels.here],
      ['in another\'s', levels.ring],
      ['lookups in the warehouse', levels.lookups],
      ['slots it owns', ring.members.find(member => member.self).owned_slots],
      ['members it sees', ring.members.filter(member => member.state === 'alive').length],
    ];
    rows.forEach(([what, value]) => facts.append(make('dt', what), make('dd', value)));
    made.append(facts);
  }
  return made;
}

function draw(members) {
  const ring = element('ring');
  ring.replaceChildren(make('circle', '', { cx: 100, cy: 100, r: 66 }));
  members.toSorted((a, b) => a.name.localeCompare(b.name)).forEach((member, index) => {
    const angle = 2 * Math.PI * (index / members.length - .25);
    const [x, y] = [100 + 66 * Math.cos(angle), 100 + 66 * Math.sin(angle)];
    const gone = member.state === 'dead' || member.state === 'left';
    ring.append(
      make('circle', '', { cx: x, cy: y, r: 28, class: member.state }),
      make('text', member.name, { x, y: y - 2 }),
      make('text', gone ? member.state : `${(member.owned_slots / 163.84).toFixed(1)} %`, { x, y: y + 10 }));
  });
}

async function noticing(work) {
  try {
    await work();
    element('trouble').textContent = '';
  } catch (error) {
    element('trouble').textContent = `${error.message}; this instance may have stopped.`;
  }
}

// Again a second after the last answer: what is slow is not asked twice at once.
async function keep(work) {
  await noticing(work);
  setTimeout(keep, 1000, work);
}

keep(products);
keep(offers);
keep(instances);
