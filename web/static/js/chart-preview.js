/* <metric-chart data-unit="°C" data-zone="Asia/Tokyo">
     <p>name <span data-value></span></p> <script type="application/json">{times, values, labels}</script>
   </metric-chart>

   Draws one metric: a line for numbers, steps for text. times are Unix seconds; with labels, a value is
   a position in them. The value under the pointer stands in [data-value], else the last one.
*/
import uPlot from "../vendor/uplot-1.6.32/uPlot.esm.js";
import { watchLooks } from "./looks.js";

const HEIGHT = 116; // px
const LONGEST_LABEL = 9; // characters beside the axis

function clock(zone) {
  const format = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", timeZone: zone });
  return (seconds) => format.format(seconds * 1000);
}

class MetricChart extends HTMLElement {
  connectedCallback() {
    this.data = JSON.parse(this.querySelector("script").textContent);
    this.left = new AbortController();
    this.draw();
    const resized = () => this.chart?.setSize({ width: this.clientWidth, height: HEIGHT });
    watchLooks(this, { resized, themed: () => this.draw(), signal: this.left.signal });
  }

  disconnectedCallback() {
    this.left.abort();
    this.chart?.destroy();
  }

  draw() {
    this.chart?.destroy();
    this.chart = new uPlot(this.options(), [this.data.times, this.data.values], this);
    this.tell(null);
  }

  tell(index) {
    const { values, labels } = this.data;
    const value = values[index ?? values.length - 1];
    const text = labels.length ? labels[value] : value === null ? "none" : Number(value.toPrecision(6));
    this.querySelector("[data-value]").textContent = text ?? "";
  }

  options() {
    const token = (name) => getComputedStyle(this).getPropertyValue(name);
    const { labels } = this.data;
    const axis = { stroke: token("--ink-muted"), grid: { stroke: token("--line"), width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const time = clock(this.dataset.zone);
    const short = (text) => (text.length > LONGEST_LABEL ? `${text.slice(0, LONGEST_LABEL - 1)}…` : text);
    return {
      width: this.clientWidth,
      height: HEIGHT,
      legend: { show: false },
      cursor: { y: false, drag: { x: false, y: false }, points: { size: 6 } },
      hooks: { setCursor: [(chart) => this.tell(chart.cursor.idx)] },
      scales: labels.length ? { y: { range: [-0.5, labels.length - 0.5] } } : {},
      axes: [
        { ...axis, size: 24, space: 60, values: (chart, splits) => splits.map(time) },
        labels.length
          ? { ...axis, size: 64, splits: labels.map((label, place) => place), values: labels.map(short) }
          : { ...axis, size: 52, space: 22 },
      ],
      series: [{}, {
        stroke: token("--series-1"),
        width: 1.5,
        points: { show: false },
        paths: labels.length ? uPlot.paths.stepped({ align: 1 }) : undefined,
      }],
    };
  }
}

customElements.define("metric-chart", MetricChart);
