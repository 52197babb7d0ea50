/* <definition-forms data-schema="/schemas/definition.json" data-series="/w/…/definitions/series/">
     <script type="application/json">["van-7.gpx"]</script> (the workspace's datasets)
   </definition-forms>

   The form of a definition. `connect(desk)` ties it to the document; all it does to it goes through edits.js,
   and all that it shows comes from the desk's last reading, so that both faces always say the same.
   Sends "opened" (detail: path) when the visitor goes to a part of the form.
*/
import "./chooser.js";
import "./diagram.js";
import { Actions } from "./actions.js";
import { h, morph } from "./elements.js";
import { asText } from "./basics.js";
import { Problems } from "./problems.js";
import { device, list, LISTS } from "./sections.js";
import { pictures } from "./series.js";
import { NotUnderstood, understood } from "./values.js";
import { Vocabulary } from "./vocabulary.js";

const PAUSE = 700; // ms without a key, then what was typed goes to the document
const PAUSE_OF_PICTURES = 400; // ms
const TABS = { device: "Device", ...Object.fromEntries(Object.entries(LISTS).map(([section, { title }]) => [section, title])) };

export class DefinitionForms extends HTMLElement {
  async connect(desk) {
    this.desk = desk;
    this.problems = new Problems();
    this.misread = [];
    this.section = "device";
    this.opened = {};
    this.series = {};
    this.datasets = JSON.parse(this.querySelector("script")?.textContent ?? "[]");
    try {
      this.vocabulary = new Vocabulary(await (await fetch(this.dataset.schema)).json());
    } catch {
      this.replaceChildren(h("p", { class: "notice", "data-kind": "warning" }, "The form cannot be made just now. The document beside it works; load the page again for the form."));
      return;
    }
    this.actions = new Actions(this);
    this.replaceChildren(h("div", { class: "forms" }), h("generator-chooser"));
    this.listen();
    this.redraw();
    this.picture();
  }

  disconnectedCallback() {
    clearTimeout(this.sending);
    clearTimeout(this.picturing);
    this.asking?.abort();
    this.left?.abort();
  }

  listen() {
    this.left = new AbortController();
    const { signal } = this.left;
    this.desk.addEventListener("read", () => this.read(), { signal });
    this.addEventListener("input", (event) => this.typed(event.target), { signal });
    this.addEventListener("change", (event) => this.send(event.target), { signal });
    this.addEventListener("keydown", (event) => this.pressed(event), { signal });
    this.addEventListener("part-chosen", ({ detail }) => this.reach(detail), { signal });
    this.addEventListener("way-drawn", ({ detail }) => this.actions.lead(detail), { signal });
    this.addEventListener("focusin", (event) => this.visited(event.target), { signal });
    this.addEventListener("focusout", ({ target }) => this.leave(target), { signal });
    this.addEventListener("click", (event) => {
      const button = event.target.closest("[data-do], [data-tab]");
      if (button?.dataset.tab) this.turn(button.dataset.tab);
      else if (button) this.actions.run(button.dataset.do, pathOf(button));
    }, { signal });
  }

  /* What the drawing functions look at. */
  get view() {
    const names = { datasets: this.datasets, statuses: nested(this.desk.reading.value(["statuses"])), messages: this.namesOf("messages") };
    return {
      vocabulary: this.vocabulary,
      reading: this.desk.reading,
      problems: new Problems([...this.problems.list, ...this.misread]),
      isReadOnly: this.desk.isReadOnly,
      series: this.series,
      names: (section) => names[section],
    };
  }

  namesOf(section) {
    return Object.keys(this.desk.reading.value([section]) ?? {});
  }

  read() {
    this.misread = [];
    this.redraw();
    this.picture();
  }

  /* Shows the problems of the last check, each with a place and a text. */
  show(problems) {
    this.problems = new Problems(problems);
    this.redraw();
  }

