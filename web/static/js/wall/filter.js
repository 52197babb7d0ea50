/* Which mocks a filter leaves: by status, connection, failing, reason, and number, range or part of an id. Pure. */

import { FAILING, UNTOLD } from "./data.js";

const RANGE = /^(\d{1,9})\s*-\s*(\d{1,9})$/;

export function isOpen(wish) {
  return !wish.status && !wish.link && !wish.reason && !wish.failing && !wish.text;
}

/* Fills kept with 1 for who stays, 0 for the others; returns how many stay. */
export function keep(kept, wall, ids, wish) {
  const status = wish.status ? wall.head.statuses.indexOf(wish.status) : -1;
  const link = wish.link ? wall.head.links.indexOf(wish.link) : -1;
  const reason = wish.reason ? wall.head.reasons.findIndex(([text]) => text === wish.reason) + 1 : -1;
  const isNamed = named(wish.text, ids);
  let count = 0;
  for (let mock = 0; mock < wall.mocks; mock += 1) {
    const isTold = wall.link[mock] !== UNTOLD;
    const stays =
      (!wish.status || (isTold && wall.status[mock] === status)) &&
      (!wish.link || (isTold && (wall.link[mock] & ~FAILING) === link)) &&
      (!wish.reason || (reason > 0 && wall.reason[mock] === reason)) &&
      (!wish.failing || (isTold && (wall.link[mock] & FAILING) !== 0)) &&
      isNamed(mock);
    kept[mock] = Number(stays);
    count += kept[mock];
  }
  return count;
}

/* A function that says whether a text names a mock: its number, a range that it is in, or a part of its id. */
function named(text, ids) {
  if (!text) return () => true;
  const range = RANGE.exec(text);
  if (range) return (mock) => mock >= Number(range[1]) && mock <= Number(range[2]);
  const part = text.toLowerCase();
  const number = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  return (mock) => mock === number || (ids[mock] ?? "").toLowerCase().includes(part);
}
