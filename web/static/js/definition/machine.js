/* The status machine of a definition as a graph for the diagram: boxes in boxes, and the ways between them.

   machine(statuses) -> { nodes: [{ name, path, children, isInitial, isEnd, isOffline, isMissing, backs }],
     edges: [{ from, to, labels: [{ text, path }] }] }; from and to are names, which are given once.
*/
const LONGEST = 26; // characters of a label

export function machine(statuses, path = ["statuses"]) {
  const nodes = nodesOf(statuses, path);
  const edges = new Map();
  for (const node of flat(nodes)) collect(node, edges, statusAt(statuses, node.path.slice(path.length)));
  const known = new Set(flat(nodes).map(({ name }) => name));
  const missing = [...new Set([...edges.values()].map(({ to }) => to))].filter((name) => !known.has(name));
  return { nodes: [...nodes, ...missing.map((name) => ({ name, path: null, children: [], backs: [], isMissing: true }))], edges: [...edges.values()] };
}

/* All nodes with those inside of them. */
export function flat(nodes) {
  return nodes.flatMap((node) => [node, ...flat(node.children)]);
}

function nodesOf(statuses, path) {
  if (!statuses || typeof statuses !== "object" || Array.isArray(statuses)) return [];
  return Object.entries(statuses).map(([name, status], index) => ({
    name,
    path: [...path, name],
    children: nodesOf(status?.statuses, [...path, name, "statuses"]),
    backs: [],
    isInitial: index === 0,
    isEnd: status?.end === true,
    isOffline: status?.connected === false,
    isMissing: false,
  }));
}

function statusAt(statuses, steps) {
  return steps.reduce((value, step) => value?.[step], statuses);
}

function collect(node, edges, status) {
  if (!Array.isArray(status?.go)) return;
  status.go.forEach((transition, index) => {
    const label = { text: triggerOf(transition), path: [...node.path, "go", index] };
    const to = transition?.to;
    if (typeof to !== "string" || !to) return;
    if (to === "back" || to === node.name) {
      node.backs.push({ ...label, text: `${to === "back" ? "back" : "again"} ${label.text}`.trim() });
      return;
    }
    const key = JSON.stringify([node.name, to]);
    if (!edges.has(key)) edges.set(key, { from: node.name, to, labels: [] });
    edges.get(key).labels.push(label);
  });
}

/* What sets a transition off, in a few characters. */
function triggerOf(transition) {
  const { after, at, when, on, chance, sends, fails, held } = transition ?? {};
  const parts = [
    after !== undefined && `after ${short(after)}`,
    at !== undefined && `at ${short(at)}`,
    when !== undefined && short(when),
    held !== undefined && `for ${short(held)}`,
    on !== undefined && `on ${short(on?.topic ?? on)}`,
    sends !== undefined && `${short(sends)} sends`,
    fails !== undefined && `${short(fails)} failures`,
    chance !== undefined && short(chance),
  ];
  return cut(parts.filter(Boolean).join(", "));
}

function short(value) {
  if (value === null || typeof value !== "object") return String(value);
  const [word, inner] = Object.entries(value)[0] ?? [];
  return inner && typeof inner === "object" ? word : `${word} ${inner}`;
}

function cut(text) {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 1)}…` : text;
}
