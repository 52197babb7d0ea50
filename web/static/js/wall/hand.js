/* What a hand does on the wall, with a mouse, fingers or keys, as calls of the element that owns it:
   point(mock, where), select({from, to}, {isMore, isDone}), open(mock, isElsewhere), zoom(factor, x, y), move(x, y), walk(mock, isSelecting),
   clear(), fit(). A mouse drags to select, or to move where somebody chose so; one finger moves what is zoomed, two zoom. */

const SLACK = 4; // px that a press may move and still be a click
const STEP = 1.3; // of one press of + or -
const WHEEL = 0.0025; // growth of a cell for a px of the wheel

export class Hand {
  constructor(canvas, owner, signal) {
    this.canvas = canvas;
    this.owner = owner;
    this.fingers = new Map();
    this.pressed = null;
    const on = (name, act, options = {}) => canvas.addEventListener(name, act, { signal, ...options });
    on("pointerdown", (event) => this.down(event));
    on("pointermove", (event) => this.moved(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", (event) => this.dropped(event));
    on("pointerleave", () => this.owner.point(null));
    on("wheel", (event) => this.wheel(event), { passive: false });
    on("keydown", (event) => this.key(event));
  }

  place(event) {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  down(event) {
    if (event.button > 1) return;
    const at = this.place(event);
    this.fingers.set(event.pointerId, at);
    this.canvas.setPointerCapture(event.pointerId);
    if (this.fingers.size === 2) this.pressed = null;
    else this.pressed = { from: at, last: at, isMoving: event.button === 1 || event.pointerType === "touch" || this.owner.isMoving, isMore: event.shiftKey };
    if (event.button === 1) event.preventDefault();
  }

  moved(event) {
    const at = this.place(event);
    if (this.fingers.size === 2 && this.fingers.has(event.pointerId)) this.pinch(event.pointerId, at);
    else if (this.pressed) this.drag(at);
    else this.owner.point(this.owner.painter.mockAt(at.x, at.y), at);
  }

  drag(at) {
    const { pressed } = this;
    if (!pressed.isDrag && Math.hypot(at.x - pressed.from.x, at.y - pressed.from.y) < SLACK) return;
    pressed.isDrag = true;
    this.owner.point(null);
    if (pressed.isMoving) this.owner.move(pressed.last.x - at.x, pressed.last.y - at.y);
    else this.owner.select(this.between(pressed.from, at), { isMore: pressed.isMore, isDone: false });
    pressed.last = at;
  }

  pinch(id, at) {
    const other = [...this.fingers].find(([each]) => each !== id)[1];
    const before = this.fingers.get(id);
    const apart = (one) => Math.max(1, Math.hypot(one.x - other.x, one.y - other.y));
    const factor = apart(at) / apart(before);
    if (Math.abs(factor - 1) < 0.06) return; // until it makes a cell larger by a px or so
    this.fingers.set(id, at);
    this.owner.zoom(factor, (at.x + other.x) / 2, (at.y + other.y) / 2);
  }

  up(event) {
    const { pressed } = this;
    const at = this.place(event);
    this.dropped(event);
    if (!pressed) return;
    const mock = this.owner.painter.mockAt(at.x, at.y);
    if (pressed.isDrag && !pressed.isMoving) this.owner.select(this.between(pressed.from, at), { isMore: pressed.isMore, isDone: true });
    if (pressed.isDrag || event.button === 1) return;
    if (event.pointerType === "touch") this.owner.point(mock, at);
    else if (mock !== null) this.owner.open(mock, event.ctrlKey || event.metaKey);
  }

  dropped(event) {
    this.fingers.delete(event.pointerId);
    if (this.fingers.size === 0 || this.pressed) this.pressed = null;
  }

  between(one, other) {
    const { painter } = this.owner;
    return { from: painter.at(one.x, one.y), to: painter.at(other.x, other.y) };
  }

  /* A wheel scrolls the page until the wall is zoomed or Ctrl is held: a page that is swallowed cannot be left. */
  wheel(event) {
    const isZoom = event.ctrlKey || event.metaKey || this.owner.painter.isZoomed || document.activeElement === this.canvas;
    if (!isZoom) return;
    event.preventDefault();
    const at = this.place(event);
    if (event.shiftKey) this.owner.move(event.deltaY || event.deltaX, 0);
    else this.owner.zoom(Math.exp(-event.deltaY * WHEEL), at.x, at.y);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const act = this.actOf(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  actOf({ key, shiftKey }) {
    const { owner } = this;
    const { columns, rows, mocks } = owner.painter;
    const steps = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns, PageUp: -columns * Math.ceil(rows / 10), PageDown: columns * Math.ceil(rows / 10) };
    if (key in steps) return () => owner.walk(Math.min(Math.max((owner.cursor ?? 0) + (owner.cursor === null ? 0 : steps[key]), 0), mocks - 1), shiftKey);
    const middle = [this.canvas.clientWidth / 2, this.canvas.clientHeight / 2];
    return {
      Home: () => owner.walk(0, shiftKey),
      End: () => owner.walk(mocks - 1, shiftKey),
      "+": () => owner.zoom(STEP, ...middle),
      "=": () => owner.zoom(STEP, ...middle),
      "-": () => owner.zoom(1 / STEP, ...middle),
      0: () => owner.fit(),
      Enter: () => owner.cursor !== null && owner.open(owner.cursor, false),
      Escape: () => owner.clear(),
    }[key];
  }
}
