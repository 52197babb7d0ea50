/* <status-diagram>: the status machine, to be looked at, clicked and added to.

   Properties: `value` = { statuses, opened, problems }, `isReadOnly`. Sends bubbling events: "part-chosen" (detail: path of a
   status or of a transition) and "way-drawn" (detail: { from: path, to: name }). Keys on a status: Enter opens it, T begins a
   transition, which Enter on another one ends and Escape gives up. The same by dragging from the dot below a status.
*/
import { h, morph } from "./elements.js";
import { layout } from "./layers.js";
import { flat, machine } from "./machine.js";

const MARGIN = 16; // px
const STEP = 1.3; // of one press of + or -
const MOST = 4; // times nearer than the whole, of a small machine
const SMALL = 600; // px; a wider machine may be brought as near as this part of it
const pen = document.createElement("canvas").getContext("2d");

function measure(text, size) {
  pen.font = `${size === 13 ? 600 : 400} ${size}px system-ui, sans-serif`;
  return pen.measureText(text).width;
}

class StatusDiagram extends HTMLElement {
  connectedCallback() {
    this.zoom ??= 1;
    this.left = new AbortController();
    const { signal } = this.left;
    this.addEventListener("click", (event) => this.clicked(event), { signal });
    this.addEventListener("keydown", (event) => this.pressed(event), { signal });
    this.addEventListener("pointerdown", (event) => this.held(event), { signal });
    this.addEventListener("pointermove", (event) => this.moved(event), { signal });
    this.addEventListener("pointerup", (event) => this.released(event), { signal });
    this.draw();
  }

  disconnectedCallback() {
    this.left.abort();
  }

  get value() {
    return this.given;
  }

  set value(given) {
    this.given = given;
    const text = JSON.stringify(given.statuses);
    if (text !== this.text) this.graph = machine(given.statuses);
    this.text = text;
    if (this.isConnected) this.draw();
  }

  draw() {
    if (!this.given) return;
    const { nodes } = this.graph;
    const fresh = h("div", { class: "diagram" }, this.tools(nodes.length), nodes.length ? this.picture() : null, this.hint());
    if (!this.firstElementChild) this.append(fresh);
    else morph(this.firstElementChild, fresh);
    this.turn();
  }

  tools(count) {
    const tool = (action, text, label) => h("button", { type: "button", class: "button", "data-size": "small", "data-kind": "quiet", "data-tool": action, "aria-label": label, title: label }, text);
    return h("div", { class: "diagram-tools", "data-key": "tools" },
      this.isReadOnly || count < 2 ? null : h("button", { type: "button", class: "button", "data-size": "small", "data-tool": "way", "aria-pressed": String(Boolean(this.from)) }, this.from ? "Give up" : "Draw a transition"),
      count ? h("span", { class: "orders" }, tool("nearer", "+", "Nearer"), tool("farther", "−", "Farther"), tool("fit", "Fit", "The whole machine")) : null);
  }

  hint() {
    if (!this.from) return null;
    const text = this.from === true ? "Choose the status that the transition leads out of." : `From “${this.from.at(-1)}”: choose the status that it leads to.`;
    return h("p", { class: "field-help", role: "status", "data-key": "hint" }, text);
  }

