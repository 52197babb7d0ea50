/* Draws a run over time, and goes on asking while the run is live. Dragging over a part asks for that part as fine as
   it is kept; a double click shows all again.

   <run-charts src="…/series.json" zone="Asia/Tokyo">
     <figure><div data-chart="rate"></div></figure>
     <figure><div data-chart="latency"></div> <p data-none hidden>said in its place while it has no value</p></figure>
     <figure hidden><div data-chart="messages"></div></figure> shown once there are two of them; statuses too
     <button data-all hidden>shows the whole run again</button>
     <p data-empty>said while there is nothing to draw</p>
   </run-charts>

   The JSON: {step, is_live, faults: [as in run-faults.js], …as in charts/timeline.js}. */

import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";
import { axis, timesIn } from "./charts/axes.js";
import { chartOf, KINDS } from "./charts/kinds.js";
import { Timeline } from "./charts/timeline.js";
import { watchLooks } from "./looks.js";
import { faultBands, roomFor } from "./run-faults.js";

const POLL = 2000; // ms
const GROWING = 30; // s before the newest point that may still change, and are asked for again
const HEIGHT = 220; // px
const SHORTEST = 10; // s that the time axis spans at least

function options(series, { width, time, faults, zoom }) {
  const dot = { show: (plot) => plot.data[0].length < 2, size: 6 }; // one second makes no line yet
  return {
    width, height: HEIGHT, padding: [roomFor(faults()), 32, 0, 0],
    series: [{ label: "Time", value: (_, at) => time(at) }, ...series.map((line) => ({ spanGaps: false, points: dot, ...line }))],
    axes: [axis({ values: (_, splits) => splits.map(time), space: 80 }), axis({ size: 56 })],
    scales: { x: { range: (_, low, high) => [low, Math.max(high, low + SHORTEST)] }, y: { range: (_, low, high) => [0, Math.max(high * 1.1, 1)] } },
    cursor: { sync: { key: "run" }, drag: { x: true, y: false, setScale: false }, bind: { dblclick: () => () => zoom(null) } },
    hooks: { setSelect: [(plot) => plot.select.width > 0 && zoom([plot.posToVal(plot.select.left, "x"), plot.posToVal(plot.select.left + plot.select.width, "x")])] },
    plugins: [faultBands(faults)],
  };
}

class RunCharts extends HTMLElement {
  connectedCallback() {
    this.left = new AbortController();
    this.timeline = new Timeline();
    this.faults = [];
    this.plots = new Map();
    this.time = timesIn(this.getAttribute("zone"), true);
    this.dataset.state = "empty";
    this.all = this.querySelector("[data-all]");
    this.all.addEventListener("click", () => this.zoom(null));
    watchLooks(this, { resized: () => this.fit(), themed: () => this.redraw(), signal: this.left.signal });
    this.ask();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.left.abort();
    this.clear();
  }

  /* Shows the part between two Unix seconds, or all of it. */
  zoom(span) {
    this.span = span && [Math.floor(span[0]), Math.max(Math.ceil(span[1]), Math.floor(span[0]) + 1)];
    this.all.hidden = !span;
    this.askAll();
  }

  askAll() {
    clearTimeout(this.timer);
    this.timeline = new Timeline();
    this.ask();
  }

  async ask() {
    const { span, timeline } = this;
    const newest = timeline.t.at(-1);
    const after = newest === undefined ? 0 : newest - GROWING;
    let isLive = true;
    try {
      const query = span ? `from=${span[0]}&to=${span[1]}` : `after=${after}`;
      const answer = await fetch(`${this.getAttribute("src")}?${query}`, { headers: { Accept: "application/json" } });
      if (answer.ok) {
        const part = await answer.json();
        if (timeline !== this.timeline) return; // somebody zoomed meanwhile
        isLive = part.is_live;
        if (!timeline.take(part, span ? 0 : after)) return void this.askAll();
        this.show(part);
      }
    } catch {
      // The network is away: the next look may find it.
    }
    if (isLive && !span && this.isConnected) this.timer = setTimeout(() => this.ask(), POLL);
  }

  show({ faults }) {
    this.faults = faults;
    if (this.timeline.t.length === 0) return;
    delete this.dataset.state;
    for (const kind of KINDS) this.draw(kind);
  }

  draw(kind) {
    const place = this.querySelector(`[data-chart=${kind}]`);
    if (!place) return;
    const chart = chartOf(kind, this.timeline);
    const note = place.parentElement.querySelector("[data-none]");
    (note ? place : place.parentElement).hidden = chart.isEmpty;
    if (note) note.hidden = !chart.isEmpty;
    if (chart.isEmpty) return;
    const columns = [this.timeline.t, ...chart.columns];
    const drawn = this.plots.get(kind);
    if (drawn?.key === chart.key) return void drawn.plot.setData(columns);
    drawn?.plot.destroy();
    const zoom = (span) => setTimeout(() => this.zoom(span));
    const plot = new uPlot(options(chart.series, { width: place.clientWidth, time: this.time, faults: () => this.faults, zoom }), columns, place);
    this.plots.set(kind, { plot, key: chart.key });
  }

  fit() {
    for (const [kind, { plot }] of this.plots) {
      const width = this.querySelector(`[data-chart=${kind}]`).clientWidth;
      if (width && width !== plot.width) plot.setSize({ width, height: HEIGHT });
    }
  }

  redraw() {
    if (this.plots.size === 0) return;
    this.clear();
    for (const kind of KINDS) this.draw(kind);
  }

  clear() {
    for (const { plot } of this.plots.values()) plot.destroy();
    this.plots.clear();
  }
}

customElements.define("run-charts", RunCharts);
