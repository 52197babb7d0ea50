/* What an upload says: sizes, names, and the store's refusals in words. */

const STEPS = ["B", "kB", "MB", "GB"];
const REASONS = {
  EntityTooLarge: "The file is larger than announced. It may have changed while it was sent; try again.",
  EntityTooSmall: "The file is smaller than announced. It may have changed while it was sent; try again.",
  AccessDenied: "The object store took too long to be reached, so its permission has expired. Try again.",
  RequestTimeout: "The connection was too slow or broke. Try again.",
  SlowDown: "The object store is busy. Try again in a minute.",
};

export function bytes(count) {
  let [value, step] = [count, 0];
  for (; value >= 999.5 && step < STEPS.length - 1; step += 1) value /= 1000;
  return `${value.toFixed(step && value < 99.95 ? 1 : 0)} ${STEPS[step]}`;
}

/* Returns a name that a dataset can have: "Van 7 (new).CSV" becomes "Van-7-new.csv". */
export function safeName(name) {
  const dot = name.lastIndexOf(".");
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const ending = dot > 0 ? name.slice(dot).toLowerCase() : "";
  const plain = stem.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").replace(/[^A-Za-z0-9._-]+/g, "-");
  return (plain.replace(/^[^A-Za-z0-9]+|-+$/g, "").slice(0, 96) || "dataset") + ending;
}

/* Returns why the store refused, from its XML <Error><Code>, as a sentence. */
export function storeReason(request) {
  const answer = new DOMParser().parseFromString(request.responseText, "application/xml");
  const code = answer.querySelector("Code")?.textContent ?? "";
  return REASONS[code] ?? `The object store refused the file (${code || request.status}). Try again.`;
}
