/* The smallest edits of a definition's text: each function takes a Reading and returns changes
   [{ from, to, insert }] that do not touch each other, for one transaction of the editor.

   Rule: what an edit does not mean stays as it was typed: comments, order, quotes, blanks.
*/
import { isMap } from "../../vendor/yaml-2.9.1/yaml.js";
import { endOf, endOfItem, isCollection, keyOf, startOf } from "./reading.js";
import { block, inline, isEmpty, key, pairText, WIDTH } from "./writing.js";

/* The text after the changes. */
export function applied(text, changes) {
  const sorted = [...changes].sort((one, other) => other.from - one.from);
  return sorted.reduce((before, { from, to = from, insert = "" }) => before.slice(0, from) + insert + before.slice(to), text);
}

/* Sets the value at a path, and makes what is missing on the way there. `order` are the words of the
   mapping in their usual order: a new word is put behind those that come before it. */
export function put(reading, path, value, order = []) {
  const node = reading.node(path);
  if (!node && !path.length) return [{ from: reading.text.length, to: reading.text.length, insert: afterLine(reading.text, block(value, 0)) }];
  if (!node) return insertAt(reading, path, value, order);
  const old = reading.value(path);
  if (isSame(old, value)) return [];
  if (isMap(node) && isMapping(value) && node.items.length && !isEmpty(value)) return putMapping(reading, path, old, value);
  const isAlike = isCollection(node) && Array.isArray(value) && Array.isArray(old) && old.length === value.length;
  if (isAlike) return value.flatMap((item, index) => put(reading, [...path, index], item));
  return replace(reading, path, node, value);
}

/* Takes out an entry; a collection that loses its last one stays as {} or []. */
export function remove(reading, path) {
  const entry = reading.entry(path);
  if (!entry) return [];
  const { collection } = entry;
  if (collection.items.length === 1) return emptied(reading, path.slice(0, -1), collection);
  return [collection.flow ? flowRemoval(reading, entry) : blockRemoval(reading, entry)];
}

/* Gives a mapping's entry another key. */
export function rename(reading, path, name) {
  const entry = reading.entry(path);
  if (!entry?.item.key || keyOf(entry.item) === name) return [];
  const [from, to] = entry.item.key.range;
  return [{ from, to, insert: key(name, reading) }];
}

