/* Draws a run over time, and goes on asking while the run is live. Dragging over a part asks for that part as fine as
   it is kept; a double click shows all again.

   <run-charts src="…/series.json" zone="Asia/Tokyo">
     <figure><div data-chart="rate"></div></figure>
     <figure><div data-chart="latency"></div> <p data-none hidden>said in its place while it has no value</p></figure>
     <button data-all hidden>shows the whole run again</button>
     <p data-empty>said while there is nothing to draw</p>
   </run-charts>

   The JSON: {step, is_live, t: [Unix s], rate, failed: [messages/s], p50, p99, arrival_p50, arrival_p99: [ms or null],
   faults: [as in run-faults.js]}. */

import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";
import { faultBands } from "./run-faults.js";

const POLL = 2000; // ms
const GROWING = 30; // s before the newest point that may still change, and are asked for again
const HEIGHT = 220; // px
const SHORTEST = 10; // s that the time axis spans at least
const COLUMNS = ["t", "rate", "failed", "p50", "p99", "arrival_p50", "arrival_p99"];
const LINES = {
  rate: [["rate", "Delivered", "--series-1"], ["failed", "Failed", "--danger"]],
  latency: [["p50", "p50", "--series-2"], ["p99", "p99", "--series-3"]],
  arrival: [["arrival_p50", "p50", "--series-2"], ["arrival_p99", "p99", "--series-3"]],
};

function colour(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

function axis(more = {}) {
  const line = colour("--line");
  const font = "12px system-ui, sans-serif";
  return { stroke: colour("--ink-muted"), font, grid: { stroke: line, width: 1 }, ticks: { stroke: line, width: 1 }, ...more };
}

function timesIn(zone) {
  const parts = { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" };
  const format = new Intl.DateTimeFormat("en-GB", { ...parts, timeZone: zone || undefined });
  return (seconds) => (seconds == null ? "–" : format.format(seconds * 1000));
}

function options(kind, width, time, faults, zoom) {
  const series = LINES[kind].map(([, label, name]) => ({
    label, stroke: colour(name), width: 2, spanGaps: false,
    points: { show: (plot) => plot.data[0].length < 2, size: 6 }, // one second makes no line yet
    value: (_, value) => (value == null ? "–" : value.toLocaleString(undefined, { maximumFractionDigits: 2 })),
  }));
  return {
    width, height: HEIGHT, padding: [8, 32, 0, 0], series: [{ label: "Time", value: (_, at) => time(at) }, ...series],
    axes: [axis({ values: (_, splits) => splits.map(time), space: 80 }), axis({ size: 56 })],
    scales: { x: { range: (_, low, high) => [low, Math.max(high, low + SHORTEST)] }, y: { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] } },
    cursor: { sync: { key: "run" }, drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => zoom(null) } },
    hooks: { setSelect: [(plot) => plot.select.width > 0 && zoom([plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x")])] },
    plugins: [faultBands(faults)],
  };
}

class RunCharts extends HTMLElement {
  connectedCallback() {
    this.data = Object.fromEntries(COLUMNS.map((name) => [name, []]));
    this.faults = [];
    this.plots = new Map();
    this.time = timesIn(this.getAttribute("zone"));
    this.dataset.state = "empty";
    this.all = this.querySelector("[data-all]");
    this.all.addEventListener("click", () => this.zoom(null));
    this.resized = new ResizeObserver(() => this.fit());
    this.resized.observe(this);
    this.themed = new MutationObserver(() => this.redraw());
    this.themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    this.dark = matchMedia("(prefers-color-scheme: dark)");
    this.onDark = () => this.redraw();
    this.dark.addEventListener("change", this.onDark);
    this.ask();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.resized.disconnect();
    this.themed.disconnect();
    this.dark.removeEventListener("change", this.onDark);
    this.clear();
  }

  /* Shows the part between two Unix seconds, or all of it. */
  zoom(span) {
    clearTimeout(this.timer);
    this.span = span && [Math.floor(span[0]), Math.max(Math.ceil(span[1]), Math.floor(span[0]) + 1)];
    this.data = Object.fromEntries(COLUMNS.map((name) => [name, []]));
    this.all.hidden = !span;
    this.ask();
  }

  async ask() {
    const { span } = this;
    const newest = this.data.t.at(-1);
    const after = newest === undefined ? 0 : newest - GROWING;
    let isLive = true;
    try {
      const query = span ? `from=${span[0]}&to=${span[1]}` : `after=${after}`;
      const answer = await fetch(`${this.getAttribute("src")}?${query}`, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const part = await answer.json();
        if (span !== this.span) return; // somebody zoomed meanwhile
        isLive = part.is_live;
        this.take(part, span ? 0 : after);
      }
    } catch {
      // The network is away: the next look may find it.
    }
    if (isLive && !span && this.isConnected) this.timer = setTimeout(() => this.ask(), POLL);
  }

  take(part, after) {
    const keep = this.data.t.findIndex((t) => t >= after);
    const kept = keep < 0 ? this.data.t.length : keep;
    for (const name of COLUMNS) this.data[name] = [...this.data[name].slice(0, kept), ...part[name]];
    this.faults = part.faults;
    if (this.data.t.length === 0) return;
    delete this.dataset.state;
    for (const kind of Object.keys(LINES)) this.draw(kind);
  }

  draw(kind) {
    const place = this.querySelector(`[data-chart=${kind}]`);
    if (!place) return;
    const lines = LINES[kind].map(([name]) => this.data[name]);
    const isEmpty = lines.every((line) => line.every((value) => value === null));
    const note = place.parentElement.querySelector("[data-none]");
    if (note) note.hidden = !isEmpty;
    place.hidden = isEmpty;
    if (isEmpty) return;
    const columns = [this.data.t, ...lines];
    const plot = this.plots.get(kind);
    if (plot) {
      plot.setData(columns);
      return;
    }
    this.plots.set(kind, new uPlot(options(kind, place.clientWidth, this.time, () => this.faults, (span) => setTimeout(() => this.zoom(span))), columns, place));
  }

  fit() {
    for (const [kind, plot] of this.plots) {
      const width = this.querySelector(`[data-chart=${kind}]`).clientWidth;
      if (width && width !== plot.width) plot.setSize({ width, height: HEIGHT });
    }
  }

  redraw() {
    if (this.plots.size === 0) return;
    this.clear();
    for (const kind of Object.keys(LINES)) this.draw(kind);
  }

  clear() {
    for (const plot of this.plots.values()) plot.destroy();
    this.plots.clear();
  }
}

customElements.define("run-charts", RunCharts);
