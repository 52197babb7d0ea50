/* The list of the mocks that somebody selected, and what can be done with them:

   <section data-picked hidden>
     <h2 data-picked-title>, <button data-unpick>, <a data-picked-act="log" data-most="100" href="…?mock=">, <tbody data-picked-rows>,
     <button data-picked-more>
   A link that takes fewer mocks than are selected is hidden; data-most is how many it takes. */

import { isFailing, lastSend, linkOf, ranges, reasonOf, statusOf } from "./data.js";

const PAGE = 50; // rows that are shown at first, and more at a press

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

  aim(link) {
    link.hidden = this.numbers.length > Number(link.dataset.most);
    link.base ??= link.getAttribute("href");
    if (!link.hidden) link.setAttribute("href", `${link.base}${encodeURIComponent(ranges(this.numbers))}`);
  }

  showMore() {
    this.shown += PAGE;
    this.show(this.wall, this.ids);
  }

  show(wall, ids) {
    [this.wall, this.ids] = [wall, ids];
    if (this.place.hidden) return;
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
