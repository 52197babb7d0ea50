/* A wall of all mocks of a run, a cell each.

   <mock-wall …as in wall/crowd.js> [data-stage] with <canvas tabindex="0">; a button [data-move] </mock-wall> */

import { token } from "./looks.js";
import { Crowd } from "./wall/crowd.js";
import { Hand } from "./wall/hand.js";
import { Painter } from "./wall/painter.js";

const HEIGHT = 0.62; // of the window, at most
const LEAST = 240; // px

class MockWall extends Crowd {
  prepare(signal) {
    this.room = this.querySelector("[data-stage]");
    this.stage = this.querySelector("canvas");
    this.painter = new Painter(this.stage);
    this.hand = new Hand(this.stage, this, signal);
  }

  get isMoving() {
    return this.dragsOther;
  }

  begin() {
    this.refit();
  }

  refit() {
    this.painter.fit(this.wall.mocks, this.room.clientWidth, Math.max(LEAST, innerHeight * HEIGHT));
    this.recolour();
  }

  fill(lists) {
    this.painter.colour(this.codes, this.shades, lists);
  }

  draw() {
    if (!this.wall) return;
    this.painter.draw(token("--surface-sunken"), [[this.pointed, token("--ink")], [this.isKeyed ? this.cursor : null, token("--focus")]]);
  }

  placeOf(mock) {
    return this.painter.placeOf(mock);
  }

  // What the hand does.

  walk(mock, isSelecting) {
    if (!this.wall) return;
    const { columns } = this.painter;
    const placed = (number) => ({ column: number % columns, row: Math.floor(number / columns) });
    this.anchor = isSelecting ? (this.anchor ?? this.cursor ?? mock) : null;
    this.cursor = mock;
    this.painter.show(mock);
    if (isSelecting) this.select({ from: placed(this.anchor), to: placed(mock) }, { isMore: false, isDone: true });
    this.pointed = null;
    this.tell();
    this.draw();
    this.say(this.lines(mock).join(", "));
  }

  /* Selects all mocks that the filter leaves in a rectangle of cells; isMore: and keeps those that were. */
  select(box, how) {
    if (this.wall) this.choose(this.within(box), how);
  }

  *within({ from, to }) {
    const { columns, rows, mocks } = this.painter;
    const [left, right] = [from.column, to.column].sort((one, other) => one - other);
    const [top, bottom] = [from.row, to.row].sort((one, other) => one - other);
    for (let row = Math.max(0, top); row <= Math.min(bottom, rows - 1); row += 1) {
      for (let column = Math.max(0, left); column <= Math.min(right, columns - 1); column += 1) {
        if (row * columns + column < mocks) yield row * columns + column;
      }
    }
  }

  zoom(factor, x, y) {
    this.painter.zoom(factor, x, y);
    this.afterMove();
  }

  move(x, y) {
    this.painter.move(x, y);
    this.afterMove();
  }

  fit() {
    if (this.wall) this.refit();
    this.afterMove();
  }

  afterMove() {
    this.stage.toggleAttribute("data-zoomed", this.painter.isZoomed);
    this.point(null);
  }
}

customElements.define("mock-wall", MockWall);
