/* The legend of a wall: a button for each code that some mock has, with its colour and count; pressed ones are shown. */

export class Legend {
  constructor(place, changed, signal) {
    this.place = place;
    this.hidden = new Map(); // by face: labels that somebody switched off
    this.entries = [];
    this.counts = [];
    place.addEventListener("click", (event) => this.press(event.target.closest("button"), changed), { signal });
  }

  press(button, changed) {
    if (!button) return;
    const off = this.off();
    const label = this.entries[Number(button.dataset.code)].label;
    if (!off.delete(label)) off.add(label);
    changed();
  }

  off() {
    if (!this.hidden.has(this.face)) this.hidden.set(this.face, new Set());
    return this.hidden.get(this.face);
  }

  isHidden(code) {
    return this.veil[code] === 1;
  }

  /* Counts whom the filter leaves, and shows what there is of each code. */
  show(face, entries, codes, kept) {
    Object.assign(this, { face, entries });
    this.counts = new Uint32Array(entries.length);
    for (let mock = 0; mock < codes.length; mock += 1) this.counts[codes[mock]] += kept[mock];
    const off = this.off();
    this.veil = Uint8Array.from(entries, ({ label }) => Number(off.has(label)));
    const shown = entries.map((_, code) => code).filter((code) => entries[code].label && (this.counts[code] || this.veil[code]));
    const key = `${face} ${shown.map((code) => entries[code].label).join("|")}`;
    if (key !== this.key) this.place.replaceChildren(...shown.map((code) => this.item(code)));
    this.key = key;
    shown.forEach((code, place) => this.fill(this.place.children[place].firstElementChild, code));
  }

  item(code) {
    const { label, colour, isPale } = this.entries[code];
    const button = Object.assign(document.createElement("button"), { type: "button", className: "wall-key" });
    button.dataset.code = code;
    const patch = Object.assign(document.createElement("span"), { className: "wall-patch" });
    patch.dataset.colour = colour.slice(2);
    patch.toggleAttribute("data-pale", Boolean(isPale));
    button.append(patch, ` ${label} `, Object.assign(document.createElement("span"), { className: "wall-count" }));
    const item = document.createElement("li");
    item.append(button);
    return item;
  }

  fill(button, code) {
    button.dataset.code = code;
    button.setAttribute("aria-pressed", String(!this.veil[code]));
    const count = this.counts[code].toLocaleString("en-GB");
    const place = button.lastElementChild;
    if (place.textContent !== count) place.textContent = count;
  }

  words() {
    const told = this.entries.map(({ label }, code) => [label, this.counts[code]]).filter(([label, count]) => label && count);
    return told.length ? `${told.map(([label, count]) => `${label}: ${count.toLocaleString("en-GB")}`).join("; ")}.` : "";
  }
}
