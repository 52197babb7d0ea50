/* A map to draw on: the operator's tiles, or the land of the Earth with degrees; a scale.

   <meta name="map-tiles" content="https://tiles.example.org/{z}/{x}/{y}.png" data-attribution="© …"> names the tiles.
   All comes with the page's own files, but for the tiles that the operator chose.
*/
import * as leaflet from "../../vendor/leaflet-1.9.4/leaflet.js";
import world from "../../vendor/world-atlas-2.0.2/world.js";

const DEEPEST = 18; // zoom; about 0.6 m for a pixel
const STEPS = [30, 15, 10, 5, 2, 1, 0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]; // degrees between lines
const APART = 90; // px between lines of the graticule, at least

export { leaflet };

export function mapIn(element) {
  const map = leaflet.map(element, {
    minZoom: 1, maxZoom: DEEPEST, maxBounds: [[-88, -220], [88, 220]], maxBoundsViscosity: 1,
    scrollWheelZoom: false, doubleClickZoom: false, zoomAnimation: !matchMedia("(prefers-reduced-motion: reduce)").matches,
  });
  map.attributionControl.setPrefix(false);
  map.setView([30, 10], 1);
  leaflet.control.scale({ imperial: false }).addTo(map);
  const tiles = document.querySelector("meta[name=map-tiles]");
  if (tiles) leaflet.tileLayer(tiles.content, { maxZoom: DEEPEST, attribution: tiles.dataset.attribution }).addTo(map);
  else land(map);
  map.on("focus", () => map.scrollWheelZoom.enable());
  map.on("blur", () => map.scrollWheelZoom.disable());
  return map;
}

function land(map) {
  map.createPane("land").style.zIndex = 210;
  map.createPane("degrees").style.zIndex = 220;
  const options = { pane: "land", interactive: false, attribution: "Natural Earth", style: ({ properties }) => ({ className: `map-${properties.kind}`, weight: 1 }) };
  leaflet.geoJSON(world, options).addTo(map);
  const lines = leaflet.layerGroup().addTo(map);
  const draw = () => degrees(map, lines);
  map.on("moveend resize", draw);
  draw();
}

/* Lines of latitude and longitude across what is seen, with their degrees at the edges. */
function degrees(map, lines) {
  lines.clearLayers();
  const bounds = map.getBounds();
  const perDegree = map.getSize().x / Math.max(1e-9, bounds.getEast() - bounds.getWest());
  const step = STEPS.findLast((each) => each * perDegree >= APART) ?? STEPS[0];
  const { x: wide, y: high } = map.getSize();
  const edges = [map.containerPointToLatLng([4, 0]), map.containerPointToLatLng([0, high - 4])];
  if (!wide || !high) return;
  for (const lon of between(Math.max(-180, bounds.getWest()), Math.min(180, bounds.getEast()), step)) {
    line(lines, [[85, lon], [-85, lon]], [edges[1].lat, lon], said(lon, "E", "W"), "lon");
  }
  for (const lat of between(Math.max(-85, bounds.getSouth()), Math.min(85, bounds.getNorth()), step)) {
    line(lines, [[lat, -180], [lat, 180]], [lat, edges[0].lng], said(lat, "N", "S"), "lat");
  }
}

function between(low, high, step) {
  const first = Math.ceil(low / step);
  const count = Math.max(0, Math.floor(high / step) - first + 1);
  return Array.from({ length: Math.min(count, 100) }, (_, index) => Number(((first + index) * step).toFixed(4)));
}

function line(lines, ends, place, text, axis) {
  leaflet.polyline(ends, { pane: "degrees", interactive: false, className: "map-degrees", weight: 1 }).addTo(lines);
  const icon = leaflet.divIcon({ className: `map-degree map-degree-${axis}`, html: text, iconSize: null });
  leaflet.marker(place, { pane: "degrees", icon, interactive: false, keyboard: false }).addTo(lines);
}

function said(degrees, positive, negative) {
  return `${Math.abs(degrees)}°${degrees > 0 ? positive : degrees < 0 ? negative : ""}`;
}
