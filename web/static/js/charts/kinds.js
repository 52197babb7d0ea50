/* What lines each chart of a run has: plain columns, or a line a name; those of a stack lie on each other. */

import { token } from "../looks.js";

const PLAIN = {
  rate: [["rate", "Delivered", "--series-1"], ["failed", "Failed", "--danger"]],
  latency: [["p50", "p50", "--series-2"], ["p99", "p99", "--series-3"]],
  arrival: [["arrival_p50", "p50", "--series-2"], ["arrival_p99", "p99", "--series-3"]],
};
const STACKED = { messages: false, statuses: true };
const HUES = 8; // --wall-1 and on, as a wall has them
const FEWEST = 2; // names that are worth a chart of their own

export const KINDS = [...Object.keys(PLAIN), ...Object.keys(STACKED)];

function hue(place) {
  return place < 0 ? "--wall-quiet" : `--wall-${(place % HUES) + 1}`;
}

function shown(value) {
  return value == null ? "–" : value.toLocaleString("en-GB", { maximumFractionDigits: 2 });
}

/* {columns, series, isEmpty, key}: what uPlot draws but for the times; with another key it is another chart. */
export function chartOf(kind, timeline) {
  return kind in PLAIN ? plain(PLAIN[kind], timeline.columns) : apart(kind, timeline.apart[kind]);
}

function plain(lines, columns) {
  const lists = lines.map(([name]) => columns[name]);
  return {
    columns: lists, key: "", isEmpty: lists.every((list) => list.every((value) => value === null)),
    series: lines.map(([, label, name]) => ({ label, stroke: token(name), width: 2, value: (_, value) => shown(value) })),
  };
}

function apart(kind, { names, places, lists }) {
  const lines = names.map((name, place) => ({ label: name || "Others", colour: token(hue(places[place])), list: lists[place] }));
  const chart = STACKED[kind] ? stack(lines) : beside(lines);
  return { ...chart, key: names.join("\n"), isEmpty: names.length < FEWEST };
}

function beside(lines) {
  return { columns: lines.map(({ list }) => list), series: lines.map(({ label, colour }) => ({ label, stroke: colour, width: 2, value: (_, value) => shown(value) })) };
}

/* Each line is the sum up to its own; the largest is drawn first, so that each name's own band stays to be seen. */
function stack(lines) {
  let below = [];
  const sums = lines.map(({ list }) => (below = list.map((value, place) => value + (below[place] ?? 0))));
  const series = lines.map(({ label, colour }, place) => ({
    label, stroke: colour, fill: colour, width: 1,
    value: (plot, value, _, at) => (value == null || at == null ? "–" : shown(value - (place ? plot.data[lines.length - place + 1][at] : 0))),
  }));
  return { columns: sums.reverse(), series: series.reverse() };
}
