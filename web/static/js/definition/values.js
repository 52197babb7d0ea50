/* What a field shows for a value, and what is meant by what was typed there.

   kinds: text (always a text), number, mixed (a number where it looks like one, else a text), list and
   tree (YAML), choice (JSON of the value), boolean.
*/
import { parseDocument } from "../../vendor/yaml-2.9.1/yaml.js";
import { block, inline, isEmpty } from "./writing.js";

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/;
const OPTIONS = { version: "1.2", schema: "core", logLevel: "silent", prettyErrors: false };

export class NotUnderstood extends Error {}

export function shown(kind, value) {
  if (value === undefined || value === null) return kind === "tree" && value === null ? "null" : "";
  if (kind === "list") return Array.isArray(value) ? inline(value).slice(1, -1) : inline(value);
  if (kind === "tree") return isEmpty(value) ? inline(value, { isInFlow: false }) : block(value, 0);
  if (typeof value === "object") return inline(value);
  return String(value);
}

/* The value that a text means; undefined for nothing. Throws NotUnderstood with a sentence. */
export function understood(kind, text, types = new Set()) {
  if (kind === "boolean") return text;
  if (kind === "choice") return text === "" ? undefined : JSON.parse(text);
  if (text.trim() === "") return undefined;
  if (kind === "text") return text;
  if (kind === "list") return listOf(text, types);
  if (kind === "tree") return yamlOf(text);
  return scalarOf(text.trim(), types);
}

function scalarOf(text, types) {
  if (NUMBER.test(text)) return Number(text);
  if (types.has("boolean") && (text === "true" || text === "false")) return text === "true";
  const isData = /^[[{]/.test(text) && !types.has("string");
  return isData ? yamlOf(text) : text;
}

function listOf(text, types) {
  const isMapping = types.has("object") && /^\{.*\}$/s.test(text.trim());
  return isMapping ? yamlOf(text) : yamlOf(/^\s*\[[^[\]]*\]\s*$/.test(text) ? text : `[${text}]`);
}

function yamlOf(text) {
  const document = parseDocument(text, OPTIONS);
  const [error] = document.errors;
  if (error) throw new NotUnderstood(`This is no list or mapping that can be read: ${error.message}.`);
  return document.toJS();
}
