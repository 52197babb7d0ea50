/* <route-editor></route-editor>: a route that is drawn on a map.

   Property `value` is the generator's mapping ({ points: [[lat, lon], …], speed, stops, … }); a change by the visitor
   sends a bubbling "change" when `value` holds the new one. `isReadOnly` and `context` are set before it. A click adds
   a point behind the last one, on the line one between two; a point can be dragged; a right click takes it out. Keys
   at a point: arrows (with Shift farther), Delete, S for a stop.
*/
import { h } from "../definition/elements.js";
import { drivingTime, isAt, isStop, lengths, placeOf, saidLength, saidTime, standingTime, sum, written } from "./ways.js";

const MOST_HANDLES = 200; // points that can be dragged; a longer line is one that a file should hold
const STEP = 8; // px that an arrow key moves a point by
const PAUSE = "1min"; // of a new stop
const AT_FIRST = "40 km/h";
const ALL = "points";
const CLOSEST = 16; // zoom, when a route is brought into sight

class RouteEditor extends HTMLElement {
  #mapping = {};
  #points = [];
  #stops = [];

  get value() {
    const { dataset, points, stops, speed, ...rest } = this.#mapping;
    const isRecorded = speed === "recorded" || speed?.recorded !== undefined;
    return {
      points: this.#points,
      speed: speed === undefined || (isRecorded && dataset) ? AT_FIRST : speed,
      ...(this.#stops.length ? { stops: this.#stops } : {}),
      ...rest,
    };
  }

  set value(mapping) {
    const isMapping = mapping && typeof mapping === "object" && !Array.isArray(mapping);
    const before = JSON.stringify([this.#points, this.#stops]);
    this.#mapping = isMapping ? mapping : {};
    const points = Array.isArray(this.#mapping.points) ? this.#mapping.points.filter(isPlace) : [];
    const isBegun = this.#points.length === 1 && !points.length;
    if (!isBegun) this.#points = points;
    this.#stops = Array.isArray(this.#mapping.stops) ? this.#mapping.stops.filter((stop) => stop && typeof stop === "object") : [];
    if (this.map && before !== JSON.stringify([this.#points, this.#stops])) this.draw();
    else this.tell();
  }

  connectedCallback() {
    this.left = new AbortController();
    this.ground = h("div", { class: "map", role: "application", "aria-label": "Map: click to add points of the route" });
    this.facts = h("output", { class: "drawing-said" });
    this.point = h("div", { class: "drawing-foot", hidden: true });
    this.replaceChildren(this.tools(), this.ground, this.facts, this.point, this.help());
    this.tell();
    this.open();
  }

  disconnectedCallback() {
    this.left.abort();
    this.resizing?.disconnect();
    this.map?.remove();
    this.map = null;
  }

  /* The map's code comes when the first map is looked at. */
  async open() {
    const { signal } = this.left;
    const { leaflet, mapIn } = await import("./map.js");
    if (signal.aborted) return;
    this.leaflet = leaflet;
    this.map = mapIn(this.ground);
    this.map.on("click", ({ latlng }) => this.add(latlng, this.#points.length));
    this.line = leaflet.polyline([], { className: "map-route", weight: 4, bubblingMouseEvents: false }).addTo(this.map);
    this.back = leaflet.polyline([], { className: "map-route map-back", weight: 2, interactive: false }).addTo(this.map);
    this.line.on("click", (event) => this.between(event.latlng));
    this.handles = leaflet.layerGroup().addTo(this.map);
    this.resizing = new ResizeObserver(() => this.resized());
    this.resizing.observe(this.ground);
    this.draw();
    this.fit();
  }

  resized() {
    const wasHidden = !this.map.getSize().x;
    this.map.invalidateSize({ pan: false });
    if (wasHidden) this.fit();
  }

  tools() {
    const { signal } = this.left;
    const place = h("input", { type: "text", class: "input drawing-place", placeholder: "47.37, 8.54", "aria-label": "Latitude, longitude", autocomplete: "off", spellcheck: "false" });
    const go = (isPoint) => {
      const found = placeOf(place.value);
      place.toggleAttribute("aria-invalid", !found);
      if (!found || !this.map) return;
      this.map.setView(found, Math.max(this.map.getZoom(), 12), { animate: false });
      if (isPoint) this.add({ lat: found[0], lng: found[1] }, this.#points.length);
    };
    place.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault();
      event.stopPropagation();
      go(false);
    }, { signal });
    return h("div", { class: "drawing-tools" }, h("label", { class: "drawing-limits" }, "Place", place),
      this.button("Go there", () => go(false)), this.button("Add as a point", () => go(true)), this.button("Show all", () => this.fit()));
  }

  button(text, act) {
    const made = h("button", { type: "button", class: "button", "data-size": "small" }, text);
    made.addEventListener("click", act, { signal: this.left.signal });
    return made;
  }

  help() {
    return h("p", { class: "field-help" }, "Click to add a point, on the line to put one between. Drag moves a point, right click takes it out. Keys at a point: arrows, Delete, S for a stop.");
  }

  fit() {
    if (!this.map || !this.#points.length) return;
    this.map.fitBounds(this.#points.map(([lat, lon]) => [lat, lon]), { padding: [24, 24], maxZoom: CLOSEST, animate: false });
  }

  add(latlng, position) {
    if (this.isReadOnly) return;
    const { lat, lng } = this.leaflet.latLng(latlng).wrap();
    if (Math.abs(lat) > 90) return;
    this.change(this.#points.toSpliced(position, 0, written([lat, lng])), this.#stops, position);
  }

  /* Puts a point into the leg that is nearest. */
  between(latlng) {
    const at = this.map.latLngToLayerPoint(latlng);
    const pixels = this.#points.map(([lat, lon]) => this.map.latLngToLayerPoint([lat, lon]));
    const away = pixels.slice(1).map((end, index) => this.leaflet.LineUtil.pointToSegmentDistance(at, pixels[index], end));
    this.add(latlng, away.indexOf(Math.min(...away)) + 1);
  }

  move(index, { lat, lng }) {
    const old = this.#points[index];
    const fresh = written([lat, lng, ...old.slice(2)]);
    const stops = this.#stops.map((stop) => (isAt(stop.at, old) ? { ...stop, at: fresh.slice(0, 2) } : stop));
    this.change(this.#points.with(index, fresh), stops, index);
  }

  take(index) {
    if (this.isReadOnly || this.#points.length < 3) return;
    const stops = this.#stops.filter(({ at }) => !isAt(at, this.#points[index]));
    this.change(this.#points.toSpliced(index, 1), stops, Math.max(0, index - 1));
  }

  toggleStop(index) {
    const point = this.#points[index];
    if (this.isReadOnly || this.#stops.some(({ at }) => at === ALL)) return;
    const others = this.#stops.filter(({ at }) => !isAt(at, point));
    const stops = others.length < this.#stops.length ? others : [...others, { at: point.slice(0, 2), for: PAUSE }];
    this.change(this.#points, stops, index);
  }

  change(points, stops, chosen) {
    this.#points = points;
    this.#stops = stops;
    this.chosen = chosen;
    this.draw();
    this.handle(chosen)?.focus({ preventScroll: true });
    if (points.length > 1) this.dispatchEvent(new CustomEvent("change", { bubbles: true, detail: { value: this.value } }));
  }

  handle(index) {
    return this.ground.querySelector(`[data-point="${index}"]`);
  }

  draw() {
    if (!this.map) return;
    const places = this.#points.map(([lat, lon]) => [lat, lon]);
    const isClosed = !["stop", "reverse"].includes(this.#mapping.at_end) && places.length > 2;
    this.line.setLatLngs(places);
    this.back.setLatLngs(isClosed ? [places.at(-1), places[0]] : []);
    const focused = document.activeElement?.dataset?.point;
    this.handles.clearLayers();
    if (places.length <= MOST_HANDLES) places.forEach((place, index) => this.drawHandle(place, index));
    if (focused !== undefined) this.handle(focused)?.focus({ preventScroll: true });
    this.tell();
  }

  drawHandle(place, index) {
    const name = index === 0 ? "first" : index === this.#points.length - 1 ? "last" : "inner";
    const stops = isStop(this.#stops, this.#points[index]);
    const icon = this.leaflet.divIcon({ className: `map-point map-point-${name}${stops ? " map-stop" : ""}`, iconSize: null });
    const marker = this.leaflet.marker(place, { icon, draggable: !this.isReadOnly, keyboard: true, bubblingMouseEvents: false, alt: `Point ${index + 1}` }).addTo(this.handles);
    marker.on("dragstart", () => this.choose(index));
    marker.on("drag", ({ latlng }) => this.line.setLatLngs(this.#points.map(([lat, lon], each) => (each === index ? latlng : [lat, lon]))));
    marker.on("dragend", () => this.move(index, marker.getLatLng().wrap()));
    marker.on("click", () => this.choose(index));
    marker.on("contextmenu", () => this.take(index));
    const element = marker.getElement();
    element.dataset.point = index;
    element.setAttribute("aria-label", `Point ${index + 1} of ${this.#points.length}${stops ? ", a stop" : ""}`);
    element.addEventListener("focus", () => this.choose(index));
    element.addEventListener("keydown", (event) => this.press(event, index, marker));
  }

  press(event, index, marker) {
    const step = event.shiftKey ? 5 * STEP : STEP;
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[event.key];
    const isOut = event.key === "Delete" || event.key === "Backspace";
    const isStopKey = event.key.toLowerCase() === "s" && !event.ctrlKey && !event.metaKey;
    if (this.isReadOnly || (!by && !isOut && !isStopKey)) return;
    event.preventDefault();
    event.stopPropagation();
    if (isOut) this.take(index);
    else if (isStopKey) this.toggleStop(index);
    else this.move(index, this.map.layerPointToLatLng(this.map.latLngToLayerPoint(marker.getLatLng()).add(by)));
  }

  choose(index) {
    if (this.chosen === index && !this.point.hidden) return;
    this.chosen = index;
    this.tell();
  }

  /* What the route comes to, and what the chosen point is. */
  tell() {
    if (!this.facts) return;
    const points = this.#points;
    const { dataset, speed } = this.#mapping;
    if (points.length < 2) {
      const file = dataset ? `The line is that of ${dataset}; points drawn here take its place. ` : "";
      this.facts.textContent = `${file}${points.length ? "One point: a route needs two." : "No points yet."}`;
    } else {
      const [driving, standing] = [drivingTime(points, speed), standingTime(this.#stops, points)];
      const time = Number.isFinite(driving) ? `, about ${saidTime(driving)} of driving` : "";
      const stops = standing ? ` and ${saidTime(standing)} at stops` : "";
      this.facts.textContent = `${points.length} points, ${saidLength(sum(lengths(points)))}${time}${stops}`;
    }
    this.tellPoint();
  }

  tellPoint() {
    const point = this.#points[this.chosen];
    this.point.hidden = !point;
    if (!point) return;
    const isAll = this.#stops.some(({ at }) => at === ALL);
    const stop = this.button(isStop(this.#stops, point) ? "No stop here" : "Stop here", () => this.toggleStop(this.chosen));
    const out = this.button("Take out", () => this.take(this.chosen));
    stop.disabled = isAll || Boolean(this.isReadOnly);
    out.disabled = this.#points.length < 3 || Boolean(this.isReadOnly);
    this.point.replaceChildren(h("span", {}, `Point ${this.chosen + 1}: ${point.slice(0, 2).join(", ")}${isAll ? " (every point is a stop)" : ""}`), stop, out);
  }
}

function isPlace(each) {
  return Array.isArray(each) && each.length > 1 && each.every(Number.isFinite) && Math.abs(each[0]) <= 90 && Math.abs(each[1]) <= 180;
}

customElements.define("route-editor", RouteEditor);