  /* Draws the form anew. Taking out a field that was typed in makes it send what it holds: too late. */
  redraw() {
    if (this.isDrawing || !this.vocabulary) return; // the first time it is drawn with what was opened until then
    this.isDrawing = true;
    const { view } = this;
    morph(this.firstElementChild, h("div", { class: "forms", "data-readonly": view.isReadOnly },
      this.tabs(view), this.trouble(), this.panel(view), this.toast()));
    this.isDrawing = false;
  }

  tabs(view) {
    const tab = (section, title) => {
      const value = view.reading.value([section]);
      const wrong = section === "device" ? 0 : view.problems.inside([section]).length;
      return h("button", { type: "button", role: "tab", id: `tab-${section}`, "data-key": section, "data-tab": section, "aria-selected": String(section === this.section), "aria-controls": "forms-panel", tabindex: section === this.section ? null : "-1", "data-wrong": wrong > 0 },
        title, section === "device" ? null : h("span", { class: "tab-count" }, String(Object.keys(value ?? {}).length)));
    };
    const known = Object.entries(TABS).filter(([section]) => section === "device" || section in (view.vocabulary.root.properties ?? {}));
    return h("div", { class: "form-tabs", role: "tablist", "aria-label": "Parts of the definition", "data-key": "tabs" }, known.map(([section, title]) => tab(section, title)));
  }

  panel(view) {
    const inside = this.section === "device" ? device(view) : list(view, this.section, this.opened[this.section]);
    return h("div", { class: "forms-panel", role: "tabpanel", id: "forms-panel", "aria-labelledby": `tab-${this.section}`, "data-key": `panel-${this.section}` },
      this.section === "statuses" ? this.diagram(view) : null, inside);
  }

  diagram(view) {
    const diagram = document.createElement("status-diagram");
    diagram.dataset.key = "diagram";
    diagram.isReadOnly = view.isReadOnly;
    diagram.value = { statuses: view.reading.value(["statuses"]), opened: this.opened.statuses, problems: view.problems };
    return diagram;
  }

  trouble() {
    const { trouble } = this.desk;
    if (!trouble) return null;
    return h("div", { class: "notice", "data-kind": "warning", role: "status", "data-key": "trouble" },
      h("p", {}, h("strong", {}, `The document cannot be read at line ${trouble.line}.`), " The form stays as it was, and cannot be changed, until that line is mended or undone."));
  }

  toast() {
    if (!this.told) return null;
    return h("div", { class: "toast", role: "status", "data-key": "toast" }, h("span", {}, this.told),
      h("button", { type: "button", class: "link-button", "data-do": "undo", "data-path": "[]" }, "Undo"),
      h("button", { type: "button", class: "field-gone", "data-do": "hush", "data-path": "[]", "aria-label": "Close" }, "×"));
  }

  /* Says what was done, with a way back. */
  tell(text) {
    this.told = text;
    this.redraw();
  }

  turn(section) {
    this.section = section;
    this.told = "";
    this.redraw();
  }

  /* Opens the part of the form that a path belongs to. */
  open(path, { focus = false } = {}) {
    const [section, step] = path;
    this.section = section in LISTS ? section : "device";
    if (section in LISTS && step !== undefined) this.opened[section] = step;
    this.redraw();
    const part = this.partOf(path);
    if (focus) part?.querySelector("input, select, textarea")?.focus();
    if (part) this.bring(part);
  }

  /* Scrolls the panel, never the page, until a part of it is in sight. */
  bring(part) {
    const panel = this.querySelector(".forms-panel");
    const [whole, inner] = [panel.getBoundingClientRect(), part.getBoundingClientRect()];
    if (inner.top < whole.top || inner.top > whole.bottom - whole.height / 4) panel.scrollTop += inner.top - whole.top - 8;
  }

  /* Opens a part that the visitor chose, here and in the document. */
  reach(path) {
    this.open(path);
    this.dispatchEvent(new CustomEvent("opened", { detail: path }));
  }

  partOf(path) {
    for (let depth = path.length; depth > 0; depth -= 1) {
      const wanted = asText(path.slice(0, depth));
      const part = [...this.querySelectorAll("[data-section], [data-kind]")].find((each) => (each.dataset.section ?? each.dataset.path) === wanted);
      if (part) return part;
    }
    return null;
  }

