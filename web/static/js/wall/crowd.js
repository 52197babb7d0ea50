/* What a wall and a map of mocks have in common: they ask for all mocks, colour and filter them, say who one is and list
   who is selected. Whoever extends it paints:

   prepare(signal) once the element is there; begin() with the first mocks, and when there are more of them
   room: the element that is to be filled; stage: the one that has the focus
   fill(lists) after each change of colours, then draw(); placeOf(mock): CSS px in the room, or null
   found(left, wish): what the line of the filter says; facts(mock): more of a mock

   <… src="…/wall.bin" ids="…/wall-ids.txt" every="1000" mock="…/logs/…/0/">
     <form data-wish> as in wall/choices.js
     [data-stage] with [data-tip] in it; buttons [data-zoom=in|out|fit] and one that [data-drag] or [data-move] names
     <ul data-legend>, [data-found], [data-summary], [data-said] a polite live region, [data-picked] as in wall/picked.js */

import { watchLooks } from "../looks.js";
import { Choices } from "./choices.js";
import { lists } from "./colours.js";
import { isFailing, linkOf, reasonOf, statusOf } from "./data.js";
import { FACES } from "./faces.js";
import { Feed } from "./feed.js";
import { isOpen, keep } from "./filter.js";
import { Legend } from "./legend.js";
import { ago, Picked } from "./picked.js";

const SUMMARY_EVERY = 10_000; // ms between two sentences for who hears the page
const STEP = 1.5; // of a button that zooms

export const [BRIGHT, DIMMED, FAINT] = [0, 1, 2]; // who is kept and shown; not selected while others are; hidden

export class Crowd extends HTMLElement {
  connectedCallback() {
    this.left = new AbortController();
    const { signal } = this.left;
    this.cursor = this.pointed = null;
    this.ids = [];
    this.form = this.querySelector("[data-wish]");
    this.choices = new Choices(this.form);
    this.legend = new Legend(this.querySelector("[data-legend]"), () => this.recolour(), signal);
    this.picked = new Picked(this.querySelector("[data-picked]"), { mockAddress: (mock) => this.addressOf(mock), clear: () => this.clear(), signal });
    this.prepare(signal);
    this.listen(signal);
    this.feed = new Feed({
      src: this.getAttribute("src"), ids: this.getAttribute("ids"), every: Number(this.getAttribute("every")), signal,
      show: (wall) => this.take(wall), named: (ids) => this.name(ids),
      fail: () => this.say("The console does not answer. It is tried again in a moment."),
    });
  }

  disconnectedCallback() {
    this.left.abort();
  }

  listen(signal) {
    this.form.addEventListener("input", () => this.recolour(), { signal });
    this.form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.addEventListener("click", (event) => this.press(event.target.closest("button")), { signal });
    this.stage.addEventListener("blur", () => this.draw(), { signal });
    this.stage.addEventListener("focus", () => this.draw(), { signal });
    watchLooks(this.room, { resized: () => this.wall && this.refit(), themed: () => this.recolour(), signal });
  }

  press(button) {
    const { room } = this;
    if (button?.dataset.zoom === "fit") this.fit();
    else if (button?.dataset.zoom) this.zoom(button.dataset.zoom === "in" ? STEP : 1 / STEP, room.clientWidth / 2, room.clientHeight / 2);
    else if (button?.hasAttribute("data-move") || button?.hasAttribute("data-drag")) button.setAttribute("aria-pressed", String((this.dragsOther = !this.dragsOther)));
  }

  // What came from the server.

  take(wall) {
    const isFirst = !this.wall || this.wall.mocks !== wall.mocks;
    this.wall = wall;
    if (isFirst) this.makeRoom(wall.mocks);
    this.choices.take(wall.head);
    this.dataset.at = wall.head.at;
    this.recolour();
    this.summarise();
  }

  makeRoom(mocks) {
    this.codes = new Uint16Array(mocks);
    this.shades = new Uint8Array(mocks);
    this.kept = new Uint8Array(mocks).fill(1);
    this.chosen = new Uint8Array(mocks);
    this.begin();
  }

  name(ids) {
    this.ids = ids;
    if (this.wall) this.recolour();
  }

