// <relative-time><time datetime="2026-11-22T20:31:00+09:00" title="…">22 Nov 2026, 20:31</time></relative-time>
// shows "3 min ago" and keeps it true; the full text stays in the title. From components/time.html.

const STEPS = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86400, 3600, "hour"],
  [7 * 86400, 86400, "day"],
];
const words = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const REPEAT = 15_000; // ms; the smallest unit that stays on a page for long is the minute

function relative(seconds) {
  const size = Math.abs(seconds);
  if (size < 5) return "just now";
  const step = STEPS.find(([limit]) => size < limit);
  return step ? words.format(Math.trunc(seconds / step[1]), step[2]) : null;
}

class RelativeTime extends HTMLElement {
  connectedCallback() {
    this.time = this.querySelector("time");
    if (!this.time) return;
    this.full = this.time.textContent;
    this.show();
    this.timer = setInterval(() => this.show(), REPEAT);
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  show() {
    const seconds = (Date.parse(this.time.dateTime) - Date.now()) / 1000;
    this.time.textContent = relative(seconds) ?? this.full;
  }
}

customElements.define("relative-time", RelativeTime);
