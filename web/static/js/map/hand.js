/* What a hand does on a map of mocks, beside what the map itself does, as calls of the element that owns it: point(mock, where),
   mockAt(where, reach), pick(mock, {isMore}), select({from, to}, {isMore, isDone}), open(mock, isElsewhere), step(direction), turn(way),
   zoom(factor), clear(), fit(). Dragging selects with Shift, or where the owner's dragsOther is true. Places are CSS px of the map. */

const SLACK = 4; // px that a press may move and still be a click
const REACH = 10; // px from a dot that still mean it
const TOUCH_REACH = 22; // px, of a finger
const STEP = 1.5; // of one press of + or -
const DIRECTIONS = { ArrowLeft: { x: -1, y: 0 }, ArrowRight: { x: 1, y: 0 }, ArrowUp: { x: 0, y: -1 }, ArrowDown: { x: 0, y: 1 } };

export class MapHand {
  constructor(ground, map, owner, signal) {
    Object.assign(this, { ground, map, owner });
    this.frame = Object.assign(document.createElement("div"), { className: "mock-frame", hidden: true });
    ground.append(this.frame);
    const on = (name, act, options = {}) => ground.addEventListener(name, act, { signal, ...options });
    on("pointerdown", (event) => this.down(event), { capture: true }); // before the map begins to move
    on("pointermove", (event) => this.moved(event));
    on("pointerup", (event) => this.up(event));
    on("pointercancel", () => this.end());
    on("pointerleave", () => this.owner.point(null));
    on("dblclick", (event) => this.double(event));
    on("keydown", (event) => this.key(event));
  }

  place(event) {
    const box = this.ground.getBoundingClientRect();
    return { x: event.clientX - box.left - this.ground.clientLeft, y: event.clientY - box.top - this.ground.clientTop };
  }

  met(event) {
    return this.owner.mockAt(this.place(event), event.pointerType === "touch" ? TOUCH_REACH : REACH);
  }

  down(event) {
    if (event.button !== 0 || !event.isPrimary || event.target.closest(".leaflet-control")) return;
    const isSelecting = event.shiftKey || Boolean(this.owner.dragsOther);
    this.pressed = { from: this.place(event), isSelecting, isMore: event.shiftKey };
    if (!isSelecting) return;
    this.map.dragging.disable();
    this.ground.setPointerCapture(event.pointerId);
  }

  moved(event) {
    const { pressed } = this;
    if (!pressed) {
      const mock = event.target.closest(".leaflet-control") ? null : this.met(event);
      return this.owner.point(mock, mock === null ? undefined : this.place(event));
    }
    const at = this.place(event);
    if (!pressed.isDrag && Math.hypot(at.x - pressed.from.x, at.y - pressed.from.y) < SLACK) return undefined;
    pressed.isDrag = true;
    this.owner.point(null);
    if (pressed.isSelecting) this.drag(at, false);
    return undefined;
  }

  drag(at, isDone) {
    const { from, isMore } = this.pressed;
    const [left, top] = [Math.min(from.x, at.x), Math.min(from.y, at.y)];
    Object.assign(this.frame.style, { left: `${left}px`, top: `${top}px`, width: `${Math.abs(at.x - from.x)}px`, height: `${Math.abs(at.y - from.y)}px` });
    this.frame.hidden = isDone;
    this.owner.select({ from: { x: left, y: top }, to: { x: Math.max(from.x, at.x), y: Math.max(from.y, at.y) } }, { isMore, isDone });
  }

  up(event) {
    const { pressed } = this;
    if (!pressed) return;
    if (pressed.isDrag && pressed.isSelecting) this.drag(this.place(event), true);
    else if (!pressed.isDrag) this.click(event);
    this.end();
  }

  click(event) {
    const mock = this.met(event);
    if (event.pointerType === "touch") this.owner.point(mock, mock === null ? undefined : this.place(event));
    if (mock !== null) this.owner.pick(mock, { isMore: event.shiftKey || event.ctrlKey || event.metaKey });
  }

  end() {
    if (this.pressed?.isSelecting) this.map.dragging.enable();
    this.frame.hidden = true;
    this.pressed = null;
  }

  double(event) {
    const mock = this.met(event);
    if (mock === null) this.owner.zoom(2, ...Object.values(this.place(event)));
    else this.owner.open(mock, event.ctrlKey || event.metaKey);
  }

  key(event) {
    if (event.altKey || event.ctrlKey || event.metaKey || event.target !== this.ground) return;
    const act = this.actOf(event);
    if (!act) return;
    event.preventDefault();
    act();
  }

  actOf({ key, shiftKey }) {
    const { owner } = this;
    if (key in DIRECTIONS) return () => owner.step(DIRECTIONS[key]);
    const chosen = owner.cursor !== null;
    return {
      Home: () => owner.turn("first"),
      End: () => owner.turn("last"),
      PageUp: () => owner.turn("before"),
      PageDown: () => owner.turn("after"),
      "+": () => owner.zoom(STEP),
      "=": () => owner.zoom(STEP),
      "-": () => owner.zoom(1 / STEP),
      0: () => owner.fit(),
      " ": () => chosen && owner.pick(owner.cursor, { isMore: shiftKey }),
      Enter: () => chosen && owner.open(owner.cursor, false),
      Escape: () => owner.clear(),
    }[key];
  }
}
