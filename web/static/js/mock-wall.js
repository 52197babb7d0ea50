/* A wall of all mocks of a run, a cell each.

   <mock-wall src="…/wall.bin" ids="…/wall-ids.txt" every="1000" mock="…/logs/…/0/">
     <form data-wish> select[name=face], select[name=status|link|reason], input[name=failing|text] </form>
     [data-stage] with <canvas tabindex="0"> and [data-tip] in it; buttons [data-zoom=in|out|fit] and [data-move]
     <ul data-legend>, [data-summary], [data-said] a polite live region, [data-picked] as in wall/picked.js
   </mock-wall> */

import { lists, token } from "./wall/colours.js";
import { isFailing, linkOf, reasonOf, statusOf } from "./wall/data.js";
import { FACES } from "./wall/faces.js";
import { Feed } from "./wall/feed.js";
import { isOpen, keep } from "./wall/filter.js";
import { Hand } from "./wall/hand.js";
import { Legend } from "./wall/legend.js";
import { Painter } from "./wall/painter.js";
import { ago, Picked } from "./wall/picked.js";
import { Choices } from "./wall/choices.js";

const SUMMARY_EVERY = 10_000; // ms between two sentences for who hears the page
const HEIGHT = 0.62; // of the window, at most

class MockWall extends HTMLElement {
  connectedCallback() {
    this.left = new AbortController();
    const { signal } = this.left;
    this.cursor = this.pointed = null;
    this.ids = [];
    this.canvas = this.querySelector("canvas");
    this.painter = new Painter(this.canvas);
    this.form = this.querySelector("[data-wish]");
    this.choices = new Choices(this.form);
    this.legend = new Legend(this.querySelector("[data-legend]"), () => this.recolour(), signal);
    this.picked = new Picked(this.querySelector("[data-picked]"), { mockAddress: (mock) => this.addressOf(mock), clear: () => this.clear(), signal });
    this.hand = new Hand(this.canvas, this, signal);
    this.listen(signal);
    this.feed = new Feed({
      src: this.getAttribute("src"), ids: this.getAttribute("ids"), every: Number(this.getAttribute("every")), signal,
      show: (wall) => this.take(wall), named: (ids) => this.name(ids),
      fail: () => this.say("The console does not answer. It is tried again in a moment."),
    });
  }

  disconnectedCallback() {
    this.left.abort();
    this.resized.disconnect();
    this.themed.disconnect();
  }

