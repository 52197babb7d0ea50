/* Draws faults on purpose behind a run's charts: a band from beginning to end, a line for what happened in a moment, and
   names them where the pointer is. What was planned, of the kind "stage", is a quiet row above, for which ROOM is kept. A plugin of uPlot:

   new uPlot({ …, plugins: [faultBands(() => faults)] })

   faults: [{title, kind, begin, end: Unix s (end null: it goes on; equal to begin: a moment), mocks, by: "" or who asked}] */

const NEAR = 6; // px from the line of a moment at which the pointer meets it
const STRIP = 3; // px, above the band
const LANE = 15; // px from one name to the next below it
const MOST_LANES = 5; // names below each other; what is further down has none
const MOST_NAMED = 6; // faults that one tip names
const SHADE = 0.13;
const STAGE = 16; // px, the height of the row of stages
const PALE = new Set(["rate"]); // kinds that go on for long, and are a strip without shade

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/* Where a fault lies on the canvas or on the page, in px; null: it is out of sight. */
function edges(plot, fault, isCanvas) {
  const { min, max } = plot.scales.x;
  const end = fault.end ?? max;
  if (min == null || fault.begin > max || end < min) return null;
  const place = (at) => plot.valToPos(Math.min(Math.max(at, min), max), "x", isCanvas);
  return [place(fault.begin), place(end)];
}

function isMoment(fault) {
  return fault.end === fault.begin;
}

function isStage(fault) {
  return fault.kind === "stage";
}

/* How much room a chart needs above, px. */
export function roomFor(faults) {
  return faults.some(isStage) ? STAGE + STRIP : STRIP + 5;
}

export function described(fault) {
  if (isStage(fault)) return `Planned: ${fault.title}`;
  const what = fault.title === fault.kind ? fault.kind : `${fault.title} (${fault.kind})`;
  const whom = `${fault.mocks.toLocaleString("en-GB")} mock${fault.mocks === 1 ? "" : "s"}`;
  return `${what}, ${whom}${fault.by ? `, by ${fault.by}` : ""}`;
}

function band(plot, pen, fault, [left, right]) {
  const { top, height } = plot.bbox;
  const ratio = devicePixelRatio;
  pen.globalAlpha = SHADE;
  if (!isMoment(fault) && !PALE.has(fault.kind)) pen.fillRect(left, top, Math.max(right - left, ratio), height);
  pen.globalAlpha = 1;
  if (isMoment(fault)) pen.fillRect(left - ratio / 2, top, ratio, height);
  else pen.fillRect(left, top, Math.max(right - left, ratio), STRIP * ratio);
}

/* Writes a name in the first lane in which there is room for it. */
function name(plot, pen, fault, left, ends) {
  const ratio = devicePixelRatio;
  const width = pen.measureText(fault.title).width + 8 * ratio;
  const lane = ends.findIndex((end) => end <= left);
  if (lane < 0 || left + width > plot.bbox.left + plot.bbox.width) return;
  ends[lane] = left + width;
  pen.fillText(fault.title, left + 4 * ratio, plot.bbox.top + (STRIP + 3 + LANE * lane) * ratio);
}

/* Writes a stage into its part of the row, where there is room for it; a line is its beginning. */
function stage(plot, pen, fault, [left, right]) {
  const ratio = devicePixelRatio;
  const row = plot.bbox.top - (STAGE + 1) * ratio;
  pen.globalAlpha = 0.5;
  pen.fillRect(left, row, ratio, STAGE * ratio);
  pen.globalAlpha = 1;
  if (pen.measureText(fault.title).width + 8 * ratio < right - left) pen.fillText(fault.title, left + 4 * ratio, row + 3 * ratio);
}

function seen(plot, faults) {
  return faults.map((fault) => [fault, edges(plot, fault, true)]).filter(([, found]) => found);
}

function drawBands(plot, all) {
  const pen = plot.ctx;
  pen.save();
  pen.fillStyle = colour("--series-5");
  for (const [fault, found] of seen(plot, all)) if (!isStage(fault)) band(plot, pen, fault, found);
  pen.restore();
}

/* Over the grid, and below the lines. */
function drawNames(plot, all) {
  const pen = plot.ctx;
  const ends = new Array(MOST_LANES).fill(0);
  pen.save();
  pen.fillStyle = colour("--series-5");
  pen.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  pen.textBaseline = "top";
  pen.textAlign = "left";
  for (const [fault, [left]] of seen(plot, all)) if (!isStage(fault)) name(plot, pen, fault, left, ends);
  pen.fillStyle = colour("--ink-muted");
  for (const [fault, found] of seen(plot, all)) if (isStage(fault)) stage(plot, pen, fault, found);
  pen.restore();
}

function met(plot, faults, left) {
  return faults.filter((fault) => {
    const found = edges(plot, fault, false);
    if (!found) return false;
    const slack = isMoment(fault) ? NEAR : 0;
    return left >= found[0] - slack && left <= found[1] + slack;
  });
}

function point(plot, tip, faults) {
  const { left } = plot.cursor;
  const here = left >= 0 && plot.over.matches(":hover") ? met(plot, faults, left) : [];
  tip.hidden = here.length === 0;
  if (tip.hidden) return;
  const more = here.length > MOST_NAMED ? [`and ${here.length - MOST_NAMED} more`] : [];
  tip.replaceChildren(...[...here.slice(-MOST_NAMED).map(described), ...more].map((text) => Object.assign(document.createElement("p"), { textContent: text })));
  const isRight = left > plot.over.clientWidth / 2;
  tip.style.left = isRight ? "" : `${left + 12}px`;
  tip.style.right = isRight ? `${plot.over.clientWidth - left + 12}px` : "";
}

export function faultBands(faults) {
  const tip = Object.assign(document.createElement("div"), { className: "fault-tip", hidden: true });
  return {
    hooks: {
      init: (plot) => plot.over.append(tip),
      drawClear: (plot) => drawBands(plot, faults()),
      drawAxes: (plot) => drawNames(plot, faults()),
      setCursor: (plot) => point(plot, tip, faults()),
    },
  };
}