  focusName(path) {
    const wanted = asText(path);
    [...this.querySelectorAll("[data-kind=name]")].find(({ dataset }) => dataset.path === wanted)?.focus();
  }

  visited(element) {
    const part = element.closest("[data-kind][data-path], [data-section]");
    if (!part || this.desk.trouble) return;
    const path = part.dataset.section ? JSON.parse(part.dataset.section) : pathOf(part);
    this.dispatchEvent(new CustomEvent("opened", { detail: path }));
  }

  /* A field that is left shows its value as the document has it. */
  leave(control) {
    if (!control.hasAttribute("data-kept") || this.isDrawing) return;
    control.removeAttribute("data-kept");
    this.redraw();
  }

  typed(control) {
    if (!control.dataset.kind || control.matches("select, [type=checkbox]")) return;
    control.setAttribute("data-held", "");
    clearTimeout(this.sending);
    if (control.dataset.kind !== "name") this.sending = setTimeout(() => this.send(control), PAUSE);
  }

  /* Brings what a control says into the document. */
  send(control) {
    const { kind } = control.dataset;
    if (!kind || this.desk.isReadOnly || this.isDrawing) return;
    clearTimeout(this.sending);
    control.removeAttribute("data-held");
    control.toggleAttribute("data-kept", control === document.activeElement); // as typed, until it is left
    if (kind === "name") this.actions.rename(pathOf(control), control.value.trim());
    else if (kind === "become") this.actions.become(pathOf(control), Number(control.value));
    else if (kind === "exchange") this.actions.exchange(pathOf(control), control.value);
    else if (kind === "pick") this.actions.pick(pathOf(control), control.dataset.name, control.checked);
    else this.put(control);
  }

  put(control) {
    const path = pathOf(control);
    this.misread = this.misread.filter(({ place }) => place !== control.id);
    try {
      this.actions.put(path, valueOf(control));
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      control.setAttribute("data-held", ""); // what was typed stays until it can be understood
      this.misread.push({ place: control.id, path, text: error.message });
      this.redraw();
    }
  }

  /* What was typed and not sent yet; the page asks before it saves. */
  flush() {
    for (const control of this.querySelectorAll("[data-held]")) this.send(control);
  }

  pressed(event) {
    const { target, key } = event;
    if (target.matches("[role=tab]")) this.stepTabs(event);
    else if (key === "Enter" && target.matches("input[data-kind]")) {
      event.preventDefault(); // Enter would send the page's form
      this.send(target);
    } else if (key === "Enter" && target.matches("input")) event.preventDefault();
  }

  stepTabs(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const tabs = [...this.querySelectorAll("[role=tab]")];
    const next = tabs[(tabs.indexOf(event.target) + step + tabs.length) % tabs.length];
    this.turn(next.dataset.tab);
    next.focus();
  }

  picture() {
    const { data } = this.desk.reading;
    const wanted = JSON.stringify([data.version, data.constants, data.variables, data.metrics]);
    if (wanted === this.pictured) return;
    clearTimeout(this.picturing);
    this.picturing = setTimeout(async () => {
      this.asking?.abort();
      this.asking = new AbortController();
      this.pictured = wanted;
      try {
        this.series = await this.ask(data, this.asking.signal);
      } catch {
        return; // left, or the console does not answer: the last pictures stay
      }
      this.redraw();
    }, PAUSE_OF_PICTURES);
  }

  /* The series of a document's metrics. */
  ask(data, signal) {
    const token = this.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
    return pictures(this.dataset.series, token, data, { signal });
  }
}

/* The names of statuses and of those in them. */
export function nested(statuses) {
  return Object.entries(statuses ?? {}).flatMap(([name, status]) => [name, ...nested(status?.statuses)]);
}

function pathOf(control) {
  return JSON.parse(control.dataset.path);
}

function valueOf(control) {
  const { kind } = control.dataset;
  if (kind === "special") return control.value;
  if (kind === "boolean") return control.checked;
  return understood(kind, control.value, new Set((control.dataset.types ?? "").split(" ")));
}

customElements.define("definition-forms", DefinitionForms);
