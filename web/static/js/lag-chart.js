/* Draws how far a drain was behind, a point a minute, and asks again each minute.

   <lag-chart src="…/series.json" zone="Asia/Tokyo">
     <div data-chart></div>
     <p data-empty>said while there is nothing to draw</p>
   </lag-chart>

   The JSON: {t: [Unix s], records: [number], seconds: [s]}. */

import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";
import { axis, timesIn } from "./charts/axes.js";
import { token, watchLooks } from "./looks.js";

const POLL = 60000; // ms
const HEIGHT = 200; // px
const SHORTEST = 600; // s that the time axis spans at least

function counted(value) {
  return value == null ? "–" : value.toLocaleString("en-GB");
}

function options(width, time) {
  const dot = { show: (plot) => plot.data[0].length < 2, size: 6 }; // one minute makes no line yet
  const upward = (_, low, high) => [0, Math.max(high * 1.1, 1)];
  return {
    width, height: HEIGHT, padding: [8, 8, 0, 0],
    series: [
      { label: "Time", value: (_, at) => time(at) },
      { label: "Records waiting", scale: "records", stroke: token("--series-1"), width: 2, points: dot, value: (_, value) => counted(value) },
      { label: "Behind (s)", scale: "seconds", stroke: token("--series-3"), width: 2, points: dot, value: (_, value) => counted(value) },
    ],
    axes: [
      axis({ values: (_, splits) => splits.map(time), space: 80 }),
      axis({ scale: "records", size: 64, values: (_, splits) => splits.map(counted) }),
      axis({ scale: "seconds", side: 1, size: 56, grid: { show: false }, values: (_, splits) => splits.map((value) => `${counted(value)} s`) }),
    ],
    scales: { x: { range: (_, low, high) => [Math.min(low, high - SHORTEST), high] }, records: { range: upward }, seconds: { range: upward } },
  };
}

class LagChart extends HTMLElement {
  connectedCallback() {
    this.dataset.state = "empty";
    this.place = this.querySelector("[data-chart]");
    this.time = timesIn(this.getAttribute("zone"), false);
    this.left = new AbortController();
    watchLooks(this, { resized: () => this.fit(), themed: () => this.draw(), signal: this.left.signal });
    this.ask();
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.left.abort();
    this.plot?.destroy();
  }

  async ask() {
    try {
      const answer = await fetch(this.getAttribute("src"), { headers: { Accept: "application/json" } });
      if (answer.ok) this.data = await answer.json();
    } catch {
      // The network is away: the next look may find it.
    }
    if (!this.isConnected) return;
    this.draw();
    this.timer = setTimeout(() => this.ask(), POLL);
  }

  draw() {
    this.plot?.destroy();
    this.plot = undefined;
    if (!this.data?.t.length) return;
    delete this.dataset.state;
    const { t, records, seconds } = this.data;
    this.plot = new uPlot(options(this.place.clientWidth, this.time), [t, records, seconds], this.place);
  }

  fit() {
    const width = this.place.clientWidth;
    if (this.plot && width && width !== this.plot.width) this.plot.setSize({ width, height: HEIGHT });
  }
}

customElements.define("lag-chart", LagChart);
