/* A definition's text, read with the place of everything in it.

   read(text) never throws. A text of blanks and comments is read only where it may be empty. A Reading has `data` (plain) and answers by path: ["metrics", "load", "curve"];
   `problem` is null, or { line, column, text } of what keeps the text from being read (then the rest is empty).
   Offsets count characters of the text; a range is [from, to].
*/
import { isAlias, isMap, isScalar, isSeq, parseDocument } from "../../vendor/yaml-2.9.1/yaml.js";

const OPTIONS = { version: "1.2", schema: "core", merge: false, uniqueKeys: true, logLevel: "silent", prettyErrors: false };
const MOST_ALIASES = 100; // as many as the default of the parser; a document needs a handful

export function read(text, { mayBeEmpty = false } = {}) {
  const document = parseDocument(text, OPTIONS);
  const [error] = document.errors;
  if (error) return new Reading(text, null, {}, problemAt(text, error.pos[0], error.message));
  if (mayBeEmpty && isNothing(document.contents)) return new Reading(text, undefined, {}, null);
  if (!isMap(document.contents)) return new Reading(text, null, {}, problemAt(text, 0, "The document needs words such as name: and id:"));
  try {
    return new Reading(text, document.contents, document.toJS({ maxAliasCount: MOST_ALIASES }), null);
  } catch (refusal) {
    return new Reading(text, null, {}, problemAt(text, 0, refusal.message));
  }
}

function isNothing(contents) {
  return contents === null || (isScalar(contents) && contents.value === null);
}

function problemAt(text, offset, message) {
  const before = text.slice(0, offset);
  return { line: before.split("\n").length, column: offset - before.lastIndexOf("\n"), text: message };
}

export class Reading {
  constructor(text, root, data, problem) {
    Object.assign(this, { text, root, data, problem });
    this.isJson = text.trimStart().startsWith("{");
  }

  /* The plain value at a path; undefined where there is none. */
  value(path) {
    return path.reduce((value, step) => (value == null || !Object.hasOwn(value, step) ? undefined : value[step]), this.data);
  }

  has(path) {
    return this.value(path) !== undefined;
  }

  /* The node at a path, of the yaml package; undefined where there is none. */
  node(path) {
    return path.reduce((node, step) => valueOf(itemOf(node, step)), this.root);
  }

  /* The pair or list item at a path, and where it stands: { collection, index, item }. */
  entry(path) {
    const collection = this.node(path.slice(0, -1));
    const index = positionOf(collection, path.at(-1));
    return index < 0 ? null : { collection, index, item: collection.items[index] };
  }

  /* From the first character of an entry (its key, its dash) to the last of its value. */
  range(path) {
    const entry = path.length ? this.entry(path) : null;
    if (!entry) return this.root ? [this.root.range[0], endOf(this.root, this.text)] : [0, 0];
    return [startOf(entry.item), endOfItem(entry.item, this.text)];
  }

  /* The path of the innermost entry around an offset. */
  pathAt(offset) {
    return this.root ? innermost(this.root, offset, this.text, []) : [];
  }

  /* Whether a value at this path is written in brackets. */
  isInFlow(path) {
    return path.some((_, depth) => this.node(path.slice(0, depth))?.flow) || this.isJson;
  }

  lineOf(offset) {
    return this.text.slice(0, offset).split("\n").length;
  }
}

export function keyOf(pair) {
  return isScalar(pair.key) ? String(pair.key.value) : String(pair.key);
}

export function isCollection(node) {
  return isMap(node) || isSeq(node);
}

export function startOf(item) {
  return (item.key ?? item).range[0];
}

/* Where a value ends, without the blanks, comments and lines after it. */
export function endOf(node, text) {
  if (isCollection(node) && !node.flow && node.items.length) return endOfItem(node.items.at(-1), text);
  const [from, to] = node.range;
  return to - /\s*$/.exec(text.slice(from, to))[0].length;
}

export function endOfItem(item, text) {
  if (!item.key) return endOf(item, text);
  const end = item.value ? endOf(item.value, text) : 0;
  return Math.max(end, item.key.range[1] + colonAfter(text, item.key.range[1]));
}

function colonAfter(text, offset) {
  return /^\s*:/.exec(text.slice(offset, offset + 20))?.[0].length ?? 0;
}

function valueOf(item) {
  const value = item && "value" in item && item.key ? item.value : item;
  return isAlias(value) ? undefined : value ?? undefined;
}

function itemOf(node, step) {
  return node?.items?.[positionOf(node, step)];
}

function positionOf(collection, step) {
  if (isMap(collection)) return collection.items.findIndex((pair) => keyOf(pair) === String(step));
  if (isSeq(collection) && collection.items[step]) return Number(step);
  return -1;
}

function innermost(node, offset, text, path) {
  if (!isCollection(node)) return path;
  const index = node.items.findLastIndex((item) => startOf(item) <= offset);
  if (index < 0) return path;
  const item = node.items[index];
  const isPast = offset > endOfItem(item, text) && text.slice(endOfItem(item, text), offset).includes("\n");
  if (isPast) return path;
  const step = item.key ? keyOf(item) : index;
  return innermost(valueOf(item), offset, text, [...path, step]);
}
