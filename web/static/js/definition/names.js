/* Where a name of the document is used, and how all of it follows when it is renamed.

   Names stand in four ways: as a key (of its own entry, and of overrides), as a whole value (`to: alarm`),
   in expressions (`temperature > 8`, `status == 'alarm'`) and in the brackets of templates.
*/
import { isMap, isSeq } from "../../vendor/yaml-2.9.1/yaml.js";
import { rename } from "./edits.js";
import { endOf, keyOf } from "./reading.js";
import { inline } from "./writing.js";

/* Words whose value, or values in a list, are names of a section. */
const VALUES = {
  statuses: ["to", "in", "initial", "from"],
  messages: ["send", "message", "messages"],
  metrics: ["metric", "metrics", "of", "by", "source"],
  variables: ["by", "of"],
  constants: [],
};
/* Words whose keys are names of a section. */
const KEYS = { statuses: ["statuses"], messages: ["send"], metrics: ["metrics", "alias", "aliases"], variables: ["set"], constants: [] };
const COMPARED = { statuses: "status", messages: "message" }; // names that conditions compare with
const TOKEN = /'[^']*'|"[^"]*"|[\p{L}_][\p{L}\p{N}_]*/gu;

/* Changes that rename an entry of a section, or a nested status, and everything that speaks of it. */
export function renaming(reading, path, name, vocabulary) {
  const section = path.at(-2);
  const old = path.at(-1);
  const use = { section, old, name, reading, vocabulary };
  return [...rename(reading, path, name), ...uses(use, reading.root, [], path)];
}

/* A name that is free among `taken`: "walk", "walk_2", ... */
export function freeName(wish, taken) {
  const isTaken = (name) => taken.includes(name);
  if (!isTaken(wish)) return wish;
  const stem = wish.replace(/_\d+$/, "");
  for (let number = 2; ; number += 1) if (!isTaken(`${stem}_${number}`)) return `${stem}_${number}`;
}

function uses(use, node, path, own) {
  if (isMap(node)) return node.items.flatMap((pair) => usesOfPair(use, pair, [...path, keyOf(pair)], own));
  if (isSeq(node)) return node.items.flatMap((item, index) => uses(use, item, [...path, index], own));
  return usesInScalar(use, node, path);
}

function usesOfPair(use, pair, path, own) {
  const isOwn = path.length === own.length && path.every((step, index) => step === own[index]);
  const isKey = !isOwn && path.at(-1) === use.old && KEYS[use.section]?.includes(path.at(-2)) && path.length > 2;
  const isSibling = isKey && path.at(-2) === use.section && use.section === "statuses"; // another status, elsewhere
  const key = isKey && !isSibling ? rename(use.reading, path, use.name) : [];
  return [...key, ...uses(use, pair.value, path, own)];
}

function usesInScalar(use, node, path) {
  if (typeof node?.value !== "string") return [];
  const after = renamedText(use, node.value, path);
  if (after === node.value) return [];
  const { text } = use.reading;
  const [from, to] = [node.range[0], endOf(node, text)];
  return [{ from, to, insert: rewritten(use.reading, node, path, after) }];
}

function rewritten(reading, node, path, value) {
  if (node.type === "QUOTE_SINGLE") return `'${value.replaceAll("'", "''")}'`;
  const isBlock = /^BLOCK/.test(node.type);
  return inline(value, { isJson: reading.isJson, isInFlow: reading.isInFlow(path), isQuoted: node.type === "QUOTE_DOUBLE" || isBlock });
}

function renamedText(use, value, path) {
  const word = path.findLast((step) => typeof step === "string");
  if (VALUES[use.section]?.includes(word) && value === use.old) return use.name;
  const shape = use.vocabulary?.shapeAt(path, use.reading.data);
  const isWhole = shape && use.vocabulary.marks(shape).has("expression");
  return isWhole ? inExpression(use, value) : inTemplate(use, value);
}

/* Renames inside of { }, up to a format's colon; doubled brackets are text. */
function inTemplate(use, text) {
  return text.replace(/\{\{|\}\}|\{((?:'[^']*'|"[^"]*"|[^'"{}:])*)(:[^}]*)?\}/g, (all, expression, format = "") => (
    expression === undefined ? all : `{${inExpression(use, expression)}${format}}`
  ));
}

function inExpression({ section, old, name }, text) {
  const compared = COMPARED[section];
  if (compared) return new RegExp(`\\b${compared}\\b`).test(text) ? text.replace(/'([^']*)'|"([^"]*)"/g, (all, one, two) => ((one ?? two) === old ? all.replace(old, () => name) : all)) : text;
  return text.replace(TOKEN, (token, offset) => (token === old && !isPart(text, offset) ? name : token));
}

/* Whether a word is a part of another name, as `lat` in `position.lat`; of another mock it is a name. */
function isPart(text, offset) {
  return text[offset - 1] === "." && text[offset - 2] !== ")";
}
