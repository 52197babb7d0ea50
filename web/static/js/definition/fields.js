/* Fields for a shape of the language and the value that stands there: made from the schema alone.

   Every control has data-path (JSON) and data-kind; forms.js turns what is typed into edits. Buttons have
   data-do: add, remove, up, down, append, enter. A view is { vocabulary, reading, problems, isReadOnly, names }.
   controls.js has the controls of single values, boxes.js what holds other fields, and the place for special editors.
*/
import { asText, idOf } from "./basics.js";
import { cards, entries, group, makers } from "./boxes.js";
import { choicesOf, line, PICKED, picks, select, tick, tree } from "./controls.js";
import { h } from "./elements.js";
import { isMapping, plainText } from "./vocabulary.js";

/* Words that are read more easily in another way. */
const LABELS = { go: "transitions", qos: "QoS", json: "JSON", csv: "CSV", cbor: "CBOR", id: "identity", form: "form fields" };

export function field(view, path, shape, { label, isNeeded = false, isSilent = false } = {}) {
  const value = view.reading.value(path);
  const whole = view.vocabulary.follow(shape);
  const about = { label: label ?? titleOf(whole, path), help: isSilent ? "" : helpOf(view, whole, value), isNeeded };
  const variant = view.vocabulary.variantOf(whole, value);
  const make = makerOf(view, path, whole, variant, value);
  return make(view, path, whole, { ...about, variant, value });
}

/* Fields for the words of a mapping that are there or needed, and buttons for the others. */
export function words(view, path, shape, { without = [], first = [] } = {}) {
  const properties = Object.entries(shape.properties ?? {}).filter(([word]) => !without.includes(word));
  const value = view.reading.value(path) ?? {};
  const isShown = ([word]) => word in value || shape.required?.includes(word) || first.includes(word);
  const strange = Object.keys(value).filter((word) => !(word in (shape.properties ?? {})) && !without.includes(word));
  const exclusive = view.vocabulary.exclusive(shape);
  const used = exclusive.filter((word) => word in value);
  const isNeeded = (word) => shape.required?.includes(word) || (used.length === 1 && used[0] === word);
  const isFree = ([word]) => !exclusive.includes(word) || (!used.length && word in value);
  return [
    h("div", { class: "words", "data-key": "words" },
      properties.filter(isShown).map(([word, inner]) => [
        word === used[0] ? exchange(view, path, exclusive, word) : null,
        field(view, [...path, word], inner, { isNeeded: isNeeded(word) }),
      ]),
      strange.map((word) => field(view, [...path, word], {})),
      exclusive.length && !used.length ? exchange(view, path, exclusive, "") : null),
    adders(view, path, properties.filter((property) => !isShown(property) && isFree(property))),
  ];
}

/* The choice between words of which one stands there. */
function exchange(view, path, all, chosen) {
  const id = `${idOf(path)}.exchange`;
  return h("div", { class: "field", "data-key": id },
    h("label", { for: id }, path[0] === "messages" ? "Payload written as" : "Kind"),
    h("select", { id, class: "input", "data-key": "control", "data-kind": "exchange", "data-path": asText(path), disabled: view.isReadOnly },
      chosen ? null : h("option", { value: "", selected: true }, "not chosen"),
      all.map((word) => h("option", { value: word, selected: word === chosen }, word))));
}

function adders(view, path, properties) {
  if (!properties.length || view.isReadOnly) return null;
  return h("div", { class: "adders", "data-key": "adders" }, properties.map(([word, inner]) => {
    const shape = view.vocabulary.follow(inner);
    return h("button", { type: "button", class: "adder", "data-key": word, "data-do": "add", "data-path": asText([...path, word]), title: plainText(shape.description ?? "") }, `+ ${titleOf(shape, [word]).toLowerCase()}`);
  }));
}

function makerOf(view, path, whole, variant, value) {
  const types = view.vocabulary.types(whole);
  if (isTree(whole)) return tree;
  if (path.at(-1) in PICKED && (value === undefined || isNames(value))) return picks;
  const special = Array.isArray(value) ? "array" : isMapping(value) ? "object" : value === undefined ? [variant.type].flat()[0] : "scalar";
  if (special === "object") return variant.properties ? group : entries;
  if (special === "array") return isListOfMappings(view, variant) ? cards : line;
  if (types.size === 1 && types.has("boolean")) return tick;
  return choicesOf(view, whole) ? select : line;
}

function isNames(value) {
  return Array.isArray(value) && value.every((each) => typeof each === "string");
}

function isTree(whole) {
  return Array.isArray(whole.type) && whole.type.includes("object") && whole.type.includes("string");
}

function isListOfMappings(view, variant) {
  return view.vocabulary.types(variant.items ?? {}).has("object");
}

function titleOf(shape, path) {
  const word = path.at(-1);
  if (typeof word === "number") return `${word + 1}`;
  if (path[0] !== "metrics" && word in LABELS && shape.title) return LABELS[word];
  return shape.title && shape.title.toLowerCase() === String(word).replaceAll("_", " ").toLowerCase() ? shape.title : String(word).replaceAll("_", " ");
}

function helpOf(view, whole, value) {
  const variant = view.vocabulary.variantOf(whole, value);
  return plainText(whole.description ?? variant.description ?? "");
}

Object.assign(makers, { field, words });
