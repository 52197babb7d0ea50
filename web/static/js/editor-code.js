/* <definition-editor><textarea name="text">…</textarea></definition-editor>

   Puts CodeMirror in place of the textarea, which stays in the form and is kept equal. The editor lies
   in a shadow root, where its styles are constructed sheets: the content policy allows no inline ones.
   `known` may be set to what its help is made of, see definition/assist.js. Sends bubbling events: "edited" after each change, "moved" (detail: offset) when the visitor goes elsewhere
   in the text.
*/
import {
  basicSetup, Decoration, EditorState, EditorView, HighlightStyle, indentUnit, indentWithTab, isolateHistory,
  json, keymap, lintGutter, redo, setDiagnostics, StateEffect, StateField, syntaxHighlighting, tags, undo, yaml,
} from "../vendor/codemirror-6.0.2/codemirror.js";
import { assistance } from "./definition/assist.js";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--code-number)" },
  { tag: tags.comment, color: "var(--code-comment)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.brace, tags.squareBracket], color: "var(--ink-muted)" },
]);

const look = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "var(--surface)", fontSize: "var(--text-s)", border: "1px solid var(--line-strong)", borderRadius: "var(--radius)", overflow: "hidden" },
  "&.cm-focused": { outline: "2px solid var(--focus)", outlineOffset: "-1px" },
  ".cm-scroller": { fontFamily: "var(--font-code)", lineHeight: "1.55", minHeight: "20rem", maxHeight: "max(24rem, 85vh)" },
  ".cm-content": { caretColor: "var(--ink)", paddingBlock: "0.5rem" },
  ".cm-gutters": { backgroundColor: "var(--surface-sunken)", color: "var(--ink-faint)", borderRight: "1px solid var(--line)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "color-mix(in srgb, var(--accent) 7%, transparent)" },
  ".cm-part": { backgroundColor: "color-mix(in srgb, var(--accent) 12%, transparent)", boxShadow: "inset 2px 0 var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--selection)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--surface-raised)", color: "var(--ink)", borderColor: "var(--line-strong)" },
  ".cm-tooltip.cm-tooltip-hover": { borderRadius: "var(--radius)", boxShadow: "var(--shadow-raised)", maxWidth: "24rem" },
  ".explained": { padding: "0.4rem 0.6rem", fontFamily: "var(--font)", fontSize: "var(--text-s)", lineHeight: "1.45", "& p": { margin: "0.15rem 0 0" }, "& span": { color: "var(--ink-muted)" }, "& code": { fontFamily: "var(--font-code)" } },
  ".cm-tooltip.cm-tooltip-autocomplete": { "& > ul": { fontFamily: "var(--font-code)", maxHeight: "14rem" }, "& > ul > li[aria-selected]": { backgroundColor: "var(--accent-soft)", color: "var(--ink)" } },
  ".cm-completionDetail": { color: "var(--ink-muted)", fontStyle: "normal" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "650" },
  ".cm-tooltip.cm-completionInfo": { maxWidth: "18rem", fontFamily: "var(--font)", fontSize: "var(--text-s)", lineHeight: "1.4" },
  ".cm-diagnostic": { fontFamily: "var(--font)", borderLeftColor: "var(--danger)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "none" },
  ".cm-panel input, .cm-panel button": { color: "var(--ink)", background: "var(--surface)" },
});

