/* Plain values as text of a definition: `inline` on one line, `block` over several.

   YAML is quoted where it must be, and templates ("{id}") always; JSON is JSON.
*/
import { Document, Scalar } from "../../vendor/yaml-2.9.1/yaml.js";

export const WIDTH = 100; // columns; a longer line is broken into a block

const WRITING = { version: "1.2", schema: "core" };
const LAYOUT = { lineWidth: 0, flowCollectionPadding: false, singleQuote: false };

/* A value on one line; `isInFlow` says that it will stand inside of brackets. */
export function inline(value, { isJson = false, isInFlow = true, isQuoted = false } = {}) {
  if (isJson) return spacious(value);
  if (isQuoted) return JSON.stringify(value);
  if (value !== null && typeof value === "object") return whole(value, true);
  if (isInFlow) return whole([value], true).slice(1, -1);
  return whole(value, false);
}

export function key(name, { isJson = false } = {}) {
  return isJson ? JSON.stringify(String(name)) : inline(String(name));
}

/* The lines of a collection, each indented by `indent` blanks, without a break at the end. */
export function block(value, indent) {
  const pad = " ".repeat(indent);
  if (Array.isArray(value)) return value.map((item) => `${pad}- ${itemText(item, indent + 2)}`).join("\n");
  return Object.entries(value).map(([name, child]) => `${pad}${pairText(name, child, indent)}`).join("\n");
}

/* `name: value` in a block whose keys stand at `indent`; what is too wide becomes a block itself. */
export function pairText(name, value, indent) {
  const head = `${key(name)}:`;
  const line = inline(value, { isInFlow: false });
  const isSection = indent === 0 && !isEmpty(value);
  if (isSection) return `${head}\n${block(value, 2)}`;
  if (isEmpty(value) || indent + head.length + 1 + line.length <= WIDTH) return `${head} ${line}`;
  return `${head}\n${block(value, indent + 2)}`;
}

export function isEmpty(value) {
  return value === null || typeof value !== "object" || !Object.keys(value).length;
}

function itemText(value, indent) {
  const line = inline(value, { isInFlow: false });
  return isEmpty(value) || indent + line.length <= WIDTH ? line : block(value, indent).slice(indent);
}

function whole(value, isFlow) {
  const document = new Document(value, WRITING);
  style(document.contents, isFlow);
  return document.toString(LAYOUT).replace(/\n$/, "");
}

function style(node, isFlow) {
  if (isFlow && node.items) node.flow = true;
  for (const item of node.items ?? []) style(item.key ? item.value : item, isFlow);
  const isTemplate = typeof node.value === "string" && /[{}\n]/.test(node.value);
  if (isTemplate) node.type = Scalar.QUOTE_DOUBLE;
}

/* JSON on one line with a blank after each comma and colon, as people write it. */
function spacious(value) {
  if (Array.isArray(value)) return `[${value.map(spacious).join(", ")}]`;
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const pairs = Object.entries(value).map(([name, child]) => `${JSON.stringify(name)}: ${spacious(child)}`);
  return `{${pairs.join(", ")}}`;
}
