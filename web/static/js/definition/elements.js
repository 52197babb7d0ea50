/* DOM without a framework: `h` makes elements, `morph` turns one element into another in place.

   Rule: an element that means the same thing stays the same element, so that focus, caret, scroll
   and open menus outlive a redraw. `data-key` says what it means among its siblings.
*/
const SVG = "http://www.w3.org/2000/svg";
const DRAWN = new Set(["svg", "g", "path", "rect", "text", "polyline", "line", "circle", "title", "marker", "defs"]);

/* h("label", { for: "x", hidden: false }, "Name", …); null and false attributes and children are left out. */
export function h(tag, attributes = {}, ...children) {
  const element = DRAWN.has(tag) ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "value" && tag !== "option" && tag !== "button") element.value = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

/* Makes `old` equal to `fresh`, and takes what can be taken from it. */
export function morph(old, fresh) {
  morphAttributes(old, fresh);
  morphValue(old, fresh);
  if (old.tagName.includes("-") || old.tagName === "TEXTAREA") return; // its inside is its own
  morphChildren(old, fresh);
  if (old.tagName === "SELECT" && old.value !== fresh.value) old.value = fresh.value;
}

function morphAttributes(old, fresh) {
  for (const { name } of [...old.attributes]) {
    const isOwn = name === "open" || name === "data-held" || name === "data-kept"; // of the visitor
    if (!fresh.hasAttribute(name) && !isOwn) old.removeAttribute(name);
  }
  for (const { name, value } of fresh.attributes) {
    if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
}

function morphValue(old, fresh) {
  if (old.tagName.includes("-")) {
    for (const name of ["isReadOnly", "context", "value"]) if (name in fresh) old[name] = fresh[name];
    return;
  }
  if (old.type === "checkbox" || old.type === "radio") {
    old.checked = fresh.hasAttribute("checked");
    return;
  }
  const isTyped = (isUnsent(old) || old.hasAttribute("data-kept")) && isFocused(old);
  if (old.matches("input, textarea") && !isTyped && old.value !== fresh.value) old.value = fresh.value;
}

/* Whether something was typed here that is not in the document yet. */
function isUnsent(field) {
  return field.hasAttribute("data-held");
}

function isFocused(element) {
  return element.getRootNode().activeElement === element;
}

function morphChildren(old, fresh) {
  const left = new Map([...old.childNodes].filter(keyOf).map((node) => [keyOf(node), node]));
  let next = old.firstChild;
  for (const wanted of [...fresh.childNodes]) {
    const key = keyOf(wanted);
    const kept = key ? left.get(key) : next && !keyOf(next) && isAlike(next, wanted) ? next : null;
    if (!kept || !isAlike(kept, wanted)) {
      old.insertBefore(wanted, next);
      continue;
    }
    if (kept !== next) old.insertBefore(kept, next);
    next = kept.nextSibling;
    if (kept.nodeType === Node.ELEMENT_NODE) morph(kept, wanted);
    else if (kept.data !== wanted.data) kept.data = wanted.data;
  }
  while (next) {
    const after = next.nextSibling;
    next.remove();
    next = after;
  }
}

function keyOf(node) {
  return node.dataset?.key ?? null;
}

function isAlike(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName && one.type === other.type;
}
