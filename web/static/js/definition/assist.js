/* Help while a document is typed: completions and explanations, from the schema and the document's own names.

   assistance(known) -> extensions of CodeMirror; known() -> { vocabulary, reading, names(section) }, or null while
   the schema is not there. Words complete where a word may stand, values where they can be known: choices, examples,
   units, statuses, messages, datasets; names of metrics and the like in expressions and in the brackets of templates.
*/
import { EditorState, hoverTooltip } from "../../vendor/codemirror-6.0.2/codemirror.js";
import { cursor } from "./cursor.js";
import { h } from "./elements.js";
import { isMapping, plainText } from "./vocabulary.js";

const OWN = { id: "identity", index: "the mock's number", seq: "number of the message", now: "Unix time, s", status: "name of the status", age: "s since its start", time_in_status: "s since it came into its status" };
const NAME = /[\p{L}_][\p{L}\p{N}_.]*$/u;
const AMOUNT = /^[+-]?[\d.]+\s*/;
const UNITS = /units?:\s*([^;.]+)/i;
const NAMED = { to: "statuses", in: "statuses", send: "messages", dataset: "datasets" };
const MOST_EXAMPLES = 8;

export function assistance(known) {
  const source = [{ autocomplete: (context) => complete(known(), context) }]; // always the same, or its answer is not waited for
  return [
    EditorState.languageData.of(() => source),
    hoverTooltip((view, offset) => explain(known(), view.state.doc.toString(), offset)),
  ];
}

function complete(known, { state, pos, explicit }) {
  if (!known) return null;
  const text = state.doc.toString();
  const place = cursor(text, pos);
  const typed = text.slice(place.from, pos);
  if (!typed.trim() && !explicit) return null;
  return place.isKey ? words(known, place, text, pos) : values(known, place, typed, pos);
}