/* Puts a copy of a mapping's entry behind it, under another key; of a list, behind it. */
export function copy(reading, path, name) {
  const entry = reading.entry(path);
  const { item, collection } = entry;
  const { text } = reading;
  const [from, to] = [startOf(item), endOfItem(item, text)];
  const body = item.key ? key(name, reading) + text.slice(item.key.range[1], to) : text.slice(from, to);
  if (collection.flow) return [{ from: to, to, insert: separator(reading, collection) + body }];
  const lines = linesOf(reading, entry);
  const lead = text.slice(lineStart(text, from), from);
  const tail = text.slice(to, lines.to).replace(/\n$/, "").replace(/#.*$/, "").trimEnd();
  return [insertLines(text, lines.to, `${lead}${body}${tail}`)];
}

/* Moves an entry to another position among its siblings, from 0 on. */
export function move(reading, path, position) {
  const entry = reading.entry(path);
  if (!entry || position < 0 || position >= entry.collection.items.length || position === entry.index) return [];
  return entry.collection.flow ? flowMove(reading, entry, position) : blockMove(reading, entry, position);
}

/* A block at the end of a text that holds nothing but blanks and comments. */
function afterLine(text, body) {
  return `${text && !text.endsWith("\n") ? "\n" : ""}${body}\n`;
}

function isMapping(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function putMapping(reading, path, old, value) {
  const gone = Object.keys(old).filter((name) => !Object.hasOwn(value, name));
  const added = Object.keys(value).filter((name) => !Object.hasOwn(old, name));
  const kept = Object.keys(old).filter((name) => !gone.includes(name));
  const keptChanges = () => kept.flatMap((name) => put(reading, [...path, name], value[name]));
  if (gone.length === 1 && added.length === 1) return [...keptChanges(), ...exchange(reading, [...path, gone[0]], added[0], value[added[0]])];
  // Neighbouring removals and additions would touch each other; one of them at a time does not.
  if (gone.length + added.length > 1 || gone.length === Object.keys(old).length) return replace(reading, path, reading.node(path), value);
  return [
    ...keptChanges(),
    ...gone.flatMap((name) => remove(reading, [...path, name])),
    ...added.flatMap((name) => put(reading, [...path, name], value[name], Object.keys(value))),
  ];
}

/* Another word with another value in the place of one. */
function exchange(reading, path, name, value) {
  return [...rename(reading, path, name), ...put(reading, path, value)];
}

function replace(reading, path, node, value) {
  const { text } = reading;
  const [from, to] = [node.range[0], Math.max(node.range[0], endOf(node, text))];
  const isInFlow = reading.isInFlow(path);
  const isQuoted = /^QUOTE/.test(node.type) && typeof value === "string";
  const line = inline(value, { isJson: reading.isJson, isInFlow, isQuoted });
  const isBlock = isCollection(node) && !node.flow && node.items.length > 0;
  const pair = reading.entry(path)?.item;
  if (isBlock && !isEmpty(value)) return [{ from, to, insert: block(value, columnOf(text, from)).trimStart() }];
  if (isBlock) return [{ from: afterColon(pair, text) ?? from, to, insert: pair?.key ? ` ${line}` : line }];
  const isWide = !isEmpty(value) && columnOf(text, from) + line.length > WIDTH;
  if (isWide && !isInFlow && pair?.key) {
    return [{ from: afterColon(pair, text), to, insert: `\n${block(value, columnOf(text, startOf(pair)) + 2)}` }];
  }
  const isGlued = pair?.key && text[from - 1] === ":";
  return [{ from, to, insert: isGlued ? ` ${line}` : line }];
}

function insertAt(reading, path, value, order) {
  const parent = path.slice(0, -1);
  const collection = reading.node(parent);
  const name = path.at(-1);
  const wrapped = typeof name === "number" ? [value] : { [name]: value };
  if (!isCollection(collection)) return put(reading, parent, wrapped);
  if (!collection.items.length && collection.flow) return intoEmpty(reading, parent, collection, wrapped);
  const before = predecessor(collection, name, order);
  return [collection.flow ? intoFlow(reading, collection, before, name, value) : intoBlock(reading, collection, before, name, value)];
}

/* The position behind which a new entry belongs: the last by default, -1 for the very front. */
function predecessor(collection, name, order) {
  const place = order.indexOf(name);
  if (place < 0) return collection.items.length - 1;
  return collection.items.findLastIndex((item) => order.slice(0, place).includes(keyOf(item)));
}

function intoEmpty(reading, parent, collection, wrapped) {
  const { text } = reading;
  const pair = parent.length ? reading.entry(parent)?.item : null;
  if (pair?.key && parent.length === 1 && !reading.isJson) {
    return [{ from: afterColon(pair, text), to: collection.range[1], insert: `\n${block(wrapped, columnOf(text, startOf(pair)) + 2)}` }];
  }
  return [{ from: collection.range[0], to: collection.range[1], insert: inline(wrapped, reading) }];
}

function intoFlow(reading, collection, before, name, value) {
  const { text } = reading;
  const body = typeof name === "number" ? inline(value, reading) : `${key(name, reading)}: ${inline(value, reading)}`;
  const gap = separator(reading, collection);
  if (before < 0) {
    const from = startOf(collection.items[0]);
    return { from, to: from, insert: body + gap };
  }
  const from = endOfItem(collection.items[before], text);
  return { from, to: from, insert: gap + body };
}

function intoBlock(reading, collection, before, name, value) {
  const { text } = reading;
  const indent = columnOf(text, startOf(collection.items[0])) - (isMap(collection) ? 0 : 2);
  const pad = " ".repeat(indent);
  const lines = typeof name === "number" ? block([value], indent) : pad + pairText(name, value, indent);
  if (before >= 0) return insertLines(text, linesOf(reading, { collection, item: collection.items[before] }).to, lines);
  const from = startOf(collection.items[0]);
  return { from, to: from, insert: `${lines.trimStart()}\n${pad}` };
}

function emptied(reading, path, collection) {
  const { text } = reading;
  const pair = path.length ? reading.entry(path)?.item : null;
  const nothing = isMap(collection) ? "{}" : "[]";
  const [from, to] = [collection.range[0], endOf(collection, text)];
  if (collection.flow || !pair?.key) return [{ from, to, insert: nothing }];
  return [{ from: afterColon(pair, text), to, insert: ` ${nothing}` }];
}

function flowRemoval({ text }, { collection, index, item }) {
  const next = collection.items[index + 1];
  if (next) return { from: startOf(item), to: startOf(next), insert: "" };
  return { from: endOfItem(collection.items[index - 1], text), to: endOfItem(item, text), insert: "" };
}

function blockRemoval(reading, entry) {
  const { text } = reading;
  const { collection, index, item } = entry;
  const isBehindDash = index === 0 && /-\s+$/.test(text.slice(lineStart(text, startOf(item)), startOf(item))) && isMap(collection);
  if (isBehindDash) return { from: startOf(item), to: startOf(collection.items[1]), insert: "" };
  const { from, to } = linesOf(reading, entry, { withComments: true });
  const isLastLine = to === text.length && !text.endsWith("\n");
  return { from: isLastLine ? Math.max(0, from - 1) : from, to, insert: "" };
}

function flowMove({ text }, { collection, index }, position) {
  const texts = collection.items.map((item) => text.slice(startOf(item), endOfItem(item, text)));
  const [moved] = texts.splice(index, 1);
  texts.splice(position, 0, moved);
  return collection.items.flatMap((item, place) => {
    const [from, to] = [startOf(item), endOfItem(item, text)];
    return text.slice(from, to) === texts[place] ? [] : [{ from, to, insert: texts[place] }];
  });
}

function blockMove(reading, entry, position) {
  const { text } = reading;
  const { collection, index } = entry;
  const whole = (place) => linesOf(reading, { collection, index: place, item: collection.items[place] }, { withComments: true });
  const { from, to } = whole(index);
  const goal = position > index ? whole(position).to : whole(position).from;
  const lines = text.slice(from, to).replace(/\n?$/, "");
  const isAtEnd = goal === text.length && !text.endsWith("\n");
  const takes = to === text.length && !text.endsWith("\n") ? { from: from - 1, to } : { from, to };
  return [{ ...takes, insert: "" }, { from: goal, to: goal, insert: isAtEnd ? `\n${lines}` : `${lines}\n` }];
}

/* The whole lines of an entry of a block, with the break after them, and the comments right above. */
function linesOf({ text }, { collection, item, index = 1 }, { withComments = false } = {}) {
  let from = lineStart(text, startOf(item));
  const end = text.indexOf("\n", endOfItem(item, text));
  const indent = columnOf(text, startOf(item)) - (isMap(collection) ? 0 : 2);
  while (withComments && index > 0 && from > 0) {
    const above = lineStart(text, from - 1);
    if (!text.slice(above, from).startsWith(`${" ".repeat(indent)}#`)) break;
    from = above;
  }
  return { from, to: end < 0 ? text.length : end + 1 };
}

function insertLines(text, at, lines) {
  const isAfterText = at === text.length && !text.endsWith("\n");
  return { from: at, to: at, insert: isAfterText ? `\n${lines}` : `${lines}\n` };
}

/* What stands between two entries in brackets: a comma, or a comma and a new line. */
function separator({ text }, collection) {
  const first = startOf(collection.items[0]);
  const start = lineStart(text, first);
  const isAlone = !text.slice(start, first).trim();
  return isAlone ? `,\n${text.slice(start, first)}` : ", ";
}

function afterColon(pair, text) {
  return pair?.key ? text.indexOf(":", pair.key.range[1]) + 1 : undefined;
}

function lineStart(text, offset) {
  return text.lastIndexOf("\n", offset - 1) + 1;
}

function columnOf(text, offset) {
  return offset - lineStart(text, offset);
}
