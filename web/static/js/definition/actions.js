/* What the visitor does in the form, as edits of the document: one action is one step that can be undone. */
import { formsOf } from "./alternatives.js";
import { copy, move, put, remove, rename } from "./edits.js";
import { freeName, renaming } from "./names.js";
import { LISTS } from "./sections.js";
import { isMapping } from "./vocabulary.js";

/* What a new word begins with, where the schema's example would speak of names that are not there. */
const BEGINNINGS = {
  topic: "{id}/messages",
  path: "/messages/{id}",
  when: "time_in_status > 60",
  every: "10s",
  after: "5min",
  json: { id: "{id}", at: "{now:iso}" },
  on: { topic: "cmd/{id}" },
  go: [],
  send: [],
};

/* Payloads that are written as the same tree of values. */
function isTreeWord(word) {
  return ["json", "cbor", "msgpack"].includes(word);
}

export class Actions {
  constructor(forms) {
    this.forms = forms;
  }

  get desk() {
    return this.forms.desk;
  }

  get reading() {
    return this.desk.reading;
  }

  get vocabulary() {
    return this.forms.vocabulary;
  }

  run(name, path) {
    this[name](path);
  }

  open([section, step]) {
    const { opened } = this.forms;
    opened[section] = String(opened[section]) === String(step) ? null : step;
    this.forms.told = "";
    this.forms.redraw();
    this.forms.dispatchEvent(new CustomEvent("opened", { detail: [section, step] }));
  }

  put(path, value) {
    if (value === undefined) this.desk.change(remove(this.reading, path));
    else this.desk.change(put(this.reading, path, value, this.order(path.slice(0, -1))));
    this.forms.redraw(); // also when nothing changed: " 5" is 5
  }

  /* The words of a mapping in their usual order. */
  order(path) {
    if (path.length === 2 && path[0] === "metrics") return this.orderOfMetric(path);
    const shape = this.vocabulary.shapeAt(path, this.reading.data);
    const variant = shape ? this.vocabulary.variantOf(shape, this.reading.value(path)) : {};
    return Object.keys(variant.properties ?? {});
  }

  orderOfMetric(path) {
    const generator = this.vocabulary.generatorOf(this.reading.value(path));
    const words = Object.keys(generator?.form.properties ?? {});
    return ["description", "unit", ...words.filter((word) => !["description", "unit"].includes(word))];
  }

  add(path) {
    this.put(path, this.beginning(path));
    this.forms.partOf(path)?.querySelector("input, select, textarea, button")?.focus();
    this.forms.partOf(path)?.focus();
  }

  beginning(path) {
    const word = path.at(-1);
    const shape = this.vocabulary.shapeAt(path, this.reading.data);
    const sample = this.vocabulary.sample(shape ?? {});
    const isFitting = word in BEGINNINGS && this.vocabulary.variants(shape ?? {}).some((each) => this.vocabulary.fits(each, BEGINNINGS[word]));
    if (isFitting) return structuredClone(BEGINNINGS[word]);
    return sample === "" && shape && !this.vocabulary.types(shape).has("string") ? null : sample;
  }

  remove(path) {
    const isListed = path.length === 2 && path[0] in LISTS;
    this.desk.change(remove(this.reading, path));
    if (isListed || typeof path.at(-1) === "number") this.forms.tell(`${this.called(path)} is deleted.`);
  }

  called(path) {
    const step = path.at(-1);
    return typeof step === "number" ? `Entry ${step + 1}` : `“${step}”`;
  }

  rename(path, name) {
    const siblings = Object.keys(this.reading.value(path.slice(0, -1)));
    if (!name || name === path.at(-1)) this.forms.redraw();
    else if (siblings.includes(name)) this.forms.tell(`“${name}” is there already; a name is given once.`);
    else this.renameTo(path, name);
  }

  renameTo(path, name) {
    const section = path.at(-2);
    const isNamed = path.length === 2 || section === "statuses";
    if (path.length === 2 && this.forms.opened[section] === path[1]) this.forms.opened[section] = name;
    const isHere = this.forms.contains(document.activeElement) && document.activeElement.dataset.kind === "name";
    this.desk.change(isNamed ? renaming(this.reading, path, name, this.vocabulary) : rename(this.reading, path, name));
    if (isHere) this.forms.focusName([...path.slice(0, -1), name]);
  }

  copy(path) {
    const [section, step] = path;
    const name = typeof step === "number" ? step + 1 : freeName(step, this.forms.namesOf(section));
    this.desk.change(copy(this.reading, path, name));
    this.forms.open([section, name], { focus: true });
  }

  up(path) {
    this.shift(path, -1);
  }

  down(path) {
    this.shift(path, 1);
  }

  shift(path, by) {
    const { index } = this.reading.entry(path);
    const [section, step] = path;
    if (path.length === 2 && typeof step === "number" && this.forms.opened[section] === step) this.forms.opened[section] = step + by;
    this.desk.change(move(this.reading, path, index + by));
  }

