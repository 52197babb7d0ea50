/* Where a caret stands in a document that is being typed, and so cannot be read yet.

   cursor(text, offset) -> { path, isKey, from, inFlow, quote }: the path of the mapping whose key is typed (isKey), or of the
   value that is typed; `from` is where the word before the caret begins, `quote` the quote that it stands in, or "".
   It knows indents, dashes, brackets, quotes and comments; that is enough for YAML and JSON as people write them.
*/
const KEY = /^((?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s#:'"[\]{},&*!|>%@`-][^:#]*?|-[^\s:#][^:#]*?))\s*:(?=\s|$)/;

export function cursor(text, offset) {
  const state = { blocks: [], frames: [], quote: "" };
  const lines = text.slice(0, offset).split("\n");
  let at = 0;
  lines.forEach((line, index) => {
    const isLast = index === lines.length - 1;
    if (state.frames.length || state.quote) scan(state, line, 0, at);
    else if (isLast || (line.trim() && !line.trimStart().startsWith("#"))) block(state, line, at, isLast);
    at += line.length + 1;
  });
  return state.frames.length ? inBrackets(state, text, offset) : inBlock(state, text, offset, lines.at(-1));
}

/* One line outside of brackets: its indent, dashes and key. */
function block(state, line, at, isLast) {
  let indent = line.length - line.trimStart().length;
  let rest = line.slice(indent);
  while (/^-(\s|$)/.test(rest)) {
    const dash = indent;
    const before = state.blocks.findLast((each) => each.indent === dash && each.isItem);
    close(state, dash, { keepKeyAt: dash });
    state.blocks.push({ indent: dash, isItem: true, step: (before?.step ?? -1) + 1 });
    const gap = /^-\s*/.exec(rest)[0].length;
    indent += gap;
    rest = rest.slice(gap);
  }
  const key = KEY.exec(rest);
  if (!key && !isLast) return scan(state, line, indent, at);
  close(state, indent);
  if (!key) {
    state.word = at + indent;
    return scan(state, line, indent, at);
  }
  state.blocks.push({ indent, step: bare(key[1]) });
  state.value = at + indent + key[0].length;
  return scan(state, line, indent + key[0].length, at);
}

/* Leaves blocks that a line of this indent does not belong to; a list may stand as deep as its key. */
function close(state, indent, { keepKeyAt = -1 } = {}) {
  const isOver = (each) => each.indent > indent || (each.indent === indent && (each.isItem || each.indent !== keepKeyAt));
  while (state.blocks.length && isOver(state.blocks.at(-1))) state.blocks.pop();
  state.word = state.value = undefined;
}

/* Characters of a value: quotes, and brackets with their keys and commas. */
function scan(state, line, start, at) {
  for (let index = start; index < line.length; index += 1) {
    const character = line[index];
    if (state.quote) {
      if (character === "\\" && state.quote === '"') index += 1;
      else if (character === state.quote) state.quote = "";
    } else if (character === "#" && (index === 0 || /\s/.test(line[index - 1]))) break;
    else step(state, line, index, at);
  }
}

function step(state, line, index, at) {
  const character = line[index];
  const frame = state.frames.at(-1);
  const isStart = !frame ? !line.slice(0, index).trim() || /[:\-,]\s*$/.test(line.slice(0, index)) : !frame.token;
  if ((character === '"' || character === "'") && isStart) {
    state.quote = character;
    if (frame) frame.token = at + index + 1;
  } else if ((character === "{" || character === "[") && isStart) state.frames.push({ isMapping: character === "{", position: 0, key: null, token: 0, keyAt: 0 });
  else if (frame) inFrame(state, frame, line, index, at);
}

function inFrame(state, frame, line, index, at) {
  const character = line[index];
  if (character === "}" || character === "]") {
    state.frames.pop();
    if (state.frames.length) state.frames.at(-1).token = 1;
  } else if (character === ",") Object.assign(frame, { key: null, token: 0, position: frame.position + 1, keyAt: 0 });
  else if (character === ":" && frame.isMapping && frame.key === null && /\s|$/.test(line[index + 1] ?? "")) {
    Object.assign(frame, { key: bare(wordOf(state, frame, line, index, at)), token: 0 });
  } else if (!/\s/.test(character) && !frame.token) frame.token = at + index;
}

function wordOf(state, frame, line, index, at) {
  const begin = frame.token - at;
  return (begin >= 0 ? line.slice(begin, index) : line.slice(0, index)).replace(/["'\s]+$/, "");
}

function inBrackets({ blocks, frames, quote }, text, offset) {
  const path = blocks.map(({ step: each }) => each);
  for (const frame of frames.slice(0, -1)) path.push(frame.isMapping ? frame.key : frame.position);
  const last = frames.at(-1);
  const isKey = last.isMapping && last.key === null;
  if (!isKey) path.push(last.isMapping ? last.key : last.position);
  return { path, isKey, from: last.token || offset, inFlow: true, quote };
}

function inBlock({ blocks, word, value, quote }, text, offset, line) {
  const path = blocks.map(({ step: each }) => each);
  if (value === undefined) return { path, isKey: true, from: word ?? offset, inFlow: false, quote };
  const gap = /^\s*["']?/.exec(text.slice(value, offset))[0].length;
  return { path, isKey: false, from: Math.min(value + gap, offset), inFlow: false, quote, line };
}

function bare(key) {
  return key.trim().replace(/^["']|["']$/g, "");
}
