/* Fields for a shape of the language and the value that stands there: made from the schema alone.

   Every control has data-path (JSON) and data-kind; forms.js turns what is typed into edits. Buttons have
   data-do: add, remove, up, down, append, enter. A view is { vocabulary, reading, problems, isReadOnly, names }.

   The place for a special editor: a field whose word is in SPECIAL holds that custom element instead. Its
   contract: property `value` is set to the plain value of the word (a mapping, or undefined for a new one),
   again after each change of the document; properties `isReadOnly` (boolean) and `context` ({ name, metric,
   reading }) are set before it. After a change by the visitor it sends a bubbling "change" event, when its
   `value` is the new plain value; forms.js writes that to the document in the smallest edit. Until the
   element is defined (customElements.define) the plain fields are shown; with it, they stay below it.
*/
import { h } from "./elements.js";
import { isMapping, plainText } from "./vocabulary.js";
import { shown } from "./values.js";

export const SPECIAL = { curve: "curve-editor", route: "route-editor" };

/* Words whose values are names of a section of the document, or of the workspace's datasets. */
const NAMES = { to: "statuses", in: "statuses", dataset: "datasets" };
const PICKED = { send: "messages" }; // lists of names that are ticked
/* Words that are read more easily in another way. */
const LABELS = { go: "transitions", qos: "QoS", json: "JSON", csv: "CSV", cbor: "CBOR", id: "identity", form: "form fields" };
const LONG = 24; // characters; a longer text takes the whole width

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
    h("label", { for: id }, "Payload written as"),
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

/* What is wrong at a path, to stand behind its field. */
export function errors(view, path) {
  const texts = view.problems.at(path);
  return texts.length ? h("div", { class: "field-errors", id: `${idOf(path)}.errors`, "data-key": "errors" }, texts.map((text) => h("p", {}, text))) : null;
}

export function button(action, path, text, { kind = "quiet", ...more } = {}) {
  return h("button", { type: "button", class: "button", "data-size": "small", "data-kind": kind, "data-do": action, "data-path": asText(path), ...more }, text);
}

export function asText(path) {
  return JSON.stringify(path);
}

