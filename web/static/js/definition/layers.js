/* Places boxes in rows and leads ways between them: a small layered layout (after Sugiyama, 1981).

   layout(graph, measure) takes what machine.js gives and returns { width, height, boxes, ways }: boxes have x, y,
   width, height (left upper corner) and their node; ways have a path for SVG and labels with x, y. A box with
   boxes in it is laid out first and then is one box of its own row. `measure(text, size)` is a width in px.
*/
const FONT = 13; // px
const SMALL = 11; // px
const ROOM = { box: 34, side: 24, gap: 30, row: 34, label: 16, pad: 14, title: 26, note: 15 }; // px
const SWEEPS = 8;

export function layout({ nodes, edges }, measure) {
  const boxes = nodes.map((node) => boxOf(node, edges, measure));
  const owner = new Map(boxes.flatMap((box) => box.names.map((name) => [name, box])));
  const links = linksOf(edges, owner);
  const rows = rowsOf(boxes, links);
  const chains = chainsOf(rows, links);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) order(rows, sweep % 2 === 0);
  rows.forEach((row) => line(row));
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) settle(rows, sweep % 2 === 0);
  shift(rows);
  const ports = portsOf(chains);
  const gaps = labelRows(rows, chains, { ports, measure });
  stack(rows, gaps);
  return drawn(rows, chains, { ports, gaps });
}

function boxOf(node, edges, measure) {
  const inner = node.children.length ? layout({ nodes: node.children, edges: edges.filter((edge) => isInside(node, edge)) }, measure) : null;
  const notes = node.backs.map(({ text }) => measure(`↩ ${text}`, SMALL));
  const own = Math.max(measure(node.name, FONT) + (node.isInitial ? 14 : 0), ...notes, 30) + ROOM.side;
  return {
    node,
    inner,
    names: [node.name, ...namesIn(node)],
    width: Math.max(own, inner ? inner.width + 2 * ROOM.pad : 0),
    height: (inner ? inner.height + ROOM.title + ROOM.pad : ROOM.box) + node.backs.length * ROOM.note,
    up: [],
    down: [],
  };
}

function namesIn(node) {
  return node.children.flatMap((child) => [child.name, ...namesIn(child)]);
}

function isInside(node, { from, to }) {
  const names = namesIn(node);
  return names.includes(from) && names.includes(to);
}

/* Ways between boxes of this level; those that stay inside of one are its own. */
function linksOf(edges, owner) {
  return edges.flatMap((edge) => {
    const [from, to] = [owner.get(edge.from), owner.get(edge.to)];
    const prefix = from && from.node.name !== edge.from ? `${edge.from}: ` : "";
    return from && to && from !== to ? [{ from, to, edge, prefix }] : [];
  });
}

/* Rows by the number of steps from the first box; what is never reached stands beside the first. */
function rowsOf(boxes, links) {
  const next = (box) => links.filter(({ from }) => from === box).map(({ to }) => to);
  const depth = new Map();
  let front = boxes.slice(0, 1);
  for (let level = 0; front.length; level += 1) {
    front = [...new Set(front)].filter((box) => !depth.has(box));
    front.forEach((box) => depth.set(box, level));
    front = front.flatMap(next);
  }
  const rows = [];
  for (const box of boxes) (rows[depth.get(box) ?? 0] ??= []).push(box);
  rows.forEach((row, level) => row.forEach((box, place) => Object.assign(box, { level, place })));
  return rows;
}

/* Each link as a chain from its upper end to its lower one, with a thin box in each row that it crosses. */
function chainsOf(rows, links) {
  return links.map((link) => {
    const isDown = link.from.level <= link.to.level;
    const [upper, lower] = isDown ? [link.from, link.to] : [link.to, link.from];
    const steps = [upper];
    for (let level = upper.level + 1; level < lower.level; level += 1) steps.push(thin(rows, level));
    steps.push(lower);
    if (upper.level !== lower.level) steps.slice(1).forEach((step, index) => join(steps[index], step));
    return { ...link, isDown, steps, isFlat: upper.level === lower.level };
  });
}

function thin(rows, level) {
  const box = { width: 8, height: 0, level, place: rows[level].length, up: [], down: [], isThin: true };
  rows[level].push(box);
  return box;
}

function join(upper, lower) {
  upper.down.push(lower);
  lower.up.push(upper);
}

/* Puts each row into the order of its neighbours' middle. */
function order(rows, isDown) {
  const sequence = isDown ? rows : [...rows].reverse();
  for (const row of sequence) {
    const middle = (box) => mean((isDown ? box.up : box.down).map(({ place }) => place)) ?? box.place;
    const wanted = new Map(row.map((box) => [box, middle(box)]));
    row.sort((one, other) => wanted.get(one) - wanted.get(other));
    row.forEach((box, place) => { box.place = place; });
  }
}

function line(row) {
  const whole = row.reduce((sum, { width }) => sum + width, ROOM.gap * (row.length - 1));
  let left = -whole / 2;
  for (const box of row) {
    box.x = left;
    left += box.width + ROOM.gap;
  }
}

/* Moves boxes towards the middle of their neighbours, without one passing another. */
function settle(rows, isDown) {
  for (const row of isDown ? rows : [...rows].reverse()) {
    const wish = row.map((box) => mean([...box.up, ...box.down].map(centre)) ?? centre(box));
    row.forEach((box, index) => { box.x = wish[index] - box.width / 2; });
    for (let index = 1; index < row.length; index += 1) {
      const least = row[index - 1].x + row[index - 1].width + ROOM.gap;
      const over = least - row[index].x;
      if (over > 0) {
        row[index - 1].x -= over / 2;
        row[index].x += over / 2;
      }
    }
    for (let index = 1; index < row.length; index += 1) row[index].x = Math.max(row[index].x, row[index - 1].x + row[index - 1].width + ROOM.gap);
  }
}