/* The lines of the part of the form that is open. */
const setPart = StateEffect.define();
const partLine = Decoration.line({ class: "cm-part" });
const part = StateField.define({
  create: () => Decoration.none,
  update(lines, transaction) {
    const effect = transaction.effects.find((each) => each.is(setPart));
    return effect ? linesOf(transaction.state.doc, effect.value) : lines.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

function linesOf(doc, [from, to]) {
  const lines = [];
  for (let at = doc.lineAt(from); ; at = doc.line(at.number + 1)) {
    lines.push(partLine.range(at.from));
    if (at.to >= to || at.number === doc.lines) return Decoration.set(lines);
  }
}

/* Types over a selection. Left to itself Chromium writes style attributes there, which the content
   policy refuses, loudly. */
function typeOver(event, view) {
  const { state } = view;
  const { from, to, empty } = state.selection.main;
  if (event.inputType !== "insertText" || !event.data || empty || state.selection.ranges.length > 1) return false;
  const insert = () => state.update(state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  const handlers = state.facet(EditorView.inputHandler);
  if (!handlers.some((handler) => handler(view, from, to, event.data, insert))) view.dispatch(insert());
  return true;
}

class DefinitionEditor extends HTMLElement {
  connectedCallback() {
    this.textarea = this.querySelector("textarea");
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    this.view = new EditorView({ doc: this.textarea.value, root, parent: root, extensions: this.extensions() });
  }

  disconnectedCallback() {
    this.view.destroy();
  }

  get isReadOnly() {
    return this.textarea.readOnly;
  }

  get text() {
    return this.view.state.doc.toString();
  }

  /* Where the caret is. */
  get offset() {
    return this.view.state.selection.main.head;
  }

  extensions() {
    const language = this.textarea.value.trimStart().startsWith("{") ? json() : yaml();
    return [
      keymap.of([indentWithTab]),
      basicSetup,
      language,
      indentUnit.of("  "),
      EditorState.tabSize.of(2),
      EditorView.lineWrapping,
      lintGutter(),
      part,
      assistance(() => this.known?.() ?? null),
      EditorState.readOnly.of(this.isReadOnly),
      syntaxHighlighting(colours),
      look,
      EditorView.contentAttributes.of({ "aria-label": this.querySelector("label").textContent }),
      EditorView.domEventHandlers({ beforeinput: typeOver }),
      EditorView.updateListener.of((update) => this.updated(update)),
    ];
  }

  updated({ docChanged, transactions, state }) {
    if (docChanged) this.edited();
    else if (transactions.some((each) => each.isUserEvent("select"))) {
      this.dispatchEvent(new CustomEvent("moved", { bubbles: true, detail: state.selection.main.head }));
    }
  }

  edited() {
    this.textarea.value = this.view.state.doc.toString();
    this.dispatchEvent(new CustomEvent("edited", { bubbles: true }));
  }

  /* Makes changes, [{ from, to, insert }], as one step that can be undone. */
  apply(changes) {
    this.view.dispatch({ changes, userEvent: "input.form", annotations: isolateHistory.of("full") });
  }

  undo() {
    return undo(this.view);
  }

  redo() {
    return redo(this.view);
  }

  /* Marks the lines of a part of the text and brings them into sight, without moving the page. */
  showLines(from, to) {
    const { view } = this;
    const end = view.state.doc.length;
    view.dispatch({ effects: setPart.of([Math.min(from, end), Math.min(to, end)]) });
    const top = view.lineBlockAt(Math.min(from, end)).top;
    const { scrollTop, clientHeight } = view.scrollDOM;
    if (top < scrollTop || top > scrollTop + clientHeight * 0.8) view.scrollDOM.scrollTop = top - clientHeight * 0.2;
  }

  /* Marks problems, each with line and column from 1 on and a text. */
  showProblems(problems) {
    const { doc } = this.view.state;
    const diagnostics = problems.map(({ line, column, text }) => {
      const at = doc.line(Math.min(Math.max(1, line), doc.lines));
      const from = Math.min(at.from + column - 1, at.to);
      return { from, to: at.to, severity: "error", message: text };
    });
    this.view.dispatch(setDiagnostics(this.view.state, diagnostics));
  }

  jumpTo(line) {
    const { doc } = this.view.state;
    const at = doc.line(Math.min(Math.max(1, line), doc.lines));
    this.view.dispatch({ selection: { anchor: at.from }, effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
    this.view.focus();
  }
}

customElements.define("definition-editor", DefinitionEditor);
