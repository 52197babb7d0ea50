/* Paints mocks as dots above a map: pixels of one image, so that 50,000 take some ms. */

import { BRIGHT, DIMMED } from "../wall/crowd.js";

const SIZES = [[300, 5.6], [3_000, 4.6], [12_000, 3.7], [Infinity, 2.3]]; // up to so many mocks: px of a dot's radius, round at these
const RIM = 1; // px around it, in the colour of the ground, which parts dots that touch

/* Offsets of a disc's pixels in an image so wide, and those of its rim. */
function disc(radius, rim, width) {
  const [inner, outer] = [[], []];
  const reach = Math.ceil(radius + rim);
  for (let down = -reach; down <= reach; down += 1) {
    for (let across = -reach; across <= reach; across += 1) {
      const far = Math.hypot(across, down);
      if (far <= radius) inner.push(down * width + across);
      else if (far <= radius + rim) outer.push(down * width + across);
    }
  }
  return { inner: Int32Array.from(inner), outer: Int32Array.from(outer), reach };
}

export class Dots {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
  }

  /* Takes the canvas' size on the page; around the image is a margin, so that a dot at the edge needs no look at each pixel. */
  fit(width, height, mocks) {
    this.ratio = devicePixelRatio;
    this.radius = SIZES.find(([most]) => mocks <= most)[1];
    const [wide, high] = [Math.round(width * this.ratio), Math.round(height * this.ratio)];
    if (this.canvas.width !== wide || this.canvas.height !== high) Object.assign(this.canvas, { width: wide, height: high });
    this.margin = Math.ceil((this.radius + RIM) * this.ratio) + 1;
    this.wide = wide + 2 * this.margin;
    this.high = high + 2 * this.margin;
    this.image = new ImageData(this.wide, this.high);
    this.pixels = new Uint32Array(this.image.data.buffer);
    this.disc = disc(this.radius * this.ratio, RIM * this.ratio, this.wide);
  }

  /* Paints who is bright above who is dimmed; who is faint is not there. view: {left, top, scale} makes px of places. */
  draw(places, view, { codes, shades, lists, ground }) {
    this.pixels.fill(0);
    for (const shade of [DIMMED, BRIGHT]) this.paint(places, view, { codes, shades, shade, colours: lists[shade], ground });
    this.pen.putImageData(this.image, -this.margin, -this.margin);
  }

  paint({ x, y }, { left, top, scale }, { codes, shades, shade, colours, ground }) {
    const { pixels, wide, high, ratio, margin, disc: { inner, outer, reach } } = this;
    for (let mock = 0; mock < x.length; mock += 1) {
      if (shades[mock] !== shade) continue;
      const across = Math.round((x[mock] * scale - left) * ratio) + margin;
      const down = Math.round((y[mock] * scale - top) * ratio) + margin;
      if (!(across >= reach && down >= reach && across < wide - reach && down < high - reach)) continue;
      const place = down * wide + across;
      const colour = colours[codes[mock]];
      for (let each = 0; each < outer.length; each += 1) pixels[place + outer[each]] = ground;
      for (let each = 0; each < inner.length; each += 1) pixels[place + inner[each]] = colour;
    }
  }

  /* A ring around a place in CSS px. */
  ring({ x, y }, colour) {
    const { pen, ratio, radius } = this;
    pen.lineWidth = 2 * ratio;
    pen.strokeStyle = colour;
    pen.beginPath();
    pen.arc(x * ratio, y * ratio, (radius + 3) * ratio, 0, 2 * Math.PI);
    pen.stroke();
  }
}