function shift(rows) {
  const left = Math.min(0, ...rows.flat().map(({ x }) => x));
  for (const box of rows.flat()) box.x -= left;
}

/* The labels of each gap below a row, in as many lines as keep them apart. */
function labelRows(rows, chains, { ports, measure }) {
  const gaps = rows.map(() => ({ labels: [], lines: [] }));
  for (const chain of chains) {
    const [[above, upper], [, lower]] = beginning(chain, ports.get(chain));
    const x = (upper + lower) / 2;
    for (const label of chain.edge.labels) {
      const text = chain.prefix + label.text;
      gaps[above.level].labels.push({ ...label, text, x, width: measure(text, SMALL) + 8, chain });
    }
  }
  for (const gap of gaps) {
    gap.labels.sort((one, other) => one.x - other.x);
    for (const label of gap.labels) label.line = lineFor(gap.lines, label);
  }
  return gaps;
}

/* The first piece of a way, from above: its two boxes, each with the x at which the way meets it. */
function beginning({ steps, isDown }, { upper, lower }) {
  const xs = steps.map(centre);
  xs[0] = upper;
  xs[xs.length - 1] = lower;
  const at = isDown ? 0 : steps.length - 2;
  return [[steps[at], xs[at]], [steps[at + 1], xs[at + 1]]];
}

function lineFor(lines, label) {
  const isFree = (taken) => taken.every((other) => Math.abs(other.x - label.x) > (other.width + label.width) / 2 + 4);
  let place = lines.findIndex(isFree);
  if (place < 0) place = lines.push([]) - 1;
  lines[place].push(label);
  return place;
}

function stack(rows, gaps) {
  let top = 0;
  rows.forEach((row, level) => {
    const height = Math.max(...row.map((box) => box.height), ROOM.box);
    for (const box of row) box.y = top + (height - box.height) / 2;
    gaps[level].top = top + height;
    const isLast = level === rows.length - 1 && !gaps[level].labels.length;
    top += height + (isLast ? 0 : ROOM.row + gaps[level].lines.length * ROOM.label);
  });
  rows.bottom = top;
}

function drawn(rows, chains, { ports, gaps }) {
  const ways = chains.map((chain) => ({ edge: chain.edge, path: pathOf(chain, ports, gaps) }));
  const labels = gaps.flatMap((gap) => gap.labels.map((label) => ({ ...label, y: gap.top + ROOM.row / 2 + label.line * ROOM.label + 4, edge: label.chain.edge })));
  const boxes = rows.flat().filter(({ isThin }) => !isThin);
  const left = Math.min(0, ...labels.map(({ x, width }) => x - width / 2));
  const right = Math.max(0, ...boxes.map(({ x, width }) => x + width), ...labels.map(({ x, width }) => x + width / 2));
  return { left, width: right - left, height: rows.bottom, boxes, ways, labels };
}

/* Where each chain leaves and enters its ends: side by side, in the order of where they lead. */
function portsOf(chains) {
  const sides = new Map();
  for (const chain of chains) {
    const [upper, lower] = [chain.steps[0], chain.steps.at(-1)];
    side(sides, upper, "bottom").push({ chain, end: "upper", towards: centre(chain.steps[1]) });
    side(sides, lower, chain.isFlat ? "bottom" : "top").push({ chain, end: "lower", towards: centre(chain.steps.at(-2)) });
  }
  const ports = new Map(chains.map((chain) => [chain, {}]));
  for (const [box, both] of sides) {
    for (const list of Object.values(both)) {
      list.sort((one, other) => one.towards - other.towards);
      list.forEach(({ chain, end }, index) => { ports.get(chain)[end] = box.x + (box.width * (index + 1)) / (list.length + 1); });
    }
  }
  return ports;
}

function side(sides, box, name) {
  if (!sides.has(box)) sides.set(box, {});
  return (sides.get(box)[name] ??= []);
}

function pathOf(chain, ports, gaps) {
  const { upper, lower } = ports.get(chain);
  const [first, last] = [chain.steps[0], chain.steps.at(-1)];
  const start = [upper, first.y + first.height];
  if (chain.isFlat) return flatPath(chain, start, [lower, last.y + last.height], gaps[first.level]);
  const points = [start, ...chain.steps.slice(1, -1).map((box) => [centre(box), box.y]), [lower, last.y]];
  return curve(chain.isDown ? points : points.reverse());
}

/* A way to a neighbour in the same row hangs below it. */
function flatPath(chain, start, end, gap) {
  const deep = gap.top + ROOM.row * 0.75 + Math.max(0, gap.lines.length - 1) * ROOM.label;
  return `M${at(start)}C${at([start[0], deep])} ${at([end[0], deep])} ${at(end)}`;
}

function curve(points) {
  const [first, ...rest] = points;
  let before = first;
  return `M${at(first)}${rest.map((point) => {
    const middle = (before[1] + point[1]) / 2;
    const piece = `C${at([before[0], middle])} ${at([point[0], middle])} ${at(point)}`;
    before = point;
    return piece;
  }).join("")}`;
}

function at([x, y]) {
  return `${x.toFixed(1)} ${y.toFixed(1)}`;
}

function centre(box) {
  return box.x + box.width / 2;
}

function mean(numbers) {
  return numbers.length ? numbers.reduce((sum, each) => sum + each, 0) / numbers.length : null;
}
