"""From the text of an expression to its tree, as Python reads it.

Rule: what Python would read and an expression does not have is refused here, with its place.
"""

import ast
import re

from simulator.errors import DefinitionError

MAX_LENGTH = 1_000  # characters; what still fits on a screen

_TEXT = re.compile(r"'[^']*'|\"[^\"]*\"")
_NUMBER_LIKE = re.compile(r"(?<![\w.])(?:[0-9][\w.]*|\.[0-9]\w*)")
_NUMBER = re.compile(r"(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][0-9]*)?")


def parse_tree(text: str) -> ast.expr:
    """Return the tree of an expression's text.

    Raises:
        DefinitionError: It is none, or too long; the text says at which character.
    """
    if not text.strip():
        raise DefinitionError("needs an expression, got an empty text")
    if len(text) > MAX_LENGTH:
        raise DefinitionError(f"an expression has at most {MAX_LENGTH} characters, got {len(text)}")
    _refuse_odd_characters(text)
    try:
        return ast.parse(_ARRIVED.sub(_stand_in, text).strip(), mode="eval").body
    except SyntaxError as error:
        blanks = len(text) - len(text.lstrip())
        column = min(error.offset + blanks, len(text)) if error.offset else len(text)
        raise refusal(_reason(error, text[column - 1]), column) from None
    except (ValueError, RecursionError, MemoryError):
        raise DefinitionError("not an expression: too deeply nested") from None


# What came in, as replies read it: in.topic[2], in.payload.pumps[0].on, in.payload['a-b']. Quoted
# texts are matched first, to be left alone.
_ARRIVED = re.compile(
    r"'[^']*'|\"[^\"]*\"|(?<![\w.])(in\.(?:payload|topic|text)\b"
    r"(?:\.\w+|\[[0-9]{1,6}\]|\['[^'\].]*'\]|\[\"[^\"\].]*\"\])*)"
)
_STEP = re.compile(r"\.(\w+)|\[([0-9]+)\]|\[['\"]([^'\"]*)['\"]\]")
# Begins the names that stand in for it while Python reads the rest; nobody writes it.
_MARK = "\ua66e"


def _stand_in(match: re.Match[str]) -> str:
    """Return a name as long as what was found, so that places in errors stay right."""
    if match[1] is None:
        return match[0]
    return f"{_MARK}{match.start():0{len(match[1]) - 1}d}"


def is_stand_in(name: str) -> bool:
    """Whether a name of the tree stands in for something that came in."""
    return name.startswith(_MARK) and name[1:].isdecimal()


def arrived(text: str, name: str) -> str:
    """Return what a name stands in for in an expression, dotted: ``in.payload.pumps.0.on``."""
    match = _ARRIVED.match(text, int(name[1:]))
    assert match is not None
    steps = ["".join(filter(None, step.groups())) for step in _STEP.finditer(match[1], 2)]
    return ".".join(["in", *steps])


def _refuse_odd_characters(text: str) -> None:
    """Refuse what Python's own reader would take, warn about or read as more than one line."""
    for index, character in enumerate(text):
        if character in "\\#\n\r\t\f" or not character.isprintable():
            raise refusal(f"unexpected {character!r}", index + 1)
    # ``1or 2`` and ``0x1f`` are read by Python, the first with a warning.
    for match in _NUMBER_LIKE.finditer(_TEXT.sub(lambda m: "'" * len(m[0]), text)):
        if not _NUMBER.fullmatch(match[0]):
            raise refusal(f"not a number: {match[0]!r}", match.start() + 1)


def _reason(error: SyntaxError, character: str) -> str:
    if character == "=":
        return "'=' does not compare, use '=='"
    return "not an expression" if error.msg == "invalid syntax" else error.msg.split(". ")[0]


def refusal(text: str, column: int) -> DefinitionError:
    """Return the error for what stands at a character, counted from 1."""
    return DefinitionError(f"{text} (at character {column} of the expression)")