  picture() {
    const drawing = layout(this.graph, measure);
    this.size = [drawing.left - MARGIN, -MARGIN, drawing.width + 2 * MARGIN, drawing.height + 2 * MARGIN];
    return h("svg", { "data-key": "picture", role: "group", "aria-label": "Status machine", style: null },
      h("defs", {}, h("marker", { id: "way-end", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto-start-reverse" }, h("path", { d: "M0 0.5 8 4 0 7.5Z" }))),
      this.layer(drawing));
  }

  layer({ boxes, ways, labels }) {
    return [
      boxes.map((box) => this.box(box)),
      ways.map(({ edge, path }) => h("path", { class: "way", "data-key": `${edge.from}→${edge.to}`, d: path, "data-open": edge.labels.some(({ path: own }) => this.isOpen(own)), "marker-end": "url(#way-end)" })),
      labels.map((label) => this.label(label)),
    ];
  }

  label({ x, y, width, text, path, edge }) {
    const name = `Transition from ${edge.from} to ${edge.to}${text ? `, ${text}` : ""}`;
    return h("g", { class: "way-label", "data-key": JSON.stringify(path), "data-part": JSON.stringify(path), tabindex: 0, role: "button", "aria-label": name, "data-wrong": this.isWrong(path) },
      h("rect", { x: x - width / 2, y: y - 11, width, height: 15, rx: 4 }),
      h("text", { x, y, "text-anchor": "middle" }, text || "…"));
  }

  box({ node, inner, x, y, width, height }) {
    const about = [node.isInitial && "initial", node.isEnd && "the end", node.isOffline && "off line", node.isMissing && "does not exist"].filter(Boolean);
    const title = inner ? y + 18 : y + (height - node.backs.length * 15) / 2 + 4.5;
    return h("g", { class: "state", "data-key": node.name, "data-part": node.path && JSON.stringify(node.path), "data-name": node.name, tabindex: 0, role: "button", "aria-label": [`Status ${node.name}`, ...about].join(", "), "data-end": node.isEnd, "data-offline": node.isOffline, "data-missing": node.isMissing, "data-group": Boolean(inner), "data-open": this.isOpen(node.path), "data-wrong": this.isWrong(node.path), "data-from": Boolean(this.from?.at && node.path && this.from.at(-1) === node.name) },
      h("rect", { class: "state-box", x, y, width, height, rx: node.isEnd ? 16 : 8 }),
      node.isInitial ? h("circle", { class: "state-initial", cx: x + 13, cy: title - 4.5, r: 4 }) : null,
      h("text", { class: "state-name", x: x + width / 2 + (node.isInitial ? 7 : 0), y: title, "text-anchor": "middle" }, node.name),
      inner ? h("g", { class: "state-inside", transform: `translate(${x + (width - inner.width) / 2 - inner.left} ${y + 26})` }, this.layer(inner)) : null,
      node.backs.map((back, index) => this.back(back, { x: x + width / 2, y: y + height - (node.backs.length - index) * 15 + 6 })),
      this.isReadOnly || node.isMissing ? null : h("circle", { class: "state-dot", cx: x + width / 2, cy: y + height, r: 5 }, h("title", {}, "Drag to another status for a transition")));
  }

  back({ text, path }, { x, y }) {
    return h("g", { class: "way-label", "data-key": JSON.stringify(path), "data-part": JSON.stringify(path), tabindex: 0, role: "button", "aria-label": `Transition ${text}` }, h("text", { x, y, "text-anchor": "middle" }, `↩ ${text}`));
  }

  isOpen(path) {
    const { opened } = this.given;
    return Boolean(path && opened && path.length === 2 && path[1] === opened);
  }

  isWrong(path) {
    if (!path) return false;
    const problems = this.given.problems.inside(path);
    return path.includes("go") ? problems.length > 0 : problems.some((each) => !each.path.includes("go"));
  }

  /* Shows the whole, or the part around the middle when it is nearer. */
  turn() {
    const picture = this.querySelector("svg");
    if (!picture) return;
    const [left, top, width, height] = this.size;
    const [middle, centre] = this.middle ?? [left + width / 2, top + height / 2];
    const [w, t] = [width / this.zoom, height / this.zoom];
    const within = (at, from, whole, seen) => Math.min(Math.max(at, from + seen / 2), from + whole - seen / 2);
    const [x, y] = [within(middle, left, width, w), within(centre, top, height, t)];
    this.middle = this.zoom > 1 ? [x, y] : null;
    picture.setAttribute("viewBox", [x - w / 2, y - t / 2, w, t].map((each) => each.toFixed(1)).join(" "));
    picture.style.maxWidth = `${width * 1.15}px`;
    picture.style.aspectRatio = `${width} / ${height}`;
  }

  clicked(event) {
    const tool = event.target.closest("[data-tool]")?.dataset.tool;
    if (tool) this.use(tool);
    else if (!this.wasDragged) this.choose(event.target.closest("[data-part], [data-name]"));
    this.wasDragged = false;
  }

  use(tool) {
    if (tool === "way") this.from = this.from ? null : true;
    else this.zoom = tool === "fit" ? 1 : Math.min(Math.max(MOST, (this.size?.[2] ?? 0) / SMALL * MOST), Math.max(1, this.zoom * (tool === "nearer" ? STEP : 1 / STEP)));
    this.draw();
  }

  choose(part) {
    if (!part) return;
    const { name } = part.dataset;
    if (this.from && name) this.go(part);
    else if (part.dataset.part) this.tell("part-chosen", JSON.parse(part.dataset.part));
  }

  /* The next step of a new transition: where from, then where to. */
  go({ dataset }) {
    const { from } = this;
    if (from === true) this.from = dataset.part ? JSON.parse(dataset.part) : true;
    else this.from = null;
    this.draw();
    if (from !== true) this.tell("way-drawn", { from, to: dataset.name });
  }

  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
  }

  pressed(event) {
    const part = event.target.closest("[data-part], [data-name]");
    const key = event.key.toLowerCase();
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (key === "escape" && this.from) this.from = null;
    else if (key === "t" && part?.dataset.name && part.dataset.part && !this.isReadOnly) this.from = JSON.parse(part.dataset.part);
    else if ((key === "enter" || key === " ") && part) this.choose(part);
    else return;
    event.preventDefault();
    this.draw();
  }

  held(event) {
    const dot = event.target.closest(".state-dot");
    if (dot) this.drag = { from: JSON.parse(dot.closest("[data-part]").dataset.part), start: this.pointOf(event) };
    else if (this.zoom > 1 && event.target.closest("svg")) this.pan = { x: event.clientX, y: event.clientY, middle: this.middle };
    if (dot) event.preventDefault();
  }

  moved(event) {
    if (this.drag) this.stretch(event);
    else if (this.pan) this.slide(event);
  }

  stretch(event) {
    const [x, y] = this.drag.start;
    const [to, down] = this.pointOf(event);
    this.drag.line ??= this.querySelector("svg").appendChild(h("line", { class: "way-new", x1: x, y1: y }));
    this.drag.line.setAttribute("x2", to);
    this.drag.line.setAttribute("y2", down);
  }

  slide(event) {
    const scale = this.size[2] / this.zoom / this.querySelector("svg").clientWidth;
    const { x, y, middle } = this.pan;
    this.wasDragged ||= Math.hypot(event.clientX - x, event.clientY - y) > 4;
    this.middle = [middle[0] - (event.clientX - x) * scale, middle[1] - (event.clientY - y) * scale];
    this.turn();
  }

  released(event) {
    this.pan = null;
    if (!this.drag) return;
    const { from, line } = this.drag;
    this.drag = null;
    line?.remove();
    if (!line) return;
    this.wasDragged = true;
    const target = document.elementFromPoint(event.clientX, event.clientY)?.closest("[data-name]");
    if (target && this.contains(target) && target.dataset.name !== from.at(-1)) this.tell("way-drawn", { from, to: target.dataset.name });
  }

  pointOf(event) {
    const picture = this.querySelector("svg");
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(picture.getScreenCTM().inverse());
    return [x, y];
  }

  /* The names of all statuses that are drawn. */
  get names() {
    return flat(this.graph.nodes).map(({ name }) => name);
  }
}

customElements.define("status-diagram", StatusDiagram);
