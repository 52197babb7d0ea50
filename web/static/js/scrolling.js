// What scrolls sideways by itself (a wide table, a long line of code) is reached by the keyboard: it takes the focus
// while it is wider than its room, and only where nothing inside of it can.

const ROOMS = ".table-wrap, pre";
const CONTROLS = "a[href], button, input, select, textarea, summary, [tabindex='0']";

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) fit(target);
});
const seen = new WeakSet();

function fit(room) {
  const isReached = room.scrollWidth <= room.clientWidth || room.querySelector(CONTROLS);
  if (!isReached) room.tabIndex = 0;
  else if (room.hasAttribute("tabindex")) room.removeAttribute("tabindex");
}

function look(within) {
  for (const room of within.querySelectorAll(ROOMS)) {
    if (seen.has(room)) continue;
    seen.add(room);
    sizes.observe(room);
  }
}

look(document);
document.addEventListener("htmx:load", (event) => look(event.target));
