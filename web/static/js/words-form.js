/* <words-form data-schema="/schemas/lot.json" data-text="id_options" data-first="pace faults">
     <script type="application/json">[{"place": "pace.ramp", "text": "…"}]</script> (what is wrong, from the server)
   </words-form>
   <textarea id="id_options">…</textarea>

   The form of a text of words, made from their schema; the text follows each change as its smallest edit. Where data-schema
   holds "{protocol}", the field of that name in the same page's form says which schema it is; so can others, "{version}".
*/
import { DefinitionForms } from "./definition/forms.js";
import { Desk } from "./definition/desk.js";
import { applied } from "./definition/edits.js";
import { h } from "./definition/elements.js";
import { words } from "./definition/fields.js";
import { Vocabulary } from "./definition/vocabulary.js";

const CHOSEN = /\{(\w+)\}/g; // a field's name in the schema's address
const PAUSE = 150; // ms without a key, then the form follows the text
const MOST_UNDONE = 100; // steps

/* A textarea as the desk knows an editor. */
class Area {
  constructor(textarea) {
    this.textarea = textarea;
    this.before = [];
    this.after = [];
  }

  get text() {
    return this.textarea.value;
  }

  get isReadOnly() {
    return this.textarea.disabled || this.textarea.readOnly;
  }

  apply(changes) {
    this.before = [...this.before, this.text].slice(-MOST_UNDONE);
    this.after = [];
    this.write(applied(this.text, changes));
  }

  write(text) {
    this.textarea.value = isBare(text) ? text.replace(/^\{\}[ \t]*\n?/m, "") : text;
  }

  undo() {
    this.step(this.before, this.after);
  }

  redo() {
    this.step(this.after, this.before);
  }

  step(from, to) {
    if (!from.length) return;
    to.push(this.text);
    this.write(from.pop());
  }

  showLines() {} // the text stands below the form, and stays where it is
}

/* Whether a text has no words left, but perhaps comments. */
function isBare(text) {
  return text.split("\n").every((line) => /^\s*(#.*|\{\}\s*)?$/.test(line));
}

class WordsForm extends DefinitionForms {
  connectedCallback() {
    this.textarea = document.getElementById(this.dataset.text);
    const found = JSON.parse(this.querySelector("script")?.textContent ?? "[]");
    this.connect(new Desk(new Area(this.textarea), { mayBeEmpty: true })).then(() => this.show(found));
  }

  get source() {
    const fields = this.closest("form")?.elements;
    return this.dataset.schema.replaceAll(CHOSEN, (_, name) => fields?.[name]?.value ?? "");
  }

  /* The names of the fields that say which schema it is. */
  get choosers() {
    return [...this.dataset.schema.matchAll(CHOSEN)].map(([, name]) => name);
  }

  async connect(desk) {
    const [pattern, choosers] = [this.dataset.schema, this.choosers];
    this.dataset.schema = this.source;
    await super.connect(desk);
    this.dataset.schema = pattern;
    this.textarea.addEventListener("input", () => this.edited(), { signal: this.left?.signal });
    this.closest("form")?.addEventListener("change", (event) => choosers.includes(event.target.name) && this.learn(), { signal: this.left?.signal });
  }

  edited() {
    clearTimeout(this.reading);
    this.reading = setTimeout(() => this.desk.refresh(), PAUSE);
  }

  /* Takes the words of another protocol. */
  async learn() {
    try {
      this.vocabulary = new Vocabulary(await (await fetch(this.source)).json());
    } catch {
      return; // the text still works; the server says what is wrong with it
    }
    this.redraw();
  }

  tabs() {
    return null;
  }

  panel(view) {
    const first = (this.dataset.first ?? "").split(" ").filter((word) => word in (view.vocabulary.root.properties ?? {}));
    return h("div", { class: "forms-panel", "data-key": "panel" }, h("div", { class: "section", "data-key": "words" }, words(view, [], view.vocabulary.root, { first })));
  }

  picture() {} // nothing here has a picture
}

customElements.define("words-form", WordsForm);
