/* Small pictures of metrics, as the console draws them for a draft: `pictures` asks, `spark` draws.

   Only names, constants, variables and metrics are sent, so a half-made message spoils no picture;
   metrics that have problems are left out, and asked for again when the draft changes.
*/
import { h } from "./elements.js";
import { pathOf } from "./problems.js";

const MINUTES = 600; // s; of values that follow no clock
const DAY = 86_400;
const LONG = 7 * DAY; // the longest that a run may take
const UNITS = { ms: 0.001, s: 1, min: 60, h: 3600, d: DAY, w: 7 * DAY };
const DURATION = /^\s*([\d.]+)\s*(ms|s|min|h|d|w)\b/;
const ROUNDS = 3; // one metric's problem can show another's
const [WIDE, HIGH] = [96, 26];

/* The series of each metric that can be drawn: { name: { values, labels, unit } }. */
export async function pictures(address, token, data, { signal } = {}) {
  const drawn = {};
  for (const span of new Set(Object.values(data.metrics ?? {}).map(spanOf))) {
    const all = await seriesOf(address, token, { ...data, metrics: metricsOf(data, span) }, span, signal);
    for (const [name, series] of Object.entries(all)) {
      const metric = data.metrics[name] ?? data.metrics[name.split(".")[0]];
      if (spanOf(metric) === span) drawn[name] = series;
    }
  }
  return drawn;
}

/* The metrics that are shown over a time, with those that they or the variables speak of: what follows no clock would take
   long over a week. A name that only stands in another word is taken along, too. */
function metricsOf({ constants, variables, metrics }, span) {
  const texts = [JSON.stringify([constants, variables])];
  const left = new Map(Object.entries(metrics));
  const take = (name) => {
    texts.push(JSON.stringify(metrics[name]));
    left.delete(name);
  };
  for (const [name, metric] of [...left]) if (spanOf(metric) === span) take(name);
  for (const text of texts) for (const name of [...left.keys()]) if (text.includes(name)) take(name);
  return Object.fromEntries(Object.entries(metrics).filter(([name]) => !left.has(name)));
}

async function seriesOf(address, token, data, span, signal) {
  const metrics = { ...data.metrics };
  for (let round = 0; round < ROUNDS && Object.keys(metrics).length; round += 1) {
    const { version, name = "draft", id = "{index}", constants, variables } = data;
    const text = JSON.stringify({ version, name, id, constants, variables, metrics });
    const body = new URLSearchParams({ csrfmiddlewaretoken: token, text, duration: span });
    const answer = await fetch(address, { method: "POST", body, signal });
    if (!answer.ok || answer.redirected) return {};
    const { series, places = [] } = await answer.json();
    if (series) return series;
    const wrong = places.map(pathOf).filter(([section, metric]) => section === "metrics" && metric in metrics);
    for (const [, metric] of wrong) delete metrics[metric];
    if (!wrong.length) return {};
  }
  return {};
}

/* The time, s, over which a metric shows what it does: the longest that it speaks of. */
function spanOf(metric) {
  const seconds = Math.max(0, ...durations(metric));
  return seconds > 2 * DAY ? LONG : seconds > 2 * MINUTES ? DAY : MINUTES;
}

function durations(value) {
  if (typeof value === "string") {
    const match = DURATION.exec(value);
    return match ? [Number(match[1]) * UNITS[match[2]]] : [];
  }
  return value && typeof value === "object" ? Object.values(value).flatMap(durations) : [];
}

/* A picture of a metric's series, or of its first part; nothing when there is none. */
export function spark(series, name) {
  const found = series?.[name] ?? Object.entries(series ?? {}).find(([each]) => each.startsWith(`${name}.`))?.[1];
  const points = found ? pointsOf(found.values, found.labels.length > 0) : "";
  return h("svg", { class: "spark", "data-key": "spark", viewBox: `0 0 ${WIDE} ${HIGH}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    points ? h("path", { d: points }) : null);
}

function pointsOf(values, isStepped) {
  const known = values.filter((value) => value !== null);
  if (!known.length) return "";
  const [low, high] = [known.reduce((a, b) => Math.min(a, b)), known.reduce((a, b) => Math.max(a, b))];
  const y = (value) => (high > low ? HIGH - 3 - ((value - low) / (high - low)) * (HIGH - 6) : HIGH / 2);
  const x = (index) => (index / Math.max(1, values.length - 1)) * WIDE;
  let path = "";
  values.forEach((value, index) => {
    if (value === null) return;
    const isFirst = index === 0 || values[index - 1] === null;
    const step = isStepped && !isFirst ? `H${x(index).toFixed(1)}` : "";
    path += `${step}${isFirst ? "M" : "L"}${x(index).toFixed(1)} ${y(value).toFixed(1)}`;
  });
  return path;
}
