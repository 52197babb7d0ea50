/* Reads what …/wall.bin and …/map.bin answer: columns of numbers, one entry a mock. web/runs/walls.py says which bytes. */

export const UNTOLD = 255; // a link: no tower has told of this mock yet
export const FAILING = 8; // is added to a link
export const CONNECTED = 2;

const MAGIC = 0x0031574d; // "MW1" and a zero
const HEAD = 8; // bytes before the header

export function readWall(buffer) {
  const view = new DataView(buffer);
  if (buffer.byteLength < HEAD || view.getUint32(0, true) !== MAGIC) throw new Error("this is not a wall of version 1");
  const length = view.getUint32(4, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, HEAD, length)));
  const { mocks } = head;
  let place = HEAD + length;
  const column = (type) => {
    const numbers = new type(buffer, place, mocks);
    place += numbers.byteLength;
    return numbers;
  };
  const places = head.places ? { lat: column(Float32Array), lon: column(Float32Array) } : {};
  const last = column(Uint32Array);
  const status = column(Uint16Array);
  const reason = column(Uint16Array);
  const link = column(Uint8Array);
  const late = column(Uint8Array);
  return { head, mocks, last, status, reason, link, late, ...places };
}

/* Unix seconds of a mock's last send; 0: it has not sent. */
export function lastSend(wall, mock) {
  return wall.last[mock] ? wall.head.zero + wall.last[mock] / 10 : 0;
}

export function isFailing(wall, mock) {
  return wall.link[mock] !== UNTOLD && (wall.link[mock] & FAILING) !== 0;
}

export function linkOf(wall, mock) {
  return wall.link[mock] === UNTOLD ? "not told yet" : wall.head.links[wall.link[mock] & ~FAILING];
}

export function statusOf(wall, mock) {
  return wall.link[mock] === UNTOLD ? "" : (wall.head.statuses[wall.status[mock]] ?? "");
}

export function reasonOf(wall, mock) {
  return wall.reason[mock] ? wall.head.reasons[wall.reason[mock] - 1][0] : "";
}

/* Numbers as few ranges: "0-4, 7". */
export function ranges(numbers) {
  const parts = [];
  for (let from = 0; from < numbers.length; ) {
    let to = from;
    while (numbers[to + 1] === numbers[to] + 1) to += 1;
    parts.push(from === to ? `${numbers[from]}` : `${numbers[from]}-${numbers[to]}`);
    from = to + 1;
  }
  return parts.join(", ");
}
