/* A line through points of one round, as the generator `curve` joins them, and what a hand does to it.

   Points are [phase, value]; phases are shares of the period, 0 to 1, rising. Nothing here knows the page.
*/
const MOST_POINTS = 60; // of what was drawn; more say nothing that an eye sees
const FINEST = 0.008; // of the height: what simplifying may change at first
const COLUMNS = 240; // of a stroke, over a whole round
const GAP = 0.0005; // of the period, the least between two points

/* The value at a phase; `between` is "linear" or "smooth". */
export function valueAt(points, phase, between) {
  if (points.length === 1) return points[0][1];
  const [first, last] = [points[0], points.at(-1)];
  const isOpen = first[0] === 0 && last[0] === 1;
  const around = isOpen && first[1] !== last[1] ? points : ring(isOpen ? points.slice(0, -1) : points);
  const after = Math.max(1, around.findIndex(([each]) => each > phase));
  const index = around.at(-1)[0] <= phase ? around.length - 1 : after;
  return between === "smooth" ? smooth(around, index, phase) : straight(around[index - 1], around[index], phase);
}

function ring(points) {
  return [-1, 0, 1].flatMap((round) => points.map(([phase, value]) => [phase + round, value]));
}

function straight([x0, y0], [x1, y1], x) {
  return y0 + ((y1 - y0) * (x - x0)) / (x1 - x0);
}

function smooth(points, index, x) {
  const [[x0, y0], [x1, y1]] = [points[index - 1], points[index]];
  const [step, rate] = [x1 - x0, (y1 - y0) / (x1 - x0)];
  const [first, second] = [slope(points, index - 1), slope(points, index)];
  const beyond = x - x0;
  const bend = (3 * rate - 2 * first - second) / step;
  return (((first + second - 2 * rate) / step ** 2 * beyond + bend) * beyond + first) * beyond + y0;
}

/* The slope at a point with which cubics never overshoot: Fritsch, Butland (1984). */
function slope(points, index) {
  const rate = (at) => (points[at + 1][1] - points[at][1]) / (points[at + 1][0] - points[at][0]);
  const step = (at) => points[at + 1][0] - points[at][0];
  if (points.length === 2) return rate(0);
  if (index === 0) return endSlope(step(0), step(1), rate(0), rate(1));
  const end = points.length - 1;
  if (index === end) return endSlope(step(end - 1), step(end - 2), rate(end - 1), rate(end - 2));
  const [left, right] = [rate(index - 1), rate(index)];
  if (left * right <= 0) return 0;
  const [near, far] = [2 * step(index) + step(index - 1), step(index) + 2 * step(index - 1)];
  return (near + far) / (near / left + far / right);
}

function endSlope(step, next, rate, nextRate) {
  const found = ((2 * step + next) * rate - step * nextRate) / (step + next);
  if (Math.sign(found) !== Math.sign(rate)) return 0;
  return Math.sign(rate) !== Math.sign(nextRate) && Math.abs(found) > 3 * Math.abs(rate) ? 3 * rate : found;
}

/* The points with a stroke drawn over them: `stroke` is where the hand was, `span` the height of the axis. */
export function drawnOver(points, stroke, span) {
  const line = columns(stroke);
  const [from, to] = [line[0][0], line.at(-1)[0]];
  const before = points.filter(([phase]) => phase < from - 1 / COLUMNS);
  const after = points.filter(([phase]) => phase > to + 1 / COLUMNS);
  const room = Math.max(2, MOST_POINTS - before.length - after.length);
  return [...before, ...simplified(line, room, span), ...after];
}

/* A stroke as a function of the phase: where it comes back, the hand's last word counts. */
function columns(stroke) {
  const heights = new Map();
  let before = stroke[0];
  for (const point of stroke) {
    const [from, to] = [before[0], point[0]].map((phase) => Math.round(phase * COLUMNS));
    const step = Math.sign(to - from) || 1;
    for (let column = from; column !== to + step; column += step) {
      heights.set(column, from === to ? point[1] : before[1] + ((point[1] - before[1]) * (column - from)) / (to - from));
    }
    before = point;
  }
  return [...heights].sort(([one], [other]) => one - other).map(([column, value]) => [column / COLUMNS, value]);
}

/* At most so many of the points, those that matter most (Ramer, 1972; Douglas, Peucker, 1973). */
function simplified(points, most, span) {
  let tolerance = FINEST * (span || 1);
  let kept = reduced(points, tolerance);
  while (kept.length > most) {
    tolerance *= 1.4;
    kept = reduced(points, tolerance);
  }
  return kept;
}

function reduced(points, tolerance) {
  if (points.length < 3) return points;
  const [first, last] = [points[0], points.at(-1)];
  let [farthest, distance] = [0, tolerance];
  for (let index = 1; index < points.length - 1; index += 1) {
    const away = Math.abs(points[index][1] - straight(first, last, points[index][0]));
    if (away > distance) [farthest, distance] = [index, away];
  }
  if (!farthest) return [first, last];
  return [...reduced(points.slice(0, farthest + 1), tolerance).slice(0, -1), ...reduced(points.slice(farthest), tolerance)];
}

/* The points with one more, and its position; one that is there already only gets the value. */
export function withPoint(points, [phase, value]) {
  const same = points.findIndex(([each]) => Math.abs(each - phase) < GAP);
  if (same >= 0) return [moved(points, same, [points[same][0], value]), same];
  const place = points.findIndex(([each]) => each > phase);
  const index = place < 0 ? points.length : place;
  return [points.toSpliced(index, 0, [phase, value]), index];
}

/* The points with one elsewhere, but never past its neighbours. */
export function moved(points, index, [phase, value]) {
  const least = index > 0 ? points[index - 1][0] + GAP : 0;
  const most = index < points.length - 1 ? points[index + 1][0] - GAP : 1;
  return points.with(index, [Math.min(Math.max(phase, least), most), value]);
}

export function without(points, index) {
  return points.length > 2 ? points.toSpliced(index, 1) : points;
}

/* As a person would write them: phases to four digits, values to a thousandth of the height. */
export function written(points, span) {
  const digits = Math.min(12, Math.max(0, 3 - Math.floor(Math.log10(span || 1))));
  return points.map(([phase, value]) => [Number(phase.toFixed(4)), Number(value.toFixed(digits))]);
}
