/* The choice of how a value is written: on one line, as a mapping, as a list. */
import { asText } from "./basics.js";
import { h } from "./elements.js";
import { isMapping } from "./vocabulary.js";

/* Which of several forms a value has: a duration, or a mapping that draws one. */
export function alternatives(view, path, whole, { value }) {
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
  const kind = Object.values(variant.properties ?? {}).find((shape) => shape.const !== undefined);
  if (kind) return String(kind.const).replaceAll("_", " ");
  if (variant.properties) return (variant.title ?? Object.keys(variant.properties).join(", ")).toLowerCase().replace(/,.*/, "");
  if (type === "object" && isMapping(variant.additionalProperties)) return "names with values";
  return type === "array" ? "a list" : "a value";
}
