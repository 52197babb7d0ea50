/* Colours of the page's tokens as numbers that an image takes: alpha, blue, green, red, from the highest byte. */

import { token } from "../looks.js";

const FAINT = 0.12; // how much is left of the colour of who is filtered out
const DIMMED = 0.4; // and of who is not selected, while others are
const PALE = 0.5; // and of a colour that comes a second time

function channels(text) {
  return (text.match(/[\d.]+/g) ?? ["0", "0", "0"]).slice(0, 3).map(Number);
}

function mixed(colour, ground, share) {
  return colour.map((channel, place) => Math.round(channel * share + ground[place] * (1 - share)));
}

function packed([red, green, blue]) {
  return ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;
}

/* A token's colour as such a number. */
export function packedToken(name) {
  return packed(channels(token(name)));
}

/* Three lists of colours by code: bright, dimmed, faint. */
export function lists(legend) {
  const ground = channels(token("--surface-sunken"));
  const colours = legend.map((entry) => mixed(channels(token(entry.colour)), ground, entry.isPale ? PALE : 1));
  return [1, DIMMED, FAINT].map((share) => Uint32Array.from(colours, (colour) => packed(mixed(colour, ground, share))));
}
