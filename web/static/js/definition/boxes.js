/* The fields of values that hold others: mappings, lists of mappings, and the choice of how a value is written.

   The place for a special editor: the box of a metric's generator whose word is in SPECIAL holds that custom element
   above its plain fields, once the element is defined. The contract:
   - before the element is put in, and again after each change of the document, it is given `isReadOnly` (boolean),
     `context` ({ name, metric, reading }: the metric's name and plain value, and the document as reading.js reads it),
     and then `value`: the plain value of the word, as { points, period, ... };
   - after a change by the visitor it sends a bubbling "change" event from itself, when its `value` is the new plain value.
     The form writes that into the document as the smallest edit and one step of undo. "input" and "change" events of
     elements inside of it, which have no data-kind, are left alone.
*/
import { alternatives, formsOf } from "./alternatives.js";
import { asText, button, errors, gone, idOf } from "./basics.js";
import { h } from "./elements.js";
import { shown } from "./values.js";
import { isMapping } from "./vocabulary.js";

/* What draws the fields inside of a box: { field, words }, which fields.js puts here. Modules that import one another
   in a circle cannot be published under names made of their content. */
export const makers = {};

const SPECIAL = { curve: "curve-editor", route: "route-editor" };

export function group(view, path, whole, about) {
  const [word, ...others] = Object.keys(about.variant.properties);
  if (!others.length && formsOf(view, whole).length > 1) return only(view, path, whole, { ...about, word });
  return box(view, path, whole, about, makers.words(view, path, about.variant));
}

/* A mapping of one word, as {normal: ...}: its choice and its value, without a box around both. */
export function only(view, path, whole, about) {
  return h("div", { class: "only", "data-key": idOf(path), "data-section": asText(path), "data-wide": true },
    alternatives(view, path, whole, about),
    errors(view, path),
    makers.field(view, [...path, about.word], about.variant.properties[about.word], { label: about.word.replaceAll("_", " "), isNeeded: about.isNeeded }));
}

/* A mapping with names of the visitor's own: each with its value. */
export function entries(view, path, whole, about) {
  const names = Object.keys(about.value ?? {});
  const inner = about.variant.additionalProperties ?? {};
  return box(view, path, whole, about, [
    h("div", { class: "entries", "data-key": "entries" }, names.map((name) => entry(view, [...path, name], inner))),
    view.isReadOnly ? null : button("enter", path, `Add to ${about.label}`, { "data-key": "enter" }),
  ]);
}

function entry(view, path, shape) {
  const name = path.at(-1);
  return h("div", { class: "entry", "data-key": idOf(path) },
    h("input", { type: "text", class: "input entry-name", "data-key": "name", "data-kind": "name", "data-path": asText(path), "aria-label": `Name of ${name}`, value: name, disabled: view.isReadOnly, spellcheck: "false", autocomplete: "off" }),
    makers.field(view, path, shape, { label: "Value" }));
}

/* A list of mappings: a card for each, in their order. */
export function cards(view, path, whole, about) {
  const items = about.value ?? [];
  const inner = about.variant.items ?? {};
  return box(view, path, whole, about, [
    items.map((_, index) => card(view, [...path, index], inner, items.length)),
    view.isReadOnly ? null : button("append", path, path.at(-1) === "go" ? "Add a transition" : `Add to ${about.label}`, { "data-key": "append" }),
  ]);
}

function card(view, path, shape, count) {
  const value = view.reading.value(path);
  const variant = view.vocabulary.variantOf(shape, value);
  const label = `${path.at(-1) + 1}`;
  return h("section", { class: "item", "data-key": idOf(path), "data-section": asText(path), "aria-label": `Entry ${label}` },
    h("div", { class: "item-head", "data-key": "head" }, h("span", { class: "item-number" }, label), h("span", { class: "item-summary" }, summary(value)), orders(view, path, count)),
    alternatives(view, path, shape, { value }),
    errors(view, path),
    isMapping(value) && variant.properties ? makers.words(view, path, variant, { without: kindWords(variant) }) : makers.field(view, path, shape, { label: "Value", isNeeded: true }));
}

/* The words that only say which kind it is; the choice above says that. */
function kindWords(variant) {
  return Object.entries(variant.properties).filter(([, shape]) => shape.const !== undefined).map(([word]) => word);
}

export function orders(view, path, count) {
  if (view.isReadOnly) return null;
  const position = path.at(-1);
  return h("span", { class: "orders", "data-key": "orders" },
    button("up", path, "↑", { "aria-label": "Move up", title: "Move up", disabled: position === 0 }),
    button("down", path, "↓", { "aria-label": "Move down", title: "Move down", disabled: position === count - 1 }),
    button("remove", path, "×", { "aria-label": "Delete", title: "Delete" }));
}

/* One line that tells what a mapping says. */
export function summary(value) {
  if (!isMapping(value)) return shown("mixed", value);
  return Object.entries(value).map(([word, each]) => (each !== null && typeof each === "object" ? `${word} ${brief(each)}` : `${word} ${each}`)).join(", ");
}

function brief(value) {
  const text = shown("list", value);
  return text.length > 40 ? `${text.slice(0, 39)}…` : text;
}

function box(view, path, whole, about, ...inside) {
  const canGo = !about.isNeeded && !view.isReadOnly && view.reading.has(path);
  return h("fieldset", { class: "box", "data-key": idOf(path), "data-section": asText(path), "data-wide": true, "data-invalid": view.problems.at(path).length > 0 },
    h("legend", {}, about.label),
    about.help ? h("p", { class: "field-help" }, about.help) : null,
    alternatives(view, path, whole, about),
    errors(view, path),
    special(view, path, about),
    inside,
    canGo ? gone(path, about.label) : null);
}

function special(view, path, { value }) {
  const tag = SPECIAL[path.at(-1)];
  if (!tag || path[0] !== "metrics" || !customElements.get(tag)) return null;
  const element = document.createElement(tag);
  element.dataset.key = "special";
  element.dataset.path = asText(path);
  element.dataset.kind = "special";
  element.isReadOnly = view.isReadOnly;
  element.context = { name: path[1], metric: view.reading.value(path.slice(0, 2)), reading: view.reading };
  element.value = value;
  return element;
}
