/* Keys of a log: / to the first field of [data-keys-search], n and p to the next page and back to the
   first (rel="next", rel="first"), j and k from record to record of [data-keys-records].
   Nothing happens while somebody types. */

const step = { j: 1, k: -1 };

function isTyping(target) {
  return target.closest("input, select, textarea, [contenteditable]") !== null;
}

function move(by) {
  const records = [...document.querySelectorAll("[data-keys-records] > .record")];
  if (!records.length) return;
  const here = records.indexOf(document.activeElement.closest(".record"));
  const next = records[Math.min(records.length - 1, Math.max(0, here + by))];
  next.tabIndex = -1;
  next.focus();
  next.scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
  const link = { n: "next", p: "first" }[event.key];
  if (step[event.key]) move(step[event.key]);
  else if (link) document.querySelector(`.pagination a[rel="${link}"]`)?.click();
  else if (event.key === "/") document.querySelector("[data-keys-search] input")?.focus();
  else return;
  event.preventDefault();
});
