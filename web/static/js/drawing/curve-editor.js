/* <curve-editor></curve-editor>: a curve that is drawn by hand, over one period.

   Property `value` is the generator's mapping ({ points: [[phase, value], …], period, between, … }); a change by the
   visitor sends a bubbling "change" when `value` holds the new one. Properties `isReadOnly` and `context`
   ({ metric: { unit } }) are set before it. Press and drag draws, a click adds a point, a point can be dragged, a
   double click takes it out. Keys at a point: arrows, Shift for larger steps, PageUp and PageDown, Insert, Delete.
*/
import { h, morph } from "../definition/elements.js";
import { limitsAround, marks, secondsOf, stepOf, timeLabel, timeStep } from "./axes.js";
import { drawnOver, moved, valueAt, without, withPoint, written } from "./curve.js";

const HEIGHT = 240; // px
const ROOM = { top: 12, right: 14, bottom: 24, left: 46 }; // px around the plot
const NEAR = 14; // px from a point that still mean it
const STILL = 4; // px that a click may move
const SAMPLES = 240; // of the line
const AT_FIRST = [[0, 20], [0.3, 60], [0.7, 80], [0.85, 30]];

class CurveEditor extends HTMLElement {
  #mapping;
  #points = AT_FIRST;

  get value() {
    const points = written(this.#points, this.span);
    return { period: "24h", ...this.#mapping, points };
  }

  set value(mapping) {
    const points = mapping?.points?.filter?.((each) => each?.length === 2 && each.every(Number.isFinite)) ?? [];
    this.#mapping = mapping && typeof mapping === "object" && !Array.isArray(mapping) ? mapping : {};
    if (!this.stroke && !this.dragged) this.#points = points.length > 1 ? points : AT_FIRST;
    const isOutside = this.limits && this.#points.some(([, value]) => value < this.limits[0] || value > this.limits[1]);
    if (!this.limits || isOutside) this.limits = limitsAround(this.#points.map(([, value]) => value));
    this.draw();
  }

  get span() {
    return this.limits[1] - this.limits[0];
  }

  get period() {
    const seconds = secondsOf(this.#mapping.period ?? "24h");
    return seconds > 0 ? seconds : 86_400;
  }

  connectedCallback() {
    this.chosen ??= 0;
    this.limits ??= limitsAround(this.#points.map(([, value]) => value));
    this.#mapping ??= {};
    this.svg = plot();
    this.said = h("output", { class: "drawing-said" });
    this.replaceChildren(this.tools(), this.svg, this.foot());
    this.left = new AbortController();
    this.listen();
    this.resizing = new ResizeObserver(() => this.draw());
    this.resizing.observe(this);
  }

  disconnectedCallback() {
    this.left.abort();
    this.resizing.disconnect();
  }

  tools() {
    this.low = h("input", { type: "number", class: "input", step: "any", "aria-label": "Lowest value of the axis" });
    this.high = h("input", { type: "number", class: "input", step: "any", "aria-label": "Highest value of the axis" });
    this.snapping = h("input", { type: "checkbox", checked: true });
    return h("div", { class: "drawing-tools" },
      h("span", { class: "drawing-limits" }, "Axis from ", this.low, " to ", this.high),
      h("label", { class: "drawing-snap" }, this.snapping, "Snap"));
  }

  foot() {
    return h("div", { class: "drawing-foot" }, this.said,
      h("p", { class: "field-help drawing-help" }, "Press and drag to draw. Click to add a point, drag to move it, double click to take it out. Keys: arrows, Insert, Delete."));
  }

  listen() {
    const { signal } = this.left;
    const on = (target, name, act) => target.addEventListener(name, act, { signal });
    on(this.svg, "pointerdown", (event) => this.press(event));
    on(this.svg, "pointermove", (event) => this.hover(event));
    on(this.svg, "pointerup", (event) => this.release(event));
    on(this.svg, "pointercancel", () => this.cancel());
    on(this.svg, "pointerleave", () => this.say());
    on(this.svg, "keydown", (event) => this.pressKey(event));
    on(this.svg, "focusin", ({ target }) => this.choose(Number(target.dataset.point)));
    for (const field of [this.low, this.high]) on(field, "change", () => this.limit());
  }

  /* The axis as typed, but never so narrow that a point is out of sight. */
  limit() {
    const [low, high] = [this.low, this.high].map(({ value }) => (value === "" ? Number.NaN : Number(value)));
    const values = this.#points.map(([, value]) => value);
    const ends = [Math.min(...values), Math.max(...values)];
    this.limits = [Number.isFinite(low) ? Math.min(low, ends[0]) : this.limits[0], Number.isFinite(high) ? Math.max(high, ends[1]) : this.limits[1]];
    if (this.span <= 0) this.limits = limitsAround(values);
    this.draw();
  }

  get scale() {
    const wide = Math.max(40, (this.svg.clientWidth || 320) - ROOM.left - ROOM.right);
    const high = HEIGHT - ROOM.top - ROOM.bottom;
    return {
      wide, high,
      x: (phase) => ROOM.left + phase * wide,
      y: (value) => ROOM.top + (1 - (value - this.limits[0]) / this.span) * high,
    };
  }

  /* The point of the period under the pointer. */
  under({ clientX, clientY }) {
    const { left, top } = this.svg.getBoundingClientRect();
    const { wide, high } = this.scale;
    const share = (at, room, size) => Math.min(1, Math.max(0, (at - room) / size));
    const phase = share(clientX - left, ROOM.left, wide);
    return [phase, this.limits[0] + (1 - share(clientY - top, ROOM.top, high)) * this.span];
  }

  snapped([phase, value]) {
    if (!this.snapping.checked) return [phase, value];
    const [across, up] = this.steps;
    return [Math.min(1, Math.round(phase / across) * across), Number((Math.round(value / up) * up).toPrecision(12))];
  }

  /* What snapping and the arrow keys step by: a share of the period, and a value. */
  get steps() {
    return [timeStep(this.period, 96) / this.period, stepOf(this.span, 100)];
  }

  nearest({ clientX, clientY }) {
    const { left, top } = this.svg.getBoundingClientRect();
    const { x, y } = this.scale;
    const away = this.#points.map(([phase, value]) => Math.hypot(x(phase) + left - clientX, y(value) + top - clientY));
    const least = away.indexOf(Math.min(...away));
    return away[least] <= NEAR ? least : -1;
  }

  press(event) {
    if (this.isReadOnly || event.button !== 0) return;
    event.preventDefault();
    this.svg.setPointerCapture(event.pointerId);
    const index = this.nearest(event);
    this.before = this.#points;
    this.pressed = [event.clientX, event.clientY];
    if (index >= 0) {
      this.dragged = { index };
      this.choose(index, { focus: true });
      if (this.isDouble(event, index)) this.takeOut(index);
    } else this.stroke = [this.under(event)];
  }

  isDouble({ timeStamp, clientX, clientY }, index) {
    const last = this.lastPress;
    this.lastPress = { timeStamp, clientX, clientY, index };
    return Boolean(last) && timeStamp - last.timeStamp < 400 && Math.hypot(clientX - last.clientX, clientY - last.clientY) < NEAR;
  }

  hover(event) {
    const isStill = this.pressed && Math.hypot(event.clientX - this.pressed[0], event.clientY - this.pressed[1]) < STILL;
    if (isStill && !this.hasMoved) return;
    this.hasMoved = Boolean(this.pressed);
    if (this.dragged) {
      this.#points = moved(this.before, this.dragged.index, this.snapped(this.under(event)));
      this.draw();
    } else if (this.stroke) {
      const all = event.getCoalescedEvents?.() ?? [];
      this.stroke.push(...(all.length ? all : [event]).map((each) => this.under(each)));
      this.#points = drawnOver(this.before, this.stroke, this.span);
      this.draw();
    }
    this.say(this.under(event));
  }

  release(event) {
    if (!this.pressed) return;
    const isClick = !this.hasMoved;
    const wasStroke = this.stroke;
    this.forget();
    if (wasStroke && isClick) {
      this.lastPress = { timeStamp: event.timeStamp, clientX: event.clientX, clientY: event.clientY };
      const [points, index] = withPoint(this.#points, this.snapped(wasStroke[0]));
      this.change(points, index);
    } else if (!isClick) this.change(this.#points, Math.min(this.chosen, this.#points.length - 1));
  }

  cancel() {
    if (this.pressed) this.#points = this.before;
    this.forget();
    this.draw();
  }

  forget() {
    this.stroke = this.dragged = this.pressed = null;
    this.hasMoved = false;
  }

  takeOut(index) {
    this.forget();
    this.lastPress = null;
    this.change(without(this.#points, index), Math.min(index, this.#points.length - 2));
  }

  choose(index, { focus = false } = {}) {
    if (!Number.isInteger(index)) return;
    this.chosen = index;
    this.draw();
    if (focus) this.svg.querySelector(`[data-point="${index}"]`)?.focus({ preventScroll: true });
    this.say(this.#points[index]);
  }

  pressKey(event) {
    const { key, shiftKey } = event;
    if (key === "Escape" && this.pressed) return this.cancel();
    const act = this.isReadOnly ? null : this.keys(shiftKey ? 10 : 1)[key];
    const step = { PageUp: -1, PageDown: 1 }[key];
    if (!act && !step) return undefined;
    event.preventDefault();
    if (act) return act();
    return this.choose(Math.min(Math.max(0, this.chosen + step), this.#points.length - 1), { focus: true });
  }

  keys(times) {
    const point = this.#points[this.chosen];
    const [across, up] = this.steps;
    const by = (right, above) => () => {
      const value = Math.min(this.limits[1], Math.max(this.limits[0], point[1] + above * up * times));
      this.change(moved(this.#points, this.chosen, [point[0] + right * across * times, value]), this.chosen);
    };
    const out = () => this.takeOut(this.chosen);
    return { ArrowLeft: by(-1, 0), ArrowRight: by(1, 0), ArrowUp: by(0, 1), ArrowDown: by(0, -1), Delete: out, Backspace: out, Insert: () => this.insert() };
  }

  /* A point in the middle to the next one. */
  insert() {
    const [phase] = this.#points[this.chosen];
    const next = this.#points[this.chosen + 1]?.[0] ?? 1;
    const middle = (phase + next) / 2;
    const [points, index] = withPoint(this.#points, [middle, valueAt(this.#points, middle, this.#mapping.between)]);
    this.change(points, index);
  }

  change(points, chosen) {
    this.#points = written(points, this.span);
    this.chosen = Math.max(0, chosen);
    const hadFocus = this.svg.contains(document.activeElement);
    this.draw();
    if (hadFocus) this.svg.querySelector(`[data-point="${this.chosen}"]`)?.focus({ preventScroll: true });
    this.say(this.#points[this.chosen]);
    this.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { value: this.value } }));
  }

  label([phase, value]) {
    const digits = Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(this.span || 1))));
    const unit = this.context?.metric?.unit ?? "";
    return `${this.moment(phase)}, ${Number(value.toFixed(digits))}${unit ? ` ${unit}` : ""}`;
  }

  moment(phase) {
    return timeLabel(phase * this.period, { period: this.period, isClock: this.#mapping.origin === "clock" });
  }

  say(point) {
    this.said.textContent = point ? this.label(point) : `${this.#points.length} points`;
  }

  draw() {
    if (!this.svg?.isConnected) return;
    const { scale } = this;
    for (const [field, limit] of [[this.low, this.limits[0]], [this.high, this.limits[1]]]) {
      if (field !== document.activeElement) field.value = limit;
      field.disabled = Boolean(this.isReadOnly);
    }
    this.snapping.disabled = Boolean(this.isReadOnly);
    if (this.chosen >= this.#points.length) this.chosen = this.#points.length - 1;
    const grid = h("g", { class: "drawing-grid" }, this.levels(scale), this.times(scale));
    const line = h("path", { class: "drawing-line", d: this.path(scale) });
    const points = h("g", {}, this.#points.map((point, index) => this.point(point, index, scale)));
    morph(this.svg, plot(grid, line, points));
    if (!this.said.textContent) this.say();
  }

  levels({ y, wide }) {
    const unit = this.context?.metric?.unit ?? "";
    const lines = marks(...this.limits, 5).map((value) => [
      h("line", { x1: ROOM.left, x2: ROOM.left + wide, y1: y(value), y2: y(value) }),
      h("text", { x: ROOM.left - 6, y: y(value) + 4, "text-anchor": "end" }, String(value)),
    ]);
    return [lines, unit ? h("text", { class: "drawing-unit", x: ROOM.left + 4, y: ROOM.top + 10 }, unit) : null];
  }

  times({ x, wide, high }) {
    const step = timeStep(this.period, Math.max(3, Math.floor(wide / 62)));
    const count = Math.floor(this.period / step + 1e-9);
    return Array.from({ length: count + 1 }, (_, index) => {
      const phase = Math.min(1, (index * step) / this.period);
      const anchor = index === 0 ? "start" : phase > 0.97 ? "end" : "middle";
      return [
        h("line", { x1: x(phase), x2: x(phase), y1: ROOM.top, y2: ROOM.top + high }),
        h("text", { x: x(phase), y: HEIGHT - 7, "text-anchor": anchor }, this.moment(phase)),
      ];
    });
  }

  path({ x, y }) {
    const isJump = this.#points[0][0] === 0 && this.#points.at(-1)[0] === 1;
    const last = isJump ? this.#points.at(-1)[1] : valueAt(this.#points, 1, this.#mapping.between);
    const inner = Array.from({ length: SAMPLES }, (_, index) => index / SAMPLES);
    const phases = [...new Set([...inner, ...this.#points.map(([phase]) => phase)])].filter((phase) => phase < 1).sort((one, other) => one - other);
    const line = [...phases.map((phase) => [phase, valueAt(this.#points, phase, this.#mapping.between)]), [1, last]];
    return `M${line.map(([phase, value]) => `${x(phase).toFixed(1)} ${y(value).toFixed(1)}`).join("L")}`;
  }

  point([phase, value], index, { x, y }) {
    const isChosen = index === this.chosen;
    return h("circle", {
      class: "drawing-point", "data-key": String(index), cx: x(phase).toFixed(1), cy: y(value).toFixed(1), r: isChosen ? 6 : 4.5,
      "data-point": index, "data-chosen": isChosen, tabindex: isChosen ? "0" : "-1", role: "button",
      "aria-label": `Point ${index + 1} of ${this.#points.length}: ${this.label([phase, value])}`,
    });
  }
}

function plot(...parts) {
  return h("svg", { class: "drawing-plot", height: HEIGHT, role: "group", "aria-label": "The curve over one period" }, ...parts);
}

customElements.define("curve-editor", CurveEditor);
