/* The form above a wall: fills its lists with the words that the run has, and says what is chosen. */

export class Choices {
  constructor(form) {
    this.form = form;
    this.known = {};
    this.more = form.querySelector("[data-more]");
    this.more.addEventListener("click", () => this.unfold(!form.hasAttribute("data-open")));
  }

  take(head) {
    this.fill("status", head.statuses);
    this.fill("link", head.links);
    this.fill("reason", head.reasons.map(([text]) => text));
  }

  fill(name, words) {
    const key = words.join("\n");
    if (this.known[name] === key) return;
    this.known[name] = key;
    const list = this.form.elements[name];
    const { value } = list;
    list.replaceChildren(list.options[0], ...words.map((word) => new Option(word, word)));
    list.value = words.includes(value) ? value : "";
  }

  /* Shows the filters on a narrow screen, or folds them away. */
  unfold(isOpen) {
    this.form.toggleAttribute("data-open", isOpen);
    this.more.setAttribute("aria-expanded", isOpen);
  }

  wish() {
    const { face, status, link, reason, failing, text } = this.form.elements;
    const filters = [status.value, link.value, reason.value, failing.checked, text.value.trim()].filter(Boolean).length;
    this.more.textContent = filters ? `Filters: ${filters} on` : "Filters";
    return { face: face.value, status: status.value, link: link.value, reason: reason.value, failing: failing.checked, text: text.value.trim() };
  }
}
