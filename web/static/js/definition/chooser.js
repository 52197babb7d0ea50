/* <generator-chooser>: a dialog of all generators by family, each with a line and a picture of what it gives.

   `ask(vocabulary, pictures)` opens it and resolves to a generator, or to null when it is closed. Type to
   search; Tab and Enter choose; Escape closes.
*/
import { h } from "./elements.js";
import { spark } from "./series.js";

const FAMILIES = {
  fixed: "Fixed", random: "Random numbers", choice: "Choices", shape: "Shapes over time", process: "Wandering",
  derived: "From other values", place: "Places", recorded: "Recordings", text: "Texts and numbers of identity", "": "Generators",
};

class GeneratorChooser extends HTMLElement {
  connectedCallback() {
    this.addEventListener("input", () => this.filter());
    this.addEventListener("click", (event) => {
      const choice = event.target.closest("[data-word]");
      if (choice) this.close(choice.dataset.word);
      else if (event.target.closest("[data-close]") || event.target === this.dialog) this.close("");
    });
  }

  ask(vocabulary, pictures) {
    this.vocabulary = vocabulary;
    this.dialog = h("dialog", { class: "dialog chooser", "aria-labelledby": "chooser-title" }, ...this.inside());
    this.replaceChildren(this.dialog);
    this.dialog.addEventListener("close", () => this.answer());
    this.dialog.showModal();
    pictures.then((series) => this.draw(series)).catch(() => {}); // without pictures it can be chosen from too
    return new Promise((resolve) => { this.resolve = resolve; });
  }

  inside() {
    const { generators } = this.vocabulary;
    const families = [...new Set([...Object.keys(FAMILIES), ...generators.map(({ family }) => family)])];
    return [
      h("div", { class: "chooser-head" },
        h("h2", { id: "chooser-title" }, "What makes the values?"),
        h("button", { type: "button", class: "button", "data-kind": "quiet", "data-size": "small", "data-close": true }, "Close")),
      h("input", { type: "search", class: "input", placeholder: "Search: walk, day, GPS, uuid …", "aria-label": "Search generators", autocomplete: "off" }),
      h("div", { class: "chooser-families" },
        families.map((family) => this.family(family, generators.filter((each) => each.family === family))),
        h("p", { class: "muted", "data-nothing": true, hidden: true }, "No generator has this in its name or its description.")),
    ];
  }

  family(family, generators) {
    if (!generators.length) return null;
    return h("section", { "data-family": family },
      h("h3", {}, FAMILIES[family] ?? family),
      h("div", { class: "chooser-cards" }, generators.map(({ word, summary }) => (
        h("button", { type: "button", class: "chooser-card", "data-word": word, "data-text": `${word} ${family} ${summary}`.toLowerCase() },
          h("span", { class: "chooser-word" }, word.replaceAll("_", " ")),
          h("span", { class: "chooser-picture", "data-picture": word }),
          h("span", { class: "muted chooser-summary" }, summary))))));
  }

  draw(series) {
    for (const place of this.querySelectorAll("[data-picture]")) place.replaceChildren(spark(series, place.dataset.picture));
  }

  filter() {
    const wanted = this.querySelector("input").value.trim().toLowerCase().split(/\s+/);
    for (const card of this.querySelectorAll("[data-word]")) card.hidden = !wanted.every((part) => card.dataset.text.includes(part));
    for (const family of this.querySelectorAll("[data-family]")) family.hidden = !family.querySelector("[data-word]:not([hidden])");
    this.querySelector("[data-nothing]").hidden = Boolean(this.querySelector("[data-word]:not([hidden])"));
  }

  close(word) {
    this.chosen = word;
    this.dialog.close();
  }

  answer() {
    const generator = this.vocabulary.generators.find(({ word }) => word === this.chosen) ?? null;
    this.chosen = "";
    this.replaceChildren();
    this.resolve(generator);
  }
}

customElements.define("generator-chooser", GeneratorChooser);
