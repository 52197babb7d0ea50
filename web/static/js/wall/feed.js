/* Asks for a wall once a second while it is live and somebody sees the page, and for the ids until all are known. */

import { readWall } from "./data.js";

const WAIT = 3000; // ms after an answer that is none
const IDS_WAIT = 2000; // ms until ids are asked for again, while some are not told

export class Feed {
  constructor({ src, ids, every, show, named, fail, signal }) {
    Object.assign(this, { src, idsSrc: ids, every, show, named, fail, signal });
    document.addEventListener("visibilitychange", () => this.later(0), { signal });
    signal.addEventListener("abort", () => [clearTimeout(this.timer), clearTimeout(this.idsTimer)]);
    this.ask();
    this.askIds();
  }

  later(wait) {
    clearTimeout(this.timer);
    if (!this.isOver && !document.hidden && !this.signal.aborted) this.timer = setTimeout(() => this.ask(), wait);
  }

  async ask() {
    if (this.isAsking) return;
    this.isAsking = true;
    const began = performance.now();
    try {
      const wall = readWall(await (await this.get(this.src)).arrayBuffer());
      this.isOver = !wall.head.is_live;
      this.show(wall);
      this.later(Math.max(0, this.every - (performance.now() - began)));
    } catch (error) {
      if (this.signal.aborted) return;
      this.fail(error);
      this.later(WAIT);
    } finally {
      this.isAsking = false;
    }
  }

  async askIds() {
    try {
      const ids = (await (await this.get(this.idsSrc)).text()).split("\n");
      this.named(ids);
      if (ids.every(Boolean) || this.isOver) return;
    } catch {
      // What the wall itself says of it is enough.
    }
    if (!this.signal.aborted) this.idsTimer = setTimeout(() => this.askIds(), IDS_WAIT);
  }

  async get(address) {
    const answer = await fetch(address, { signal: this.signal });
    if (!answer.ok || answer.redirected) throw new Error(`answered ${answer.status}`);
    return answer;
  }
}
