/* <definition-editor><textarea name="text">…</textarea></definition-editor>

   Puts CodeMirror in place of the textarea, which stays in the form and is kept equal. The editor lies
   in a shadow root, where its styles are constructed sheets: the content policy allows no inline ones.
   Sends a bubbling "edited" event after each change.
*/
import {
  basicSetup, EditorState, EditorView, HighlightStyle, indentUnit, indentWithTab, json, keymap,
  lintGutter, setDiagnostics, syntaxHighlighting, tags, yaml,
} from "../vendor/codemirror-6.0.2/codemirror.js";

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
  ".cm-cursor": { borderLeftColor: "var(--ink)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "var(--selection)" },
  ".cm-tooltip, .cm-panels": { backgroundColor: "var(--surface-raised)", color: "var(--ink)", borderColor: "var(--line-strong)" },
  ".cm-diagnostic": { fontFamily: "var(--font)", borderLeftColor: "var(--danger)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", outline: "none" },
  ".cm-panel input, .cm-panel button": { color: "var(--ink)", background: "var(--surface)" },
});

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
      syntaxHighlighting(colours),
      look,
      EditorView.contentAttributes.of({ "aria-label": this.querySelector("label").textContent }),
      EditorView.domEventHandlers({ beforeinput: typeOver }),
      EditorView.updateListener.of((update) => update.docChanged && this.edited()),
    ];
  }

  edited() {
    this.textarea.value = this.view.state.doc.toString();
    this.dispatchEvent(new CustomEvent("edited", { bubbles: true }));
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
