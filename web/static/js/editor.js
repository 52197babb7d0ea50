/* The page of a definition: the text, what is wrong in it, and what it would send.

   <form data-editor-form [data-unsaved]>
     <div data-part="problems"><li data-problem data-line data-column data-text><button data-jump></div>
     <definition-editor><textarea name="text"></textarea></definition-editor>
     <definition-preview data-to="/w/…/definitions/preview/">…</definition-preview>
   </form>
*/
import "./editor-code.js";
import "./editor-preview.js";

const form = document.querySelector("[data-editor-form]");
const editor = form.querySelector("definition-editor");
const saved = new FormData(form).get("text");
let isLeaving = false;

function isUnsaved() {
  return form.hasAttribute("data-unsaved") || new FormData(form).get("text") !== saved;
}

function showProblems() {
  editor.showProblems([...form.querySelectorAll("[data-problem]")].map(({ dataset }) => ({
    line: Number(dataset.line ?? 1),
    column: Number(dataset.column ?? 1),
    text: dataset.text,
  })));
}

form.addEventListener("submit", () => { isLeaving = true; });
form.addEventListener("previewed", showProblems);
form.addEventListener("click", (event) => {
  const jump = event.target.closest("[data-jump]");
  if (jump) editor.jumpTo(Number(jump.dataset.jump));
});
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === "s") {
    event.preventDefault();
    if (!editor.isReadOnly) form.requestSubmit();
  }
});
addEventListener("beforeunload", (event) => {
  if (!isLeaving && !editor.isReadOnly && isUnsaved()) event.preventDefault();
});
addEventListener("pageshow", () => { isLeaving = false; });
showProblems();