  // Painting.

  recolour() {
    if (!this.wall) return;
    const { wall, kept } = this;
    const wish = this.choices.wish();
    const legend = (FACES[wish.face] ?? FACES.status)(wall, this.codes);
    const left = isOpen(wish) ? (kept.fill(1), wall.mocks) : keep(kept, wall, this.ids, wish);
    const found = this.found(left, wish);
    this.legend.show(wish.face, legend, this.codes, kept);
    this.shade();
    this.fill(lists(legend));
    this.draw();
    this.picked.show(wall, this.ids);
    this.tell();
    this.querySelector("[data-found]").textContent = found;
    this.dataset.painted = String(Number(this.dataset.painted ?? 0) + 1);
  }

  shade() {
    const { shades, kept, chosen, codes, legend } = this;
    const rest = this.picked.numbers.length ? DIMMED : BRIGHT;
    for (let mock = 0; mock < shades.length; mock += 1) shades[mock] = !kept[mock] || legend.isHidden(codes[mock]) ? FAINT : chosen[mock] ? BRIGHT : rest;
  }

  found(left, wish) {
    return isOpen(wish) ? "" : `${left.toLocaleString("en-GB")} of ${this.wall.mocks.toLocaleString("en-GB")} mocks`;
  }

  get isKeyed() {
    return document.activeElement === this.stage;
  }

  // Who is pointed at, and who is selected.

  point(mock, at) {
    this.pointed = mock;
    this.stage.toggleAttribute("data-on-mock", mock !== null);
    this.tell(at);
    this.draw();
  }

  /* Adds mocks to those that are selected, where isMore, or selects them alone; isDone: it may not change any more. */
  choose(mocks, { isMore, isDone }) {
    this.before = isMore ? (this.before ?? this.chosen.slice()) : null;
    if (this.before) this.chosen.set(this.before);
    else this.chosen.fill(0);
    for (const mock of mocks) if (this.kept[mock] && !this.legend.isHidden(this.codes[mock])) this.chosen[mock] = 1;
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

  // Words.

  lines(mock) {
    const { wall, ids } = this;
    const link = isFailing(wall, mock) ? `${linkOf(wall, mock)}, failing` : linkOf(wall, mock);
    const reason = reasonOf(wall, mock);
    const facts = [`Mock ${mock.toLocaleString("en-GB")}${ids[mock] ? ` · ${ids[mock]}` : ""}`, statusOf(wall, mock), link, `last send ${ago(wall, mock)}`];
    return [...facts, reason && `last failure: ${reason}`, ...this.facts(mock)].filter(Boolean);
  }

  facts() {
    return [];
  }

  tell(at) {
    const { room } = this;
    const tip = this.querySelector("[data-tip]");
    const mock = this.pointed ?? (this.isKeyed ? this.cursor : null);
    const place = mock === null ? null : (at ?? this.placeOf(mock));
    tip.hidden = place === null;
    if (tip.hidden) return;
    const [head, ...rest] = this.lines(mock);
    const link = Object.assign(document.createElement("a"), { href: this.addressOf(mock), textContent: head, tabIndex: -1 });
    tip.replaceChildren(link, ...rest.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    const isRight = place.x > room.clientWidth / 2;
    tip.style.left = isRight ? "" : `${place.x + 14}px`;
    tip.style.right = isRight ? `${room.clientWidth - place.x + 14}px` : "";
    tip.style.top = `${Math.min(Math.max(0, place.y - 10), Math.max(0, room.clientHeight - tip.offsetHeight))}px`;
  }

  summarise() {
    const now = performance.now();
    if (this.summarised && now - this.summarised < SUMMARY_EVERY && !this.feed.isOver) return;
    this.summarised = now;
    const when = this.wall.head.is_live ? "now" : "at its end";
    const words = [`${this.wall.head.state}: ${this.wall.mocks.toLocaleString("en-GB")} mocks ${when}.`, this.legend.words()];
    this.querySelector("[data-summary]").textContent = words.join(" ").trim();
  }

  say(words) {
    this.querySelector("[data-said]").textContent = words;
  }
}
