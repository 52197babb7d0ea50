/* What a wall may be coloured by. Each face gives every mock a code, and each code a word and the name of a colour. */

import { CONNECTED, FAILING, UNTOLD } from "./data.js";

const NAMED = 5; // reasons with a colour of their own, the most frequent; the others share one
const HUES = 8; // --wall-1 and on; statuses beyond them come again, paler
const SILENT = [2, 10, 60, 600]; // s since the last send
const SPANS = ["up to 2 s", "up to 10 s", "up to 1 min", "up to 10 min", "longer"];

const untold = { label: "Not told yet", colour: "--wall-none" };

function hue(place) {
  const colour = `--wall-${(place % HUES) + 1}`;
  return { colour, isPale: place >= HUES };
}

function byStatus(wall, codes) {
  for (let mock = 0; mock < wall.mocks; mock += 1) codes[mock] = wall.link[mock] === UNTOLD ? 0 : wall.status[mock] + 1;
  return [untold, ...wall.head.statuses.map((label, place) => ({ label, ...hue(place) }))];
}

function byLink(wall, codes) {
  const names = wall.head.links;
  for (let mock = 0; mock < wall.mocks; mock += 1) {
    const link = wall.link[mock];
    codes[mock] = link === UNTOLD ? 0 : link === CONNECTED + FAILING ? names.length + 1 : (link & ~FAILING) + 1;
  }
  const colours = ["--wall-quiet", "--wall-5", "--wall-3", "--wall-2", "--wall-8"];
  const links = names.map((name, place) => ({ label: name[0].toUpperCase() + name.slice(1), colour: colours[place] }));
  return [untold, ...links, { label: "Connected, but failing", colour: "--wall-6" }];
}

function byFailure(wall, codes) {
  const ranked = wall.head.reasons.map((_, place) => place).sort((one, other) => counted(wall, other) - counted(wall, one));
  const codeOf = new Uint16Array(wall.head.reasons.length + 1).fill(NAMED + 3);
  ranked.slice(0, NAMED).forEach((place, rank) => (codeOf[place + 1] = rank + 3));
  for (let mock = 0; mock < wall.mocks; mock += 1) {
    const link = wall.link[mock];
    if (link === UNTOLD) codes[mock] = 0;
    else if (link & FAILING) codes[mock] = codeOf[wall.reason[mock]];
    else codes[mock] = wall.reason[mock] ? 2 : 1;
  }
  const colours = ["--wall-6", "--wall-4", "--wall-8", "--wall-1", "--wall-7"];
  const reasons = colours.map((colour, rank) => ({ label: rank < ranked.length ? `Failing: ${wall.head.reasons[ranked[rank]][0]}` : "", colour }));
  const others = { label: "Failing: another reason", colour: "--wall-5" };
  return [untold, { label: "Never failed", colour: "--wall-quiet" }, { label: "Failed before, well now", colour: "--wall-2" }, ...reasons, others];
}

function counted(wall, place) {
  const [, sends, lost] = wall.head.reasons[place];
  return sends + lost;
}

function byLateness(wall, codes) {
  for (let mock = 0; mock < wall.mocks; mock += 1) codes[mock] = wall.link[mock] === UNTOLD ? 0 : wall.last[mock] ? wall.late[mock] + 2 : 1;
  const edges = wall.head.late.slice(1).map((ms) => (ms < 1000 ? `${ms} ms` : `${ms / 1000} s`));
  const labels = ["Below 1 ms late", ...edges.map((edge) => `Up to ${edge} late`), `More than ${edges.at(-1)} late`];
  const bands = labels.map((label, place) => ({ label, colour: `--heat-${place + 1}` }));
  return [untold, { label: "Has not sent", colour: "--wall-quiet" }, ...bands];
}

function bySilence(wall, codes) {
  const now = (wall.head.at - wall.head.zero) * 10;
  const edges = SILENT.map((seconds) => now - seconds * 10);
  for (let mock = 0; mock < wall.mocks; mock += 1) {
    const last = wall.last[mock];
    if (wall.link[mock] === UNTOLD) codes[mock] = 0;
    else if (!last) codes[mock] = 1;
    else codes[mock] = last >= edges[0] ? 2 : last >= edges[1] ? 3 : last >= edges[2] ? 4 : last >= edges[3] ? 5 : 6;
  }
  const bands = SPANS.map((span, place) => ({ label: `Sent ${span} ago`, colour: `--heat-${place + 1}` }));
  return [untold, { label: "Has not sent", colour: "--wall-quiet" }, ...bands];
}

export const FACES = { status: byStatus, link: byLink, failure: byFailure, late: byLateness, last: bySilence };
