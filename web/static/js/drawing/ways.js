/* Lengths, times and stops of a route of points [lat, lon(, altitude)], degrees. Nothing here knows the page. */
import { secondsOf } from "./axes.js";

const RADIUS = 6_371_008.8; // m, of the sphere with the Earth's volume: lengths are right within 0.6 %
const SPEEDS = { "m/s": 1, "km/h": 1 / 3.6, kn: 1852 / 3600, mph: 0.44704 };
const SPEED = /^\s*([\d.]+(?:e[+-]?\d+)?)\s*(m\/s|km\/h|kn|mph)?\s*$/i;
const COORDINATES = /^\s*(-?\d+(?:\.\d+)?)\s*°?\s*([NS])?[\s,;]+(-?\d+(?:\.\d+)?)\s*°?\s*([EW])?\s*$/i;
const SAME = 1e-6; // degrees; 10 cm

/* m between two points. */
export function between([lat0, lon0], [lat1, lon1]) {
  const [from, to, across] = [lat0, lat1, lon1 - lon0].map((degrees) => (degrees * Math.PI) / 180);
  const half = Math.sin((to - from) / 2) ** 2 + Math.cos(from) * Math.cos(to) * Math.sin(across / 2) ** 2;
  return 2 * RADIUS * Math.asin(Math.min(1, Math.sqrt(half)));
}

export function lengths(points) {
  return points.slice(1).map((point, index) => between(points[index], point));
}

export function sum(numbers) {
  return numbers.reduce((whole, each) => whole + each, 0);
}

/* m/s of a speed as the language writes it; NaN when it is none. */
function speedOf(text) {
  if (typeof text === "number") return text;
  const match = SPEED.exec(text ?? "");
  return match ? Number(match[1]) * SPEEDS[(match[2] ?? "m/s").toLowerCase()] : Number.NaN;
}

/* s of driving; NaN where the speed is one that only the recording knows. */
export function drivingTime(points, speed) {
  const legs = lengths(points);
  if (Array.isArray(speed?.legs)) return sum(legs.map((leg, index) => leg / speedOf(speed.legs[Math.min(index, speed.legs.length - 1)])));
  if (!Array.isArray(speed)) return sum(legs) / speedOf(speed);
  const shares = speed.map(([share]) => (typeof share === "string" ? Number.parseFloat(share) / 100 : share));
  return sum(speed.map(([, each], index) => (((shares[index + 1] ?? 1) - shares[index]) * sum(legs)) / speedOf(each)));
}

/* Whether a stop lies at a point, by its place or because all points are stops. */
export function isStop(stops, point) {
  return stops.some(({ at }) => at === "points" || isAt(at, point));
}

export function isAt(at, [lat, lon]) {
  return Array.isArray(at) && Math.abs(at[0] - lat) < SAME && Math.abs(at[1] - lon) < SAME;
}

/* s of standing in one round, as far as stops at points say; of `5min ± 1min` the mean. */
export function standingTime(stops, points) {
  return sum(stops.map((stop) => {
    const count = stop.at === "points" ? points.length : stop.at === undefined ? 0 : 1;
    const seconds = secondsOf(String(stop.for ?? 0).split("±")[0].trim());
    return Number.isFinite(seconds) ? count * seconds : 0;
  }));
}

/* [lat, lon] of what was typed ("47.37, 8.54", "35.68 N 139.77 E"); null when it is no place on the Earth. */
export function placeOf(text) {
  const match = COORDINATES.exec(text);
  if (!match) return null;
  const lat = Number(match[1]) * (/s/i.test(match[2] ?? "") ? -1 : 1);
  const lon = Number(match[3]) * (/w/i.test(match[4] ?? "") ? -1 : 1);
  return Math.abs(lat) <= 90 && Math.abs(lon) <= 180 ? [lat, lon] : null;
}

export function saidLength(metres) {
  return metres < 1000 ? `${Math.round(metres)} m` : `${Number((metres / 1000).toPrecision(3))} km`;
}

export function saidTime(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/* Degrees to five digits, about a metre; an altitude stays. */
export function written([lat, lon, ...altitude]) {
  return [Number(lat.toFixed(5)), Number(lon.toFixed(5)), ...altitude];
}
