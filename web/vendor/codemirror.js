// What the console's editor takes from CodeMirror, bundled once into web/static/vendor.
export { basicSetup } from "codemirror";
export { Annotation, ChangeSet, Compartment, EditorState, StateEffect, StateField, Transaction } from "@codemirror/state";
export { Decoration, EditorView, hoverTooltip, keymap } from "@codemirror/view";
export { indentWithTab, isolateHistory, redo, redoDepth, undo, undoDepth } from "@codemirror/commands";
export { snippetCompletion, startCompletion } from "@codemirror/autocomplete";
export { HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
export { lintGutter, setDiagnostics } from "@codemirror/lint";
export { yaml } from "@codemirror/lang-yaml";
export { json } from "@codemirror/lang-json";
export { tags } from "@lezer/highlight";