export function idOf(path) {
  return ["field", ...path].map((step) => encodeURIComponent(step)).join(".");
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

function choicesOf(view, whole) {
  const variants = view.vocabulary.variants(whole);
  const isClosed = variants.length && variants.every((each) => each.enum || each.const !== undefined);
  return isClosed ? variants.flatMap((each) => each.enum ?? [each.const]) : null;
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

function frame(view, path, { label, help, isNeeded, isWide, widget }, ...controls) {
  const id = idOf(path);
  const canGo = !isNeeded && !view.isReadOnly && view.reading.has(path);
  return h("div", { class: "field", "data-key": id, "data-wide": isWide, "data-widget": widget, "data-invalid": view.problems.at(path).length > 0 },
    h("label", { for: id }, label, !isNeeded && !canGo ? h("span", { class: "optional" }, " optional") : null),
    controls,
    canGo ? gone(path, label) : null,
    help ? h("p", { class: "field-help", id: `${id}.help` }, help) : null,
    errors(view, path));
}

function common(view, path, kind, about) {
  const described = [about.help && `${idOf(path)}.help`, view.problems.at(path).length && `${idOf(path)}.errors`].filter(Boolean).join(" ");
  return { id: idOf(path), "data-path": asText(path), "data-kind": kind, "data-key": "control", "aria-describedby": described || null, "aria-invalid": view.problems.at(path).length ? "true" : null, disabled: view.isReadOnly };
}

function line(view, path, whole, about) {
  if (path.at(-1) === "to" && path.includes("go")) return way(view, path, about);
  const types = view.vocabulary.types(whole);
  const isList = about.variant.type === "array" || Array.isArray(about.value);
  const kind = isList ? "list" : [...types].every((type) => type === "string") && types.size ? "text" : "mixed";
  const names = view.names(NAMES[path.findLast((step) => typeof step === "string")]);
  const [example] = whole.examples ?? about.variant.examples ?? [];
  const isWide = isList || shown(kind, about.value).length > LONG || view.vocabulary.marks(whole).has("expression");
  const control = h("input", {
    ...common(view, path, kind, about),
    type: "text", class: "input", autocomplete: "off", spellcheck: "false", autocapitalize: "off",
    "data-types": [...types].join(" "),
    placeholder: about.isNeeded || whole.default === undefined || whole.default === null || whole.default === "" ? example === undefined ? null : shown(kind, example) : shown(kind, whole.default),
    list: names ? `${idOf(path)}.names` : null,
    value: shown(kind, about.value),
  });
  const options = names ? h("datalist", { id: `${idOf(path)}.names` }, names.map((name) => h("option", { value: name }))) : null;
  return frame(view, path, { ...about, isWide }, alternatives(view, path, whole, about), control, options);
}

/* Where a transition leads: a status, or back. */
function way(view, path, about) {
  const names = [...new Set([...view.names("statuses"), "back", ...(about.value ? [about.value] : [])])];
  return frame(view, path, about, h("select", { ...common(view, path, "choice", about), class: "input" },
    about.value ? null : h("option", { value: "", selected: true }, "not chosen"),
    names.map((name) => h("option", { value: JSON.stringify(name), selected: name === about.value }, name))));
}

function select(view, path, whole, about) {
  const chosen = about.value === undefined ? "" : JSON.stringify(about.value);
  const isKnown = chosen === "" || choicesOf(view, whole).some((choice) => JSON.stringify(choice) === chosen);
  const empty = whole.default === undefined || whole.default === null ? "not set" : `${whole.default}, as usual`;
  const option = (value, text) => h("option", { value, selected: value === chosen }, text);
  return frame(view, path, about, h("select", { ...common(view, path, "choice", about), class: "input" },
    about.isNeeded && chosen ? null : option("", empty),
    choicesOf(view, whole).map((choice) => option(JSON.stringify(choice), String(choice).replaceAll("_", " "))),
    isKnown ? null : option(chosen, String(about.value))));
}

/* Names of the document, each to be ticked; one that is not there any more stays until it is unticked. */
function picks(view, path, whole, about) {
  const chosen = about.value ?? [];
  const names = [...new Set([...view.names(PICKED[path.at(-1)]), ...chosen])];
  const pick = (name) => h("label", { "data-key": name },
    h("input", { type: "checkbox", "data-key": "control", "data-kind": "pick", "data-path": asText(path), "data-name": name, checked: chosen.includes(name), disabled: view.isReadOnly }), name);
  const id = idOf(path);
  return h("fieldset", { class: "field", "data-key": id, "data-wide": true, "data-invalid": view.problems.inside(path).length > 0 },
    h("legend", {}, about.label),
    alternatives(view, path, whole, about),
    names.length ? h("div", { class: "picks" }, names.map(pick)) : h("p", { class: "field-help" }, "There is no message yet."),
    view.problems.inside(path).length ? h("div", { class: "field-errors" }, view.problems.inside(path).map(({ text }) => h("p", {}, text))) : null);
}

function tick(view, path, whole, about) {
  const isOn = about.value ?? whole.default ?? false;
  return frame(view, path, { ...about, widget: "checkbox" }, h("input", { ...common(view, path, "boolean", about), type: "checkbox", checked: isOn === true }));
}

function tree(view, path, whole, about) {
  const text = shown("tree", about.value);
  const rows = Math.min(18, Math.max(3, text.split("\n").length + 1));
  return frame(view, path, { ...about, isWide: true }, h("textarea", { ...common(view, path, "tree", about), class: "input code-input", rows, spellcheck: "false", autocapitalize: "off", value: text }));
}

function group(view, path, whole, about) {
  const [word, ...others] = Object.keys(about.variant.properties);
  if (!others.length && formsOf(view, whole).length > 1) return only(view, path, whole, { ...about, word });
  return box(view, path, whole, about, words(view, path, about.variant));
}

/* A mapping of one word, as {normal: ...}: its choice and its value, without a box around both. */
function only(view, path, whole, about) {
  return h("div", { class: "only", "data-key": idOf(path), "data-section": asText(path), "data-wide": true },
    alternatives(view, path, whole, about),
    errors(view, path),
    field(view, [...path, about.word], about.variant.properties[about.word], { label: `${about.label}: ${about.word.replaceAll("_", " ")}`, isNeeded: about.isNeeded }));
}

/* A mapping with names of the visitor's own: each with its value. */
function entries(view, path, whole, about) {
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
    field(view, path, shape, { label: "Value" }));
}

/* A list of mappings: a card for each, in their order. */
function cards(view, path, whole, about) {
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
    errors(view, path),
    isMapping(value) && variant.properties ? words(view, path, variant) : field(view, path, shape, { label: "Value", isNeeded: true }));
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

/* The button that takes a word out; behind its field, for the keyboard. */
function gone(path, label) {
  return h("button", { type: "button", class: "field-gone", "data-key": "gone", "data-do": "remove", "data-path": asText(path), "aria-label": `Take out ${label}`, title: "Take out" }, "×");
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

/* Which of several forms a value has: a duration, or a mapping that draws one. */
function alternatives(view, path, whole, { value }) {
  const forms = formsOf(view, whole);
  if (forms.length < 2 || view.isReadOnly || value === undefined) return null;
  const chosen = view.vocabulary.variantOf(whole, value);
  const current = forms.find(({ variants }) => variants.some((each) => each === chosen || JSON.stringify(each) === JSON.stringify(chosen)));
  return h("select", { class: "input become", "data-key": "become", "data-kind": "become", "data-path": asText(path), "aria-label": "Written as" },
    forms.map(({ label }, index) => h("option", { value: index, selected: forms[index] === current }, label)));
}

/* The forms that a visitor may choose between; all that are typed on one line count as one, and so do the
   long and the short form of a word. */
export function formsOf(view, whole) {
  const forms = new Map();
  for (const each of view.vocabulary.variants(whole)) {
    const label = labelOf(each);
    if (!forms.has(label)) forms.set(label, { label, variants: [] });
    forms.get(label).variants.push(each);
  }
  return [...forms.values()];
}

function labelOf(variant) {
  const [type] = [variant.type].flat();
  if (variant.properties) return (variant.title ?? Object.keys(variant.properties).join(", ")).toLowerCase().replace(/,.*/, "");
  if (type === "object" && isMapping(variant.additionalProperties)) return "names with values";
  return type === "array" ? "a list" : "a value";
}
