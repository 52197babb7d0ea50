/* What every field of the form is made with: its address, its buttons, what is wrong in it. */
import { h } from "./elements.js";

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

/* The button that takes a word out; behind its field, for the keyboard. */
export function gone(path, label) {
  return h("button", { type: "button", class: "field-gone", "data-key": "gone", "data-do": "remove", "data-path": asText(path), "aria-label": `Take out ${label}`, title: "Take out" }, "×");
}
