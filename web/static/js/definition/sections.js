/* The sections of the form: the device, and the lists of metrics, messages, statuses and replies.

   A list's entry is a row; the open one shows its fields. Buttons: data-do="open create copy up down remove choose".
*/
import { asText, button, errors, idOf } from "./basics.js";
import { summary } from "./boxes.js";
import { h } from "./elements.js";
import { field, words } from "./fields.js";
import { spark } from "./series.js";
import { isMapping } from "./vocabulary.js";

export const LISTS = {
  metrics: { title: "Metrics", one: "metric", nothing: "What the device measures. Each metric makes values: a walk, a daily curve, a recording." },
  messages: { title: "Messages", one: "message", nothing: "What the device sends: where to, how often, and the payload." },
  statuses: { title: "Statuses", one: "status", nothing: "The states that a device is in. Without any, it is always running and sends all its messages." },
  replies: { title: "Replies", one: "reply", nothing: "What the device answers to a command." },
};

/* The words of the document that stand in no list. */
export function device(view) {
  const { root } = view.vocabulary;
  return h("div", { class: "section", "data-key": "device" }, words(view, [], root, { without: Object.keys(LISTS), first: ["name", "id"] }));
}

export function list(view, section, opened) {
  const value = view.reading.value([section]);
  const steps = Array.isArray(value) ? value.map((_, index) => index) : Object.keys(value ?? {});
  const { one, nothing } = LISTS[section];
  return h("div", { class: "section", "data-key": section },
    errors(view, [section]),
    steps.length
      ? h("ol", { class: "rows", "data-key": "rows" }, steps.map((step, index) => row(view, [section, step], { index, count: steps.length, isOpen: String(opened) === String(step) })))
      : h("div", { class: "empty", "data-key": "empty" }, h("h3", {}, `No ${LISTS[section].title.toLowerCase()} yet`), h("p", {}, nothing)),
    view.isReadOnly ? null : h("div", { class: "row", "data-key": "create" }, h("button", { type: "button", class: "button", "data-do": section === "metrics" ? "choose" : "create", "data-path": asText([section]) }, `Add a ${one}`)));
}

function row(view, path, { index, count, isOpen }) {
  const [section, step] = path;
  const value = view.reading.value(path);
  const wrong = view.problems.inside(path).length;
  const name = typeof step === "number" ? replyName(value, step) : step;
  return h("li", { class: "entry-row", "data-key": idOf(path), "data-section": asText(path), "data-open": isOpen },
    h("div", { class: "entry-head", "data-key": "head" },
      h("button", { type: "button", class: "entry-open", "data-do": "open", "data-path": asText(path), "aria-expanded": String(isOpen) },
        h("span", { class: "entry-title" }, name),
        section === "statuses" && index === 0 ? h("span", { class: "badge", "data-state": "ready" }, "initial") : null,
        wrong ? h("span", { class: "badge", "data-state": "failed", title: "problems" }, `${wrong} problem${wrong > 1 ? "s" : ""}`) : null,
        h("span", { class: "entry-summary" }, told(view, section, value))),
      section === "metrics" ? spark(view.series, step) : null),
    isOpen ? h("div", { class: "entry-body", "data-key": "body" }, tools(view, path, { index, count }), body(view, path, value)) : null);
}

function tools(view, path, { index, count }) {
  if (view.isReadOnly) return null;
  const isNamed = typeof path.at(-1) === "string";
  return h("div", { class: "entry-tools", "data-key": "tools" },
    isNamed ? nameField(path) : null,
    h("span", { class: "orders" },
      button("up", path, "↑", { "aria-label": "Move up", title: "Move up", disabled: index === 0 }),
      button("down", path, "↓", { "aria-label": "Move down", title: "Move down", disabled: index === count - 1 }),
      button("copy", path, "Copy"),
      button("remove", path, "Delete")));
}

function nameField(path) {
  const id = `${idOf(path)}.name`;
  return h("div", { class: "field", "data-key": "name" },
    h("label", { for: id }, "Name"),
    h("input", { id, type: "text", class: "input", "data-key": "control", "data-kind": "name", "data-path": asText(path), value: path.at(-1), autocomplete: "off", spellcheck: "false", autocapitalize: "off" }));
}

function body(view, path, value) {
  if (path[0] === "metrics") return metric(view, path, value);
  const shape = view.vocabulary.shapeAt(path, view.reading.data);
  if (!shape) return field(view, path, {}, { label: "Value" });
  const variant = view.vocabulary.variantOf(shape, value);
  const first = { messages: ["every", "topic"], statuses: ["send", "go"], replies: ["on", "send"] }[path[0]] ?? [];
  return [errors(view, path), words(view, path, variant, { first: first.filter((word) => word in (variant.properties ?? {})) })];
}

function metric(view, path, value) {
  const generator = view.vocabulary.generatorOf(value);
  if (!generator) return [errors(view, path), chooser(view, path, null)];
  const { word } = generator;
  const form = formOf(view, value, word);
  return [
    errors(view, path),
    chooser(view, path, generator),
    field(view, [...path, word], form.properties[word], { label: isMapping(value[word]) ? word : mainTitle(generator), isNeeded: true, isSilent: isMapping(value[word]) }),
    words(view, path, form, { without: [word], first: ["unit"] }),
  ];
}

/* The long form of a generator, or the short one whose other words stand in the metric itself. */
function formOf(view, value, word) {
  const forms = view.vocabulary.variants(view.vocabulary.schema.$defs.Metric).filter((form) => form.required?.[0] === word || form.title === word);
  return forms.find((form) => view.vocabulary.holds(form.properties[word], value[word])) ?? forms[0];
}

function mainTitle(generator) {
  const [first] = generator.shape.required ?? Object.keys(generator.shape.properties ?? {});
  return first?.replaceAll("_", " ") ?? generator.word;
}

function chooser(view, path, generator) {
  return h("div", { class: "generator", "data-key": "generator" },
    h("p", {}, generator ? [h("strong", {}, generator.word.replaceAll("_", " ")), ` · ${generator.summary}`] : "It has no generator yet: what makes its values?"),
    view.isReadOnly ? null : button("choose", path, generator ? "Choose another" : "Choose", { kind: "" }));
}

function told(view, section, value) {
  if (!isMapping(value)) return "";
  if (section === "metrics") return toldOfMetric(view, value);
  if (section === "messages") return [value.every && `every ${typeof value.every === "object" ? "…" : value.every}`, value.topic ?? value.path].filter(Boolean).join(" · ");
  if (section === "statuses") return toldOfStatus(value);
  return summary(value);
}

function toldOfMetric(view, value) {
  const generator = view.vocabulary.generatorOf(value);
  return [generator?.word ?? "no generator", value.unit].filter(Boolean).join(" · ");
}

function toldOfStatus({ send, go, end, connected }) {
  const sent = Array.isArray(send) ? send : Object.keys(send ?? {});
  const ways = Array.isArray(go) ? [...new Set(go.map((each) => each?.to))] : [];
  return [connected === false && "off line", end && "the end", sent.length && `sends ${sent.join(", ")}`, ways.length && `→ ${ways.join(", ")}`].filter(Boolean).join(" · ");
}

function replyName(value, index) {
  const on = value?.on;
  return (typeof on === "string" ? on : on?.topic) ?? `Reply ${index + 1}`;
}
