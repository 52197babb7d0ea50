/* Writes the land of the Earth and the borders on it, as a module of compact GeoJSON

   Natural Earth 1:110 million, public domain; degrees to two decimals, about 1 km.
*/
const { feature, mesh } = require("topojson-client");
const countries = require("world-atlas/countries-110m.json");
const land = require("world-atlas/land-110m.json");

const short = (coordinates) =>
  typeof coordinates[0] === "number" ? coordinates.map((degrees) => Math.round(degrees * 100) / 100) : coordinates.map(short);

const shape = (kind, { type, coordinates }) => ({ type: "Feature", properties: { kind }, geometry: { type, coordinates: short(coordinates) } });
const outline = feature(land, land.objects.land);
const outlines = outline.features ?? [outline];
const borders = mesh(countries, countries.objects.countries, (one, other) => one !== other);

const world = JSON.stringify({
  type: "FeatureCollection",
  features: [...outlines.map(({ geometry }) => shape("land", geometry)), shape("border", borders)],
});
process.stdout.write(`export default ${world};\n`);
