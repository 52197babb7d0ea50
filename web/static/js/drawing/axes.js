/* Steps, marks and labels of axes: numbers, and times within a period. */
const UNITS = { ms: 0.001, s: 1, min: 60, h: 3600, d: 86_400, w: 604_800 };
const STEPS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800]; // s
const PIECE = /([\d.]+)\s*(ms|min|s|h|d|w)/g;

/* The seconds of a duration as the language writes it ("24h", "1h 30min", 90); NaN when it is none. */
export function secondsOf(duration) {
  if (typeof duration === "number") return duration;
  const pieces = [...String(duration ?? "").matchAll(PIECE)];
  if (pieces.length) return pieces.reduce((sum, [, number, unit]) => sum + Number(number) * UNITS[unit], 0);
  return duration === "" || duration === undefined ? Number.NaN : Number(duration);
}

/* Round steps between two numbers, about `count` of them. */
export function stepOf(span, count) {
  const rough = span / count;
  const size = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].find((each) => each * size >= rough * 0.999) * size;
}

export function marks(low, high, count) {
  const step = stepOf(high - low, count);
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => Number(((first + index) * step).toPrecision(12)));
}

/* Round limits around values, with some air. */
export function limitsAround(values) {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const air = high > low ? (high - low) * 0.12 : Math.abs(high) * 0.5 || 1;
  const step = stepOf(high - low + 2 * air, 8);
  const floor = Math.floor((low - air) / step) * step;
  const around = [low >= 0 ? Math.max(0, floor) : floor, Math.ceil((high + air) / step) * step];
  return around.map((each) => Number(each.toPrecision(12)));
}

/* Seconds between the marks of a period, about `count` of them; a share of it below a second. */
export function timeStep(period, count) {
  return STEPS.find((step) => period / step <= count) ?? stepOf(period, count);
}

/* How a moment of the period is said: a time of the clock, or the time since the beginning. */
export function timeLabel(seconds, { period, isClock }) {
  if (isClock && period <= 86_400) return [seconds / 3600, (seconds / 60) % 60].map((each) => String(Math.floor(each + 1e-6)).padStart(2, "0")).join(":");
  const [size, unit] = period > 172_800 ? [86_400, "d"] : period > 7200 ? [3600, "h"] : period > 120 ? [60, "min"] : [1, "s"];
  return `${Number((seconds / size).toFixed(2))} ${unit}`;
}
