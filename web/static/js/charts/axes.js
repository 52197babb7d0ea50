/* Axes of uPlot as all charts of the console have them, and their times in the reader's zone. */

import { token } from "../looks.js";

const FONT = "12px system-ui, sans-serif";

export function axis(more = {}) {
  const line = token("--line");
  return { stroke: token("--ink-muted"), font: FONT, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, ...more };
}

/* A function from Unix seconds to the time of the clock; with seconds, where those matter. */
export function timesIn(zone, hasSeconds) {
  const parts = { hour: "2-digit", minute: "2-digit", ...(hasSeconds ? { second: "2-digit" } : {}), hourCycle: "h23" };
  const format = new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: zone || undefined });
  return (seconds) => (seconds == null ? "–" : format.format(seconds * 1000));
}
