/* The page of a definition: its form, its text, what is wrong in it, and what it would send.

   <form data-editor-form [data-unsaved]>
     <div data-face-buttons hidden>…</div>
     <div data-part="problems"><li data-problem data-line data-column data-place data-text><button data-jump></div>
     <section data-face="form"><definition-forms>…</definition-forms></section>
     <section data-face="document"><definition-editor><textarea name="text"></textarea></definition-editor></section>
     <section data-face="preview"><definition-preview data-to="/w/…/definitions/preview/">…</definition-preview></section>
   </form>
*/
import "./drawing/curve-editor.js";
import "./drawing/route-editor.js";
import "./definition/forms.js";
import "./editor-code.js";
import "./editor-preview.js";
import { Desk } from "./definition/desk.js";
import { Faces } from "./editor-faces.js";

const PAUSE = 150; // ms without a key, then the form follows the document

const form = document.querySelector("[data-editor-form]");
const editor = form.querySelector("definition-editor");
const forms = form.querySelector("definition-forms");
const saved = new FormData(form).get("text");
const faces = new Faces(form);
const desk = new Desk(editor);
let isLeaving = false;
let reading;

function isUnsaved() {
  return form.hasAttribute("data-unsaved") || new FormData(form).get("text") !== saved;
}

function showProblems() {
  const problems = [...form.querySelectorAll("[data-problem]")].map(({ dataset }) => ({
    line: Number(dataset.line ?? 1),
    column: Number(dataset.column ?? 1),
    place: dataset.place ?? "",
    text: dataset.text,
  }));
  editor.showProblems(problems);
  forms.show(problems);
}

function edited() {
  clearTimeout(reading);
  reading = setTimeout(() => desk.refresh(), PAUSE);
}

function jump({ dataset }) {
  faces.show("document");
  editor.jumpTo(Number(dataset.jump));
  if (!desk.trouble) forms.open(desk.reading.pathAt(editor.offset));
}

form.addEventListener("edited", edited);
form.addEventListener("moved", ({ detail }) => {
  if (!desk.trouble) forms.open(desk.reading.pathAt(detail));
});
forms.addEventListener("opened", ({ detail }) => desk.show(detail));
form.addEventListener("submit", () => { isLeaving = true; });
form.addEventListener("previewed", showProblems);
form.addEventListener("click", (event) => {
  const button = event.target.closest("[data-jump]");
  if (button) jump(button);
});
function save() {
  forms.flush();
  if (!editor.isReadOnly) form.requestSubmit();
}

/* Undo covers both faces; a field that was typed in has its own first, and so has the document. */
function isElsewhere({ target }) {
  return !editor.contains(target) && !target.hasAttribute("data-held") && (forms.contains(target) || target === document.body);
}

addEventListener("keydown", (event) => {
  if ((!event.ctrlKey && !event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  const isUndo = (key === "z" || key === "y") && isElsewhere(event);
  if (key !== "s" && !isUndo) return;
  event.preventDefault();
  if (key === "s") save();
  else if (key === "y" || event.shiftKey) desk.redo();
  else desk.undo();
});
addEventListener("beforeunload", (event) => {
  if (!isLeaving && !editor.isReadOnly && isUnsaved()) event.preventDefault();
});
addEventListener("pageshow", () => { isLeaving = false; });
showProblems();
forms.connect(desk).then(showProblems);
editor.known = () => (forms.vocabulary ? forms.view : null);
