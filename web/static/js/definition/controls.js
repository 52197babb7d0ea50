/* The controls of single values: a line of text, a choice, a tick, names to be ticked, a tree as text.

   Each takes (view, path, shape, about), about being { label, help, isNeeded, variant, value }; see fields.js.
*/
import { alternatives } from "./alternatives.js";
import { asText, errors, gone, idOf } from "./basics.js";
import { h } from "./elements.js";
import { shown } from "./values.js";

/* Words whose values are names of a section of the document, or of the workspace's datasets. */
const NAMES = { to: "statuses", in: "statuses", dataset: "datasets" };
export const PICKED = { send: "messages" }; // lists of names that are ticked
const LONG = 24; // characters; a longer text takes the whole width

export function line(view, path, whole, about) {
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

export function select(view, path, whole, about) {
  const chosen = about.value === undefined ? "" : JSON.stringify(about.value);
  const isKnown = chosen === "" || choicesOf(view, whole).some((choice) => JSON.stringify(choice) === chosen);
  const empty = whole.default === undefined || whole.default === null ? "not set" : `${whole.default}, as usual`;
  const option = (value, text) => h("option", { value, selected: value === chosen }, text);
  return frame(view, path, about, h("select", { ...common(view, path, "choice", about), class: "input" },
    about.isNeeded && chosen ? null : option("", empty),
    choicesOf(view, whole).map((choice) => option(JSON.stringify(choice), String(choice).replaceAll("_", " "))),
    isKnown ? null : option(chosen, String(about.value))));
}

export function choicesOf(view, whole) {
  const variants = view.vocabulary.variants(whole);
  const isClosed = variants.length && variants.every((each) => each.enum || each.const !== undefined);
  return isClosed ? variants.flatMap((each) => each.enum ?? [each.const]) : null;
}

export function tick(view, path, whole, about) {
  const isOn = about.value ?? whole.default ?? false;
  return frame(view, path, { ...about, widget: "checkbox" }, h("input", { ...common(view, path, "boolean", about), type: "checkbox", checked: isOn === true }));
}

/* Names of the document, each to be ticked; one that is not there any more stays until it is unticked. */
export function picks(view, path, whole, about) {
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

export function tree(view, path, whole, about) {
  const text = shown("tree", about.value);
  const rows = Math.min(18, Math.max(3, text.split("\n").length + 1));
  return frame(view, path, { ...about, isWide: true }, h("textarea", { ...common(view, path, "tree", about), class: "input code-input", rows, spellcheck: "false", autocapitalize: "off", value: text }));
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

