/* Where mocks are, on the square that Web Mercator makes of the Earth: x and y from 0 to 1, from the north-west. Nothing here knows the page.

   Places: {x, y: Float64Array, count}; x is nan of who has no position. */

const EDGE = 85.0511287798; // degrees of latitude at which the square ends

export function placesOf({ lat, lon, mocks }) {
  const [x, y] = [new Float64Array(mocks), new Float64Array(mocks)];
  let count = 0;
  for (let mock = 0; mock < mocks; mock += 1) {
    const sine = Math.sin((Math.min(EDGE, Math.max(-EDGE, lat[mock])) * Math.PI) / 180);
    x[mock] = (lon[mock] + 180) / 360;
    y[mock] = 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
    if (x[mock] === x[mock]) count += 1;
  }
  return { x, y, count };
}

/* The box around all that isShown says: {left, top, right, bottom}; null: there are none. */
export function boxOf({ x, y }, isShown) {
  const box = { left: Infinity, top: Infinity, right: -Infinity, bottom: -Infinity };
  for (let mock = 0; mock < x.length; mock += 1) {
    if (x[mock] !== x[mock] || !isShown(mock)) continue;
    box.left = Math.min(box.left, x[mock]);
    box.right = Math.max(box.right, x[mock]);
    box.top = Math.min(box.top, y[mock]);
    box.bottom = Math.max(box.bottom, y[mock]);
  }
  return box.left <= box.right ? box : null;
}

/* Whom isShown says that lies in a box. */
export function* inBox({ x, y }, { left, top, right, bottom }, isShown) {
  for (let mock = 0; mock < x.length; mock += 1) {
    if (x[mock] >= left && x[mock] <= right && y[mock] >= top && y[mock] <= bottom && isShown(mock)) yield mock;
  }
}

/* Who is nearest to a point, no farther than reach; null: nobody. Of equals the last, which is painted above the others. */
export function nearest({ x, y }, at, reach, isShown) {
  let [found, least] = [null, reach * reach];
  for (let mock = 0; mock < x.length; mock += 1) {
    const [across, down] = [x[mock] - at.x, y[mock] - at.y];
    const far = across * across + down * down;
    if (far <= least && isShown(mock)) [found, least] = [mock, far];
  }
  return found;
}

/* Who comes next from a mock in a direction ({x, y}, one of them 0): the nearest within 45° of it; null: nobody. What is aside counts twice. */
export function next({ x, y }, from, direction, isShown) {
  let [found, least] = [null, Infinity];
  for (let mock = 0; mock < x.length; mock += 1) {
    const [across, down] = [x[mock] - x[from], y[mock] - y[from]];
    const ahead = across * direction.x + down * direction.y;
    const aside = Math.abs(across * direction.y) + Math.abs(down * direction.x);
    if (!(ahead > 0) || aside > ahead || ahead + 2 * aside >= least || !isShown(mock)) continue;
    [found, least] = [mock, ahead + 2 * aside];
  }
  return found;
}

/* Degrees of a point of the square. */
export function degreesOf({ x, y }) {
  return [(Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI, x * 360 - 180];
}
