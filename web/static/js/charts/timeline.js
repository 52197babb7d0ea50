/* The columns of a run's charts as they grow: what is asked for again takes the place of what was there. Nothing here knows the page.

   An answer: {t: [Unix s], rate, failed, p50, p99, arrival_p50, arrival_p99: [number or null],
   messages: {names, places, rate: [a list a name]}, statuses: {names, places, mocks: [the same]}} */

const PLAIN = ["t", "rate", "failed", "p50", "p99", "arrival_p50", "arrival_p99"];
const FIGURES = { messages: "rate", statuses: "mocks" };

export class Timeline {
  constructor() {
    this.columns = Object.fromEntries(PLAIN.map((name) => [name, []]));
    this.apart = Object.fromEntries(Object.keys(FIGURES).map((kind) => [kind, { names: [], places: [], lists: [] }]));
  }

  get t() {
    return this.columns.t;
  }

  /* Takes an answer that begins at a Unix second; false: it has other names, so that all of it is to be asked for again. */
  take(part, after) {
    const kinds = Object.keys(FIGURES);
    const hasOthers = kinds.some((kind) => part[kind].names.join("\n") !== this.apart[kind].names.join("\n"));
    const found = this.t.findIndex((t) => t >= after);
    const kept = found < 0 ? this.t.length : found;
    if (hasOthers && kept > 0) return false;
    for (const kind of kinds) this.apart[kind] = this.joined(kind, part[kind], kept);
    for (const name of PLAIN) this.columns[name] = [...this.columns[name].slice(0, kept), ...part[name]];
    return true;
  }

  joined(kind, { names, places, [FIGURES[kind]]: lists }, kept) {
    const before = this.apart[kind].lists;
    return { names, places, lists: lists.map((list, place) => [...(before[place] ?? []).slice(0, kept), ...list]) };
  }
}
