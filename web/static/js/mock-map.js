/* A map of the mocks of a run that have a position, a dot each.

   <mock-map …as in wall/crowd.js> [data-stage] with <div class="map" data-ground tabindex="0"> and [data-nowhere], which is
   shown while no mock has a position; a button [data-drag] </mock-map> */

import { leaflet, mapIn } from "./drawing/map.js";
import { token } from "./looks.js";
import { Dots } from "./map/dots.js";
import { MapHand } from "./map/hand.js";
import { boxOf, degreesOf, inBox, nearest, next, placesOf } from "./map/places.js";
import { packedToken } from "./wall/colours.js";
import { Crowd, FAINT } from "./wall/crowd.js";

const TILE = 256; // px of the whole Earth at zoom 0
const CLOSEST = 16; // zoom, when all are brought into sight
const PAD = 28; // px around all that are shown

class MockMap extends Crowd {
  prepare(signal) {
    this.room = this.querySelector("[data-stage]");
    this.stage = this.querySelector("[data-ground]");
    this.map = mapIn(this.stage);
    this.map.keyboard.disable();
    this.map.boxZoom.disable();
    this.map.zoomControl.remove(); // the buttons above are of one kind with the wall's
    this.canvas = Object.assign(document.createElement("canvas"), { className: "mock-dots" });
    this.stage.append(this.canvas);
    this.dots = new Dots(this.canvas);
    this.places = { x: [], y: [], count: 0 };
    this.hand = new MapHand(this.stage, this.map, this, signal);
    this.map.on("movestart zoomstart", () => (this.isMoved ||= !this.isFitting));
    this.map.on("move", () => this.draw());
    this.map.on("zoomstart", () => (this.canvas.hidden = this.map.options.zoomAnimation));
    this.map.on("zoomend", () => [(this.canvas.hidden = false), this.draw()]);
    signal.addEventListener("abort", () => this.map.remove());
  }

  begin() {
    this.refit();
  }

  take(wall) {
    this.places = placesOf(wall);
    this.querySelector("[data-nowhere]").hidden = this.places.count > 0;
    super.take(wall);
    if (!this.isMoved) this.bringIntoSight();
  }

  refit() {
    const isFitting = this.isFitting;
    this.isFitting = true; // the page moved the map, and nobody by hand
    this.map.invalidateSize({ pan: false });
    this.isFitting = isFitting;
    this.dots.fit(this.stage.clientWidth, this.stage.clientHeight, this.places.count);
    this.draw();
  }

  // Painting.

  found(left, wish) {
    const { kept, places, wall } = this;
    let on = 0;
    for (let mock = 0; mock < kept.length; mock += 1) {
      if (kept[mock] && places.x[mock] !== places.x[mock]) kept[mock] = 0;
      on += kept[mock];
    }
    const said = super.found(left, wish) ? "mocks that the filter leaves" : "mocks";
    return on === wall.mocks ? "" : `${on.toLocaleString("en-GB")} of ${left.toLocaleString("en-GB")} ${said} ${on === 1 ? "has" : "have"} a position.`;
  }

  fill(lists) {
    this.paints = { codes: this.codes, shades: this.shades, lists, ground: packedToken("--surface") };
  }

  draw() {
    if (!this.paints) return;
    this.view = this.viewOf();
    this.dots.draw(this.places, this.view, this.paints);
    for (const [mock, colour] of [[this.pointed, "--ink"], [this.isKeyed ? this.cursor : null, "--focus"]]) {
      const place = mock === null ? null : this.placeOf(mock);
      if (place) this.dots.ring(place, token(colour));
    }
  }

  /* What makes px of the map of places: x * scale - left. */
  viewOf() {
    const { min } = this.map.getPixelBounds();
    return { left: min.x, top: min.y, scale: TILE * 2 ** this.map.getZoom() };
  }

