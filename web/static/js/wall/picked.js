/* The list of the mocks that somebody selected, and what can be done with them:

   <section data-picked hidden>
     <h2 data-picked-title>, <button data-unpick>, <a data-picked-act="log" data-most="100" href="…?mock=">, <tbody data-picked-rows>,
     <button data-picked-more>, [data-picked-orders] with forms that have hidden fields first, last, ids, and [data-picked-many] in their place
   A link with data-row takes a row of neighbours alone; one that takes fewer mocks than are selected is hidden; data-most is how many it takes. */

import { isFailing, lastSend, linkOf, ranges, reasonOf, statusOf } from "./data.js";

const PAGE = 50; // rows that are shown at first, and more at a press
const PLAIN = /^[^\s,]+$/; // an id that can stand in a list of ids
const MOST_IDS = 1000; // of one order, as simulator/lot/aim.py says

export class Picked {
  constructor(place, { mockAddress, clear, signal }) {
    this.place = place;
    this.mockAddress = mockAddress;
    this.numbers = [];
    this.shown = PAGE;
    this.rows = place.querySelector("[data-picked-rows]");
    this.more = place.querySelector("[data-picked-more]");
    place.querySelector("[data-unpick]").addEventListener("click", clear, { signal });
    this.more.addEventListener("click", () => this.showMore(), { signal });
  }

  take(numbers) {
    this.numbers = numbers;
    this.shown = PAGE;
    this.rows.replaceChildren();
    this.place.hidden = numbers.length === 0;
    for (const link of this.place.querySelectorAll("[data-picked-act]")) this.aim(link);
  }

  get isRow() {
    return this.numbers.at(-1) - this.numbers[0] + 1 === this.numbers.length;
  }

  aim(link) {
    link.hidden = link.hasAttribute("data-row") ? !this.isRow : this.numbers.length > Number(link.dataset.most);
    link.base ??= link.getAttribute("href");
    if (!link.hidden) link.setAttribute("href", `${link.base}${encodeURIComponent(ranges(this.numbers))}`);
  }

  /* Says in the forms of orders who is selected: a row of neighbours by its ends, others by their ids. */
  address() {
    const orders = this.place.querySelector("[data-picked-orders]");
    if (!orders) return;
    const { numbers, ids } = this;
    const { isRow } = this;
    const isKnown = numbers.length <= MOST_IDS && numbers.every((mock) => PLAIN.test(ids[mock] ?? ""));
    const values = isRow ? { first: numbers[0], last: numbers.at(-1), ids: "" } : { first: "", last: "", ids: isKnown ? numbers.map((mock) => ids[mock]).join(",") : "" };
    for (const [name, value] of Object.entries(values)) for (const field of orders.querySelectorAll(`[name=${name}]`)) field.value = value;
    orders.hidden = !isRow && !isKnown;
    this.place.querySelector("[data-picked-many]").hidden = !orders.hidden;
  }

  showMore() {
    this.shown += PAGE;
    this.show(this.wall, this.ids);
  }

  show(wall, ids) {
    [this.wall, this.ids] = [wall, ids];
    if (this.place.hidden) return;
    this.address();
    const { numbers } = this;
    const failing = numbers.reduce((count, mock) => count + Number(isFailing(wall, mock)), 0);
    const many = `${numbers.length.toLocaleString("en-GB")} mock${numbers.length === 1 ? "" : "s"} selected`;
    this.place.querySelector("[data-picked-title]").textContent = failing ? `${many}, ${failing.toLocaleString("en-GB")} failing` : many;
    const shown = numbers.slice(0, this.shown);
    while (this.rows.rows.length < shown.length) this.rows.append(this.row(shown[this.rows.rows.length]));
    shown.forEach((mock, place) => this.fill(this.rows.rows[place], mock, wall, ids));
    this.more.hidden = shown.length === numbers.length;
  }

  row(mock) {
    const row = document.createElement("tr");
    const link = Object.assign(document.createElement("a"), { href: this.mockAddress(mock), textContent: mock.toLocaleString("en-GB") });
    const head = Object.assign(document.createElement("th"), { scope: "row", className: "number" });
    head.append(link);
    row.append(head, ...Array.from({ length: 5 }, () => document.createElement("td")));
    return row;
  }

  fill(row, mock, wall, ids) {
    const words = [ids[mock] ?? "", statusOf(wall, mock), isFailing(wall, mock) ? `${linkOf(wall, mock)}, failing` : linkOf(wall, mock), ago(wall, mock), reasonOf(wall, mock)];
    words.forEach((word, place) => {
      const cell = row.cells[place + 1];
      if (cell.textContent !== word) cell.textContent = word;
    });
  }
}

/* How long before the wall's moment a mock sent, in words. */
export function ago(wall, mock) {
  const last = lastSend(wall, mock);
  if (!last) return "never";
  const seconds = Math.max(0, wall.head.at - last);
  if (seconds < 10) return `${seconds.toFixed(1)} s ago`;
  if (seconds < 120) return `${Math.round(seconds)} s ago`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min ago` : `${Math.round(seconds / 3600)} h ago`;
}