  /* A new entry of a list of the document. */
  create([section]) {
    if (section === "replies") return this.createListed(["replies"]);
    const name = freeName(LISTS[section].one, this.forms.namesOf(section));
    this.put([section, name], this.newEntry(section));
    return this.forms.open([section, name], { focus: true });
  }

  newEntry(section) {
    if (section === "messages") return { every: "10s", topic: "{id}/messages", json: { id: "{id}", at: "{now:iso}" } };
    if (section === "statuses") return { send: this.forms.namesOf("messages") };
    return {};
  }

  createListed(path) {
    this.append(path);
    this.forms.open([...path, this.reading.value(path).length - 1], { focus: true });
  }

  /* A new entry at the end of a list of mappings. */
  append(path) {
    const count = this.reading.value(path)?.length ?? 0;
    this.put([...path, count], this.newItem(path));
  }

  newItem(path) {
    if (path.at(-1) === "go") return { to: this.forms.namesOf("statuses").find((name) => name !== path.at(-2)) ?? path.at(-2), after: "5min" };
    if (path.at(-1) === "replies") return { on: { topic: "cmd/{id}" }, send: { topic: "ack/{id}", json: { ok: true } } };
    if (path.at(-1) === "anomalies") return { spike: 10, chance: "1% per hour", lasts: "1min" };
    const shape = this.vocabulary.shapeAt(path, this.reading.data);
    const variant = this.vocabulary.variantOf(shape, this.reading.value(path));
    return this.vocabulary.sample(variant.items ?? {});
  }

  /* A new transition between two statuses. */
  lead({ from, to }) {
    const path = [...from, "go", this.reading.value([...from, "go"])?.length ?? 0];
    this.put(path, { to, after: "5min" });
    this.forms.open(path, { focus: true });
  }

  /* A new name in a mapping of the visitor's own names. */
  enter(path) {
    const shape = this.vocabulary.shapeAt(path, this.reading.data);
    const variant = this.vocabulary.variantOf(shape, this.reading.value(path) ?? {});
    const name = freeName("name", Object.keys(this.reading.value(path) ?? {}));
    this.put([...path, name], path.at(-1) === "variables" ? { choice: ["a", "b"] } : this.vocabulary.sample(variant.additionalProperties ?? {}) ?? "");
    const control = this.forms.partOf([...path, name])?.closest(".entry")?.querySelector(".entry-name");
    control?.focus();
    control?.select();
  }

  /* Another form of the same value: a mapping in place of a duration. */
  become(path, index) {
    const shape = this.vocabulary.shapeAt(path, this.reading.data);
    const [variant] = formsOf({ vocabulary: this.vocabulary }, shape)[index].variants;
    const old = this.reading.value(path);
    if (path.at(-1) === "send") this.put(path, Array.isArray(old) ? Object.fromEntries(old.map((name) => [name, null])) : Object.keys(old));
    else this.put(path, (variant.examples ?? []).find((each) => this.vocabulary.fits(variant, each)) ?? this.vocabulary.smallest(variant, 0));
  }

  /* Another word in place of the one of which only one may stand there. */
  exchange(path, word) {
    const shape = this.vocabulary.shapeAt(path, this.reading.data);
    const all = this.vocabulary.exclusive(shape);
    const old = this.reading.value(path);
    const kept = Object.entries(old).filter(([each]) => !all.includes(each));
    const before = all.find((each) => each in old);
    const isAlike = before && isTreeWord(before) && isTreeWord(word);
    this.put(path, { ...Object.fromEntries(kept), [word]: isAlike ? old[before] : this.beginning([...path, word]) });
  }

  pick(path, name, isOn) {
    const old = this.reading.value(path) ?? [];
    this.put(path, isOn ? [...old, name] : old.filter((each) => each !== name));
  }

  /* Another generator for a metric, or a new metric with one. */
  async choose(path) {
    const examples = Object.fromEntries(this.vocabulary.generators.map((each) => [each.word, this.metricOf(each)]));
    const drawn = this.forms.ask({ metrics: examples });
    const generator = await this.forms.querySelector("generator-chooser").ask(this.vocabulary, drawn);
    if (!generator) return;
    const [section, name = freeName(generator.word, this.forms.namesOf("metrics"))] = path;
    const old = this.reading.value([section, name]);
    this.put([section, name], old ? this.exchanged(old, generator) : this.metricOf(generator));
    this.forms.open([section, name], { focus: true });
  }

  metricOf(generator) {
    return structuredClone(generator.examples[0] ?? { [generator.word]: this.vocabulary.sample(generator.shape) });
  }

  exchanged(old, generator) {
    const before = this.vocabulary.generatorOf(old);
    const isOwn = (word) => word === before?.word || !isMapping(old[before?.word]) && word in (before?.shape.properties ?? {});
    const kept = Object.fromEntries(Object.entries(old).filter(([word]) => !isOwn(word)));
    const { unit, ...made } = this.metricOf(generator);
    return { ...kept, ...made };
  }

  undo() {
    this.forms.told = "";
    this.desk.undo();
  }

  redo() {
    this.desk.redo();
  }

  hush() {
    this.forms.told = "";
    this.forms.redraw();
  }
}