  listen(signal) {
    this.form.addEventListener("input", () => this.recolour(), { signal });
    this.form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.press(event.target.closest("button")), { signal });
    this.canvas.addEventListener("blur", () => this.draw(), { signal });
    this.canvas.addEventListener("focus", () => this.draw(), { signal });
    this.resized = new ResizeObserver(() => this.wall && this.refit());
    this.resized.observe(this.querySelector("[data-stage]"));
    this.themed = new MutationObserver(() => this.recolour());
    this.themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.recolour(), { signal });
  }

  press(button) {
    if (button?.dataset.zoom === "fit") this.fit();
    else if (button?.dataset.zoom) this.zoom(button.dataset.zoom === "in" ? 1.5 : 1 / 1.5, this.canvas.clientWidth / 2, this.canvas.clientHeight / 2);
    else if (button?.hasAttribute("data-move")) button.setAttribute("aria-pressed", String((this.isMoving = !this.isMoving)));
  }

  // What came from the server.

  take(wall) {
    const isFirst = !this.wall || this.wall.mocks !== wall.mocks;
    this.wall = wall;
    if (isFirst) this.begin(wall.mocks);
    this.choices.take(wall.head);
    this.dataset.at = wall.head.at;
    this.recolour();
    this.summarise();
  }

  begin(mocks) {
    this.codes = new Uint16Array(mocks);
    this.shades = new Uint8Array(mocks);
    this.kept = new Uint8Array(mocks).fill(1);
    this.chosen = new Uint8Array(mocks);
    this.refit();
  }

  name(ids) {
    this.ids = ids;
    if (this.wall) this.recolour();
  }

  // Painting.

  refit() {
    const stage = this.querySelector("[data-stage]");
    this.painter.fit(this.wall.mocks, stage.clientWidth, Math.max(240, innerHeight * HEIGHT));
    this.recolour();
  }

  recolour() {
    if (!this.wall) return;
    const wish = this.choices.wish();
    const legend = (FACES[wish.face] ?? FACES.status)(this.wall, this.codes);
    const left = isOpen(wish) ? (this.kept.fill(1), this.wall.mocks) : keep(this.kept, this.wall, this.ids, wish);
    this.legend.show(wish.face, legend, this.codes, this.kept);
    this.shade();
    this.painter.colour(this.codes, this.shades, lists(legend));
    this.draw();
    this.picked.show(this.wall, this.ids);
    this.tell();
    const found = this.querySelector("[data-found]");
    found.textContent = isOpen(wish) ? "" : `${left.toLocaleString("en-GB")} of ${this.wall.mocks.toLocaleString("en-GB")} mocks`;
    this.dataset.painted = String(Number(this.dataset.painted ?? 0) + 1);
  }

  /* Bright for who is kept and shown, dimmed for who is not selected while others are, faint for the rest. */
  shade() {
    const { shades, kept, chosen, codes, legend } = this;
    const rest = this.picked.numbers.length ? 1 : 0;
    for (let mock = 0; mock < shades.length; mock += 1) shades[mock] = !kept[mock] || legend.isHidden(codes[mock]) ? 2 : chosen[mock] ? 0 : rest;
  }

  draw() {
    if (!this.wall) return;
    const isKeyed = document.activeElement === this.canvas;
    this.painter.draw(token("--surface-sunken"), [[this.pointed, token("--ink")], [isKeyed ? this.cursor : null, token("--focus")]]);
  }

  // What the hand does.

  point(mock, at) {
    this.pointed = mock;
    this.canvas.toggleAttribute("data-on-mock", mock !== null);
    this.tell(at);
    this.draw();
  }

  walk(mock, isSelecting) {
    if (!this.wall) return;
    const { columns } = this.painter;
    const placed = (number) => ({ column: number % columns, row: Math.floor(number / columns) });
    this.anchor = isSelecting ? (this.anchor ?? this.cursor ?? mock) : null;
    this.cursor = mock;
    this.painter.show(mock);
    if (isSelecting) this.select({ from: placed(this.anchor), to: placed(mock) }, { isMore: false, isDone: true });
    this.pointed = null;
    this.tell();
    this.draw();
    this.say(this.lines(mock).join(", "));
  }

  /* Selects all mocks that the filter leaves in a rectangle of cells; isMore: and keeps those that were. */
  select({ from, to }, { isMore, isDone }) {
    if (!this.wall) return;
    const { columns, rows, mocks } = this.painter;
    this.before = isMore ? (this.before ?? this.chosen.slice()) : null;
    if (this.before) this.chosen.set(this.before);
    else this.chosen.fill(0);
    const [left, right] = [from.column, to.column].sort((one, other) => one - other);
    const [top, bottom] = [from.row, to.row].sort((one, other) => one - other);
    for (let row = Math.max(0, top); row <= Math.min(bottom, rows - 1); row += 1) {
      for (let column = Math.max(0, left); column <= Math.min(right, columns - 1); column += 1) {
        const mock = row * columns + column;
        if (mock < mocks && this.kept[mock] && !this.legend.isHidden(this.codes[mock])) this.chosen[mock] = 1;
      }
    }
    if (isDone) this.before = null;
    this.repick();
  }

  repick() {
    const numbers = [];
    for (let mock = 0; mock < this.chosen.length; mock += 1) if (this.chosen[mock]) numbers.push(mock);
    this.picked.take(numbers);
    this.recolour();
  }

  clear() {
    if (!this.wall) return;
    this.anchor = null;
    this.chosen.fill(0);
    this.repick();
  }

  open(mock, isElsewhere) {
    if (isElsewhere) window.open(this.addressOf(mock), "_blank", "noopener");
    else location.assign(this.addressOf(mock));
  }

  addressOf(mock) {
    return this.getAttribute("mock").replace(/0\/$/, `${mock}/`);
  }

  zoom(factor, x, y) {
    this.painter.zoom(factor, x, y);
    this.afterMove();
  }

  move(x, y) {
    this.painter.move(x, y);
    this.afterMove();
  }

  fit() {
    if (this.wall) this.refit();
    this.afterMove();
  }

  afterMove() {
    this.canvas.toggleAttribute("data-zoomed", this.painter.isZoomed);
    this.point(null);
  }

  // Words.

  lines(mock) {
    const { wall, ids } = this;
    const link = isFailing(wall, mock) ? `${linkOf(wall, mock)}, failing` : linkOf(wall, mock);
    const reason = reasonOf(wall, mock);
    const facts = [`Mock ${mock.toLocaleString("en-GB")}${ids[mock] ? ` · ${ids[mock]}` : ""}`, statusOf(wall, mock), link, `last send ${ago(wall, mock)}`];
    return [...facts, reason && `last failure: ${reason}`].filter(Boolean);
  }

  tell(at) {
    const tip = this.querySelector("[data-tip]");
    const mock = this.pointed ?? (document.activeElement === this.canvas ? this.cursor : null);
    tip.hidden = mock === null;
    if (tip.hidden) return;
    const [head, ...rest] = this.lines(mock);
    const link = Object.assign(document.createElement("a"), { href: this.addressOf(mock), textContent: head, tabIndex: -1 });
    tip.replaceChildren(link, ...rest.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    const { x, y } = at ?? this.painter.placeOf(mock);
    const isRight = x > this.canvas.clientWidth / 2;
    tip.style.left = isRight ? "" : `${x + 14}px`;
    tip.style.right = isRight ? `${this.canvas.clientWidth - x + 14}px` : "";
    tip.style.top = `${Math.min(Math.max(0, y - 10), Math.max(0, this.canvas.clientHeight - tip.offsetHeight))}px`;
  }

  summarise() {
    const now = performance.now();
    if (this.summarised && now - this.summarised < SUMMARY_EVERY && !this.feed.isOver) return;
    this.summarised = now;
    const when = this.wall.head.is_live ? "now" : "at its end";
    const words = `${this.wall.head.state}: ${this.wall.mocks.toLocaleString("en-GB")} mocks ${when}. ${this.legend.words()}`;
    this.querySelector("[data-summary]").textContent = words;
  }

  say(words) {
    this.querySelector("[data-said]").textContent = words;
  }
}

customElements.define("mock-wall", MockWall);
