"""What the YAML reader refuses, in our words: what is wrong, where it began, what to write.

Rule: every sentence of libyaml is in the table; one that a later version brings is quoted.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import yaml

from simulator.definition.text.places import Mark

MAX_QUOTED = 100  # characters of a sentence that is not in the table

_TAB = "a tab cannot indent, use blanks"
_PERCENT = "a line that begins with '%' is none of a definition; a text needs quotes"
_ANCHOR = "after '&' or '*' comes a name of letters, digits, '-' and '_'; a text needs quotes"
_TAG = "a tag has no meaning here; a text that begins with '!' needs quotes"
_ESCAPE = "unknown character after '\\'; write '\\\\', or put the text in single quotes"

# A part of libyaml's sentence -> ours. Source: its scanner.c and parser.c, version 0.2.5.
_TEXTS: dict[str, str] = {
    "found a tab character": _TAB,
    "mapping values are not allowed": (
        "':' cannot stand here; a text with ': ' in it needs quotes, a word stands as far left as"
        " the one above"
    ),
    "mapping keys are not allowed": "'?' cannot stand here; a text that begins so needs quotes",
    "block sequence entries are not allowed": (
        "a list in lines begins on the next line; in one line it is [a, b]"
    ),
    "found unknown escape": _ESCAPE,
    "expected hexdecimal number": "after '\\x' come 2 hexadecimal digits, after '\\u' 4, '\\U' 8",
    "expected hexadecimal number": "after '\\x' come 2 hexadecimal digits, after '\\u' 4, '\\U' 8",
    "invalid Unicode character escape": "the character after '\\' is none of Unicode",
    "found unexpected document indicator": "'---' or '...' stands within a text in quotes",
    "indentation indicator equal to 0": "after '|' or '>' an indentation is from 1 to 9",
    "expected comment or line break": "after '|' or '>' the line ends, the text begins on the next",
    "expected alphabetic or numeric character": _ANCHOR,
    "expected '-' indicator": "needs '- ' here, as the entries of the list above begin",
    "expected <document start>": "a file holds one document, and it has ended above",
    "directive": _PERCENT,
    "non-alphabetical": _PERCENT,
    "version number": _PERCENT,
    "digit or '.'": _PERCENT,
    "incompatible YAML": "the document says another YAML than 1.1 and 1.2",
    "tag": _TAG,
    "expected '!'": _TAG,
    "URI": _TAG,
    "the expected '>'": _TAG,
    "expected whitespace": _TAG,
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a text is no YAML, and where."""

    text: str
    mark: Mark


def fault_of(error: yaml.MarkedYAMLError, lines: Sequence[str]) -> Fault:
    """Return what PyYAML's error says; ``lines`` are those of the text."""
    sentence = error.problem or ""
    here = _mark_of(error.problem_mark or error.context_mark)
    began = _mark_of(error.context_mark or error.problem_mark)
    for part, look in _LOOKS.items():
        if part in sentence:
            return look(lines, here, began)
    text = next((ours for part, ours in _TEXTS.items() if part in sentence), "")
    return Fault(text or f"not YAML: {sentence[:MAX_QUOTED] or 'cannot be read'}", here)


def _no_token(lines: Sequence[str], here: Mark, _: Mark) -> Fault:
    character = _character(lines, here)
    text = f"a text that begins with {character!r} needs quotes"
    return Fault(_TAB if character == "\t" else text, here)


def _never_closed(lines: Sequence[str], _: Mark, began: Mark) -> Fault:
    quote = _character(lines, began)
    return Fault(f"the text that begins with {quote} here is never closed", began)


def _no_colon(_: Sequence[str], __: Mark, began: Mark) -> Fault:
    return Fault("needs ':' and a blank after the word, or is a text that needs quotes", began)


def _still_open(lines: Sequence[str], here: Mark, began: Mark) -> Fault:
    opening = _character(lines, began)
    closing = {"[": "']'", "{": "'}'"}.get(opening, "a closing bracket")
    line, column = began
    text = f"needs ',' or {closing} here: {opening!r} of line {line}, column {column} is still open"
    return Fault(text, here)


def _no_value(lines: Sequence[str], here: Mark, began: Mark) -> Fault:
    character = _character(lines, here)
    if character:
        return Fault(f"needs a value here, got {character!r}; a text needs quotes", here)
    opening = _character(lines, began)
    if opening in ("[", "{"):
        return Fault(f"{opening!r} is never closed", began)
    return Fault("needs a value here, and the text ends", here)


def _no_key(lines: Sequence[str], here: Mark, _: Mark) -> Fault:
    """Return what is wrong where a word was needed: something after a value, or an indentation."""
    return Fault(_odd_key(lines, here), here)


def _odd_key(lines: Sequence[str], here: Mark) -> str:
    line, column = here
    before = lines[line - 1][: column - 1].rstrip() if line <= len(lines) else ""
    if before.endswith(("'", '"')):
        return "cannot stand after a text in quotes; put quotes around the whole, '\\\"' inside"
    if before.endswith(("}", "]")):
        return f"cannot stand after {before[-1]!r}; a text with brackets needs quotes"
    return "needs a word and ':' here, as far left as the ones above"


def _character(lines: Sequence[str], mark: Mark) -> str:
    line, column = mark
    return lines[line - 1][column - 1 : column] if line <= len(lines) else ""


def _mark_of(mark: yaml.Mark | None) -> Mark:
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)


# Sentences that are told by what stands there: the lines, the place, and where it began.
_LOOKS: dict[str, Callable[[Sequence[str], Mark, Mark], Fault]] = {
    "cannot start any token": _no_token,
    "unexpected end of stream": _never_closed,
    "could not find expected ':'": _no_colon,
    "expected ',' or": _still_open,
    "expected node content": _no_value,
    "expected key": _no_key,
}
