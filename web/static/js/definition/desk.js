/* What the form and the document share: one text, held by the editor, and the last reading of it.

   Sends "read" after each change of the text: `reading` is the newest one that could be read, `trouble` is null
   or says what keeps the text from being read ({ line, column, text }).
*/
import { read } from "./reading.js";

export class Desk extends EventTarget {
  constructor(editor, { mayBeEmpty = false } = {}) {
    super();
    this.editor = editor;
    this.mayBeEmpty = mayBeEmpty;
    this.refresh();
  }

  get isReadOnly() {
    return this.editor.isReadOnly || this.trouble !== null;
  }

  /* Reads the text, unless that is done already. */
  refresh() {
    if (this.last === this.editor.text) return;
    this.last = this.editor.text;
    const reading = read(this.editor.text, { mayBeEmpty: this.mayBeEmpty });
    this.trouble = reading.problem;
    if (!reading.problem || !this.reading) this.reading = reading;
    this.dispatchEvent(new Event("read"));
  }

  /* Makes changes of the last reading as one step that can be undone. */
  change(changes) {
    if (!changes.length || this.isReadOnly) return;
    this.refresh(); // what was typed in the document a moment ago
    this.editor.apply(changes);
    this.refresh();
  }

  undo() {
    this.editor.undo();
    this.refresh();
  }

  redo() {
    this.editor.redo();
    this.refresh();
  }

  /* Shows where a path, or what of it there is, stands in the document, without going there. */
  show(path) {
    const known = this.known(path);
    if (known.length) this.editor.showLines(...this.reading.range(known));
  }

  known(path) {
    let depth = path.length;
    while (depth && !this.reading.entry(path.slice(0, depth))) depth -= 1;
    return path.slice(0, depth);
  }
}