/* Words of the mapping that is typed in; those that stand there already are left out. */
function words({ vocabulary, reading }, { path, from, quote }, text, pos) {
  const there = reading.value(path);
  const taken = isMapping(there) ? Object.keys(there) : [];
  const hasColon = /^["']?\s*:/.test(text.slice(pos).replace(/^\w*/, ""));
  const options = [...wordsOf(vocabulary, path)].filter(([word]) => !taken.includes(word)).map(([word, inner]) => {
    const name = reading.isJson && !quote ? JSON.stringify(word) : word;
    const end = quote && !hasColon ? `${quote}: ` : ": ";
    return { label: word, type: "property", detail: kindOf(vocabulary, inner), info: plainText(vocabulary.follow(inner).description ?? ""), apply: hasColon ? name : `${name}${end}` };
  });
  return options.length ? { from, options, validFor: /^[\w$]*$/ } : null;
}

function wordsOf(vocabulary, path) {
  const variants = vocabulary.shapesAt(path).flatMap((shape) => vocabulary.variants(shape));
  return new Map(variants.flatMap((variant) => Object.entries(variant.properties ?? {})));
}

function values(known, place, typed, pos) {
  const { vocabulary, reading } = known;
  const shape = { anyOf: vocabulary.shapesAt(place.path) };
  const isTree = shape.anyOf.some(({ type }) => Array.isArray(type) && type.includes("object"));
  if (/\{[^}]*$/.test(typed) || vocabulary.marks(shape).has("expression")) return names(reading, typed, pos);
  if (isTree) return null;
  return units(vocabulary, shape, typed, place) ?? choices(known, shape, place);
}

/* Names in an expression. */
function names(reading, typed, pos) {
  const [word = ""] = NAME.exec(typed) ?? [];
  const { data } = reading;
  const own = Object.entries(OWN).map(([label, detail]) => ({ label, detail, type: "constant" }));
  const sections = [["metrics", "metric", "variable"], ["variables", "variable", "constant"], ["constants", "constant", "constant"]];
  const others = sections.flatMap(([section, detail, type]) => Object.keys(data[section] ?? {}).map((label) => ({ label, detail: data[section][label]?.unit ?? detail, type, boost: 1 })));
  return { from: pos - word.length, options: [...others, ...own], validFor: /^[\p{L}\p{N}_.]*$/u };
}

function units(vocabulary, shape, typed, { from }) {
  const [amount] = AMOUNT.exec(typed) ?? [];
  if (!amount) return null;
  const told = [shape, ...vocabulary.variants(shape)].map(({ description }) => UNITS.exec(description ?? "")?.[1]).find(Boolean);
  if (!told) return null;
  return { from: from + amount.length, options: told.split(/,\s*|\s+or\s+/).map((unit) => ({ label: unit.trim(), type: "keyword" })), validFor: /^[\w/]*$/ };
}

function choices({ vocabulary, reading, names: namesOf }, shape, { path, from, inFlow }) {
  const word = path.findLast((step) => typeof step === "string");
  const named = (namesOf(NAMED[word]) ?? []).map((label) => ({ label: written(label, reading, inFlow), type: "class", boost: 2 }));
  const variants = vocabulary.variants(shape);
  const closed = variants.flatMap((each) => each.enum ?? (each.const === undefined ? [] : [each.const]));
  const switches = variants.some(({ type }) => type === "boolean") ? [true, false] : [];
  const examples = [...(shape.examples ?? []), ...variants.flatMap((each) => each.examples ?? [])].filter((each) => !isMapping(each) && !Array.isArray(each));
  const known = [...closed, ...switches].map((value) => ({ label: written(value, reading, inFlow), type: "enum" }));
  const shown = examples.slice(0, MOST_EXAMPLES).map((value) => ({ label: written(value, reading, inFlow), type: "text", detail: "example" }));
  const options = [...new Map([...named, ...known, ...(closed.length ? [] : shown)].map((each) => [each.label, each])).values()];
  return options.length ? { from, options } : null;
}

function written(value, { isJson }, inFlow) {
  if (typeof value !== "string") return String(value);
  return isJson || /[{}"]/.test(value) || (inFlow && /[,[\]]/.test(value)) ? JSON.stringify(value) : value;
}

function kindOf(vocabulary, shape) {
  const [mark] = vocabulary.marks(shape);
  const types = [...vocabulary.types(shape)];
  return mark ?? (types.length > 2 ? "" : types.join(" or "));
}

/* What a word means, when the pointer rests on it. */
function explain(known, text, offset) {
  if (!known) return null;
  const { vocabulary, reading } = known;
  const path = reading.text === text ? reading.pathAt(offset) : [];
  const shape = path.length ? vocabulary.shapeAt(path, reading.data) : null;
  const told = shape && explained(vocabulary, shape, path);
  const [from, to] = path.length ? reading.range(path) : [offset, offset];
  if (!told || offset < from || offset > to) return null;
  return { pos: from, end: to, above: true, create: () => ({ dom: told }) };
}

function explained(vocabulary, shape, path) {
  const word = path.findLast((step) => typeof step === "string");
  const generator = path.length === 2 && path[0] === "metrics" ? null : shape;
  const description = plainText(generator?.description ?? vocabulary.variants(shape)[0]?.description ?? "");
  if (!description) return null;
  const [example] = shape.examples ?? [];
  return h("div", { class: "explained" },
    h("strong", {}, word.replaceAll("_", " ")), h("span", {}, ` ${kindOf(vocabulary, shape)}`),
    h("p", {}, description),
    limits(shape),
    example === undefined ? null : h("p", {}, "Example: ", h("code", {}, typeof example === "string" ? example : JSON.stringify(example))));
}

function limits({ minimum, maximum, exclusiveMinimum, default: usual }) {
  const parts = [
    minimum !== undefined && `at least ${minimum}`,
    exclusiveMinimum !== undefined && `above ${exclusiveMinimum}`,
    maximum !== undefined && `at most ${maximum}`,
    usual !== undefined && usual !== null && usual !== "" && `${JSON.stringify(usual)} when left out`,
  ].filter(Boolean);
  return parts.length ? h("p", {}, parts.join(", ")) : null;
}