  placeOf(mock) {
    const { x, y } = this.places;
    const { left, top, scale } = this.view;
    return x[mock] === x[mock] && this.isShown(mock) ? { x: x[mock] * scale - left, y: y[mock] * scale - top } : null;
  }

  isShown = (mock) => this.shades[mock] !== FAINT;

  /* A point of the square from px of the map. */
  at({ x, y }) {
    const { left, top, scale } = this.view;
    return { x: (x + left) / scale, y: (y + top) / scale };
  }

  bringIntoSight() {
    const box = boxOf(this.places, this.isShown);
    if (!box) return;
    const bounds = leaflet.latLngBounds(degreesOf({ x: box.left, y: box.top }), degreesOf({ x: box.right, y: box.bottom }));
    if (this.isInSight && this.map.getBounds().contains(bounds)) return;
    this.isFitting = this.isInSight = true;
    this.map.fitBounds(bounds, { padding: [PAD, PAD], maxZoom: CLOSEST, animate: false });
    this.isFitting = false;
  }

  // What the hand does.

  mockAt(at, reach) {
    return this.view && this.wall ? nearest(this.places, this.at(at), reach / this.view.scale, this.isShown) : null;
  }

  select({ from, to }, how) {
    if (!this.wall) return;
    const [low, high] = [this.at(from), this.at(to)];
    this.choose(inBox(this.places, { left: low.x, top: low.y, right: high.x, bottom: high.y }, this.isShown), how);
  }

  pick(mock, { isMore }) {
    this.cursor = mock;
    if (isMore && this.chosen[mock]) {
      this.chosen[mock] = 0;
      this.repick();
    } else {
      this.choose([mock], { isMore, isDone: true });
    }
    this.say(`${this.lines(mock)[0]} ${this.chosen[mock] ? "selected" : "not selected any more"}`);
  }

  /* Goes to the next mock in a direction; at first to the one that is nearest to the middle. */
  step(direction) {
    if (!this.wall) return;
    const { clientWidth, clientHeight } = this.stage;
    const isSomewhere = this.cursor !== null && this.placeOf(this.cursor);
    const found = isSomewhere ? next(this.places, this.cursor, direction, this.isShown) : nearest(this.places, this.at({ x: clientWidth / 2, y: clientHeight / 2 }), 1, this.isShown);
    if (found !== null) this.goTo(found);
  }

  /* Goes to the first or last mock by number, or to the one before or after. */
  turn(way) {
    const { x } = this.places;
    const step = way === "last" || way === "before" ? -1 : 1;
    const start = { first: 0, last: x.length - 1 }[way] ?? (this.cursor ?? (step > 0 ? -1 : x.length)) + step;
    for (let mock = start; mock >= 0 && mock < x.length; mock += step) {
      if (x[mock] === x[mock] && this.isShown(mock)) return this.goTo(mock);
    }
    return undefined;
  }

  goTo(mock) {
    this.cursor = mock;
    this.pointed = null;
    const at = degreesOf({ x: this.places.x[mock], y: this.places.y[mock] });
    if (!this.map.getBounds().pad(-0.05).contains(at)) this.map.panTo(at, { animate: false });
    this.tell();
    this.draw();
    this.say(this.lines(mock).join(", "));
  }

  /* By keys around the mock that they are at, else around the middle. */
  zoom(factor, x, y) {
    const middle = { x: this.stage.clientWidth / 2, y: this.stage.clientHeight / 2 };
    const at = x !== undefined ? { x, y } : ((this.cursor !== null && this.view && this.placeOf(this.cursor)) || middle);
    this.map.setZoomAround(leaflet.point(at.x, at.y), this.map.getZoom() + Math.sign(factor - 1));
  }

  fit() {
    this.isMoved = this.isInSight = false;
    this.bringIntoSight();
  }

  facts(mock) {
    const { lat, lon } = this.wall;
    return [Number.isNaN(lat[mock]) ? "" : `${lat[mock].toFixed(5)}, ${lon[mock].toFixed(5)}`];
  }
}

customElements.define("mock-map", MockMap);
