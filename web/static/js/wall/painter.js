/* Paints a wall: one pixel a mock into an image of its own, which is then drawn as large as the zoom says. */

const LARGEST = 48; // px of the screen, of a cell
const FIRST_LARGEST = 28; // px of a cell before anybody zooms
const GAP_FROM = 5; // device px of a cell from which lines part the cells

export class Painter {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.image = document.createElement("canvas");
    this.mocks = 0;
    this.moved = { x: 0, y: 0 };
  }

  /* Lays out so many mocks in the box that the canvas may have, in CSS px. */
  fit(mocks, width, height) {
    this.ratio = devicePixelRatio;
    const most = { width: Math.floor(width * this.ratio), height: Math.floor(height * this.ratio) };
    let cell = Math.min(Math.floor(FIRST_LARGEST * this.ratio), most.width);
    while (cell > 1 && Math.ceil(mocks / Math.floor(most.width / cell)) * cell > most.height) cell -= 1;
    this.mocks = mocks;
    this.columns = Math.max(1, Math.min(mocks, Math.floor(most.width / cell)));
    this.rows = Math.max(1, Math.ceil(mocks / this.columns));
    this.least = cell;
    this.cell = cell;
    this.moved = { x: 0, y: 0 };
    this.canvas.width = most.width;
    this.canvas.height = Math.max(Math.min(this.rows * cell, most.height), Math.min(120 * this.ratio, most.height));
    this.canvas.style.height = `${this.canvas.height / this.ratio}px`;
    this.image.width = this.columns;
    this.image.height = this.rows;
    this.paper = this.image.getContext("2d");
    this.data = this.paper.createImageData(this.columns, this.rows);
    this.pixels = new Uint32Array(this.data.data.buffer);
  }

  get isZoomed() {
    return this.cell > this.least;
  }

  /* Puts the mocks' colours into the image: shade(mock) is a list of colours by code. */
  colour(codes, shades, lists) {
    const { pixels, mocks } = this;
    for (let mock = 0; mock < mocks; mock += 1) pixels[mock] = lists[shades[mock]][codes[mock]];
    this.paper.putImageData(this.data, 0, 0);
  }

  /* Draws the image as it is zoomed and moved, with a frame around some mocks: [[mock, colour], …]. */
  draw(background, frames) {
    const { pen, canvas, cell } = this;
    pen.imageSmoothingEnabled = false;
    pen.fillStyle = background;
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(this.image, -this.moved.x, -this.moved.y, this.columns * cell, this.rows * cell);
    if (cell >= GAP_FROM) this.part(background);
    for (const [mock, colour] of frames) if (mock !== null && mock < this.mocks) this.frame(mock, colour);
  }

  part(background) {
    const { pen, canvas, cell, moved } = this;
    const line = cell >= 12 * this.ratio ? 2 : 1;
    pen.fillStyle = background;
    for (let x = cell - line - (moved.x % cell); x < canvas.width; x += cell) pen.fillRect(x, 0, line, canvas.height);
    for (let y = cell - line - (moved.y % cell); y < canvas.height; y += cell) pen.fillRect(0, y, canvas.width, line);
  }

  frame(mock, colour) {
    const { pen, cell, moved, ratio } = this;
    const line = 2 * ratio;
    const side = Math.max(cell, 4 * ratio) + line;
    const x = (mock % this.columns) * cell - moved.x + cell / 2 - side / 2;
    const y = Math.floor(mock / this.columns) * cell - moved.y + cell / 2 - side / 2;
    pen.lineWidth = line;
    pen.strokeStyle = colour;
    pen.strokeRect(x, y, side, side);
  }

  /* The column and row at a place of the canvas, in CSS px; they may lie outside of the wall. */
  at(x, y) {
    return { column: Math.floor((x * this.ratio + this.moved.x) / this.cell), row: Math.floor((y * this.ratio + this.moved.y) / this.cell) };
  }

  mockAt(x, y) {
    const { column, row } = this.at(x, y);
    const mock = row * this.columns + column;
    return column >= 0 && column < this.columns && row >= 0 && mock < this.mocks ? mock : null;
  }

  /* Where a mock's cell ends, in CSS px of the canvas. */
  placeOf(mock) {
    const place = (index, moved) => ((index + 1) * this.cell - moved) / this.ratio;
    return { x: place(mock % this.columns, this.moved.x), y: place(Math.floor(mock / this.columns), this.moved.y) };
  }

  /* Makes cells so much larger or smaller, around a place of the canvas that stays where it is. */
  zoom(factor, x, y) {
    const before = this.cell;
    const wanted = Math.round(before * factor);
    const next = wanted === before ? before + Math.sign(factor - 1) : wanted;
    this.cell = Math.min(Math.max(next, this.least), Math.max(Math.round(LARGEST * this.ratio), this.least));
    const grown = this.cell / before;
    this.moved.x = (this.moved.x + x * this.ratio) * grown - x * this.ratio;
    this.moved.y = (this.moved.y + y * this.ratio) * grown - y * this.ratio;
    this.hold();
  }

  move(x, y) {
    this.moved.x += x * this.ratio;
    this.moved.y += y * this.ratio;
    this.hold();
  }

  hold() {
    const most = (cells, size) => Math.max(0, cells * this.cell - size);
    this.moved.x = Math.round(Math.min(Math.max(0, this.moved.x), most(this.columns, this.canvas.width)));
    this.moved.y = Math.round(Math.min(Math.max(0, this.moved.y), most(this.rows, this.canvas.height)));
  }

  /* Moves no further than needed to have a mock in sight. */
  show(mock) {
    const low = (index) => index * this.cell;
    const into = (moved, place, size) => Math.min(Math.max(moved, place + this.cell - size), place);
    this.moved.x = into(this.moved.x, low(mock % this.columns), this.canvas.width);
    this.moved.y = into(this.moved.y, low(Math.floor(mock / this.columns)), this.canvas.height);
    this.hold();
  }
}
