"""Text with placeholders: ``plants/{site}/{id}``, ``{temperature:.1f}``, ``{now:iso}``.

Rule: parsed once, with everything checked that does not depend on the definition around it.
"""

import re
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, NoReturn, Self, TypeAlias

from pydantic.json_schema import JsonSchemaValue

from simulator.definition.expressions.expression import Expression
from simulator.definition.model import Read, show
from simulator.errors import DefinitionError

MAX_LENGTH = 10_000  # characters
MAX_PLACEHOLDERS = 200  # as many as there can be metrics
MAX_WIDTH = 200  # characters that one number is filled up to
MAX_PRECISION = 20  # digits; float64 has 17
MAX_SPEC = 100  # characters

WHOLE = ("d", "x", "X")  # what a number format ends in when it takes whole numbers only
TIME_WORDS = ("iso", "epoch", "ms", "us")
# Of strftime, those that mean the same on every system. Source: C89, 7.12.3.5 without those that
# depend on the locale's order (c, x, X), and Python's %f.
TIME_DIRECTIVES = "aAbBdfHIjmMpSUwWyYzZ%"

_NUMBER = re.compile(r"[<>^=]?[+\- ]?0?([0-9]*),?(?:\.([0-9]+))?([dxXeEfFgG%]?)")

Spec: TypeAlias = Literal["none", "number", "time"]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """A place in a template that an expression fills."""

    expression: Expression
    spec: str = ""  # after the colon: ``.1f``, ``06d``, ``iso``, ``%Y-%m-%d``; empty for none

    @property
    def kind(self) -> Spec:
        """What the specification formats: a number, a moment (Unix s), or nothing is said."""
        if not self.spec:
            return "none"
        return "time" if _is_time(self.spec) else "number"


@dataclass(frozen=True, slots=True)
class Template(Read):
    """A text whose placeholders are parsed; equal when its text is."""

    schema: ClassVar[JsonSchemaValue] = {
        "$comment": "text with placeholders",
        "description": (
            "A text; an expression in brackets stands for its value, after a colon with a format"
            " (a number's format that gets text gives the text);"
            " {{ and }} are the brackets themselves"
        ),
        "type": "string",
        "maxLength": MAX_LENGTH,
        "examples": ["plants/{site}/{id}", "{temperature:.1f}", "{now:iso}"],
    }

    text: str
    parts: tuple[str | Placeholder, ...]  # no part is empty; two texts never stand side by side

    @property
    def names(self) -> frozenset[str]:
        """The columns that its placeholders read, dotted: ``position.lat``."""
        placeholders = [part for part in self.parts if isinstance(part, Placeholder)]
        return frozenset().union(*(each.expression.names for each in placeholders))

    @property
    def single(self) -> Placeholder | None:
        """The placeholder that is the whole template; in JSON it gives its own type, not text."""
        match self.parts:
            case (Placeholder() as placeholder,):
                return placeholder
            case _:
                return None

    @property
    def literal(self) -> str:
        """The text without its placeholders."""
        return "".join(part for part in self.parts if isinstance(part, str))

    @classmethod
    def read(cls, value: Any) -> Self:
        if isinstance(value, dict):
            raise DefinitionError("needs a text, got a mapping; text with { } needs quotes")
        if not isinstance(value, str):
            raise DefinitionError(f"needs a text, got {show(value)}")
        if len(value) > MAX_LENGTH:
            raise DefinitionError(
                f"a text has at most {MAX_LENGTH:,} characters, got {len(value):,}"
            )
        parts = tuple(_Scanner(value).parts())
        if sum(isinstance(part, Placeholder) for part in parts) > MAX_PLACEHOLDERS:
            raise DefinitionError(f"a text has at most {MAX_PLACEHOLDERS} placeholders")
        return cls(value, parts)

    def __str__(self) -> str:
        return self.text


def parse_template(text: str) -> Template:
    """Return the template ``text``.

    Raises:
        DefinitionError: A bracket is open, an expression is none, or a format is unknown.
    """
    return Template.read(text)


class _Scanner:
    """Cuts a text into literal pieces and placeholders."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def parts(self) -> list[str | Placeholder]:
        parts: list[str | Placeholder] = []
        while self._at < len(self._text):
            literal = self._literal()
            if literal:
                parts.append(literal)
            if self._at < len(self._text):
                parts.append(self._placeholder())
        return parts

    def _literal(self) -> str:
        """Return the text up to the next placeholder, with doubled brackets made single."""
        pieces = []
        while self._at < len(self._text):
            character = self._text[self._at]
            doubled = self._text[self._at + 1 : self._at + 2] == character
            if character in "{}" and doubled:
                self._at += 1
            elif character == "{":
                break
            elif character == "}":
                self._refuse("'}' without '{' before it; write '}}' for the bracket itself")
            pieces.append(character)
            self._at += 1
        return "".join(pieces)

    def _placeholder(self) -> Placeholder:
        start = self._at + 1
        colon, end = self._bounds(start)
        expression = Expression.read(self._text[start : end if colon is None else colon])
        spec = "" if colon is None else self._text[colon + 1 : end]
        if colon is not None and not spec:
            self._refuse("there is no format after ':'")
        if spec:
            check_spec(spec)
        self._at = end + 1
        return Placeholder(expression, spec)

    def _bounds(self, start: int) -> tuple[int | None, int]:
        """Return where its colon is, if there is one, and its closing bracket; texts are passed."""
        quote = ""
        colon = None
        for index, character in enumerate(self._text[start:], start):
            if quote:
                quote = "" if character == quote else quote
            elif character in "'\"" and colon is None:
                quote = character
            elif character == ":" and colon is None:
                colon = index
            elif character == "}":
                return colon, index
        return self._refuse("'{' without '}' after it; write '{{' for the bracket itself")

    def _refuse(self, text: str) -> NoReturn:
        raise DefinitionError(f"{text} (at character {self._at + 1})")


def check_spec(spec: str) -> None:
    """Refuse a format that is neither one of a number nor one of a moment.

    Raises:
        DefinitionError: With what is allowed.
    """
    if _is_time(spec):
        _check_directives(spec)
        return
    match = _NUMBER.fullmatch(spec)
    if match is None or not _is_possible(spec, match[3]):
        raise DefinitionError(
            f"unknown format {spec!r}, allowed: numbers such as .1f, 06d, x;"
            f" moments {', '.join(TIME_WORDS)} or such as %Y-%m-%d"
        )
    width, precision, _ = match.groups()
    if int(width or 0) > MAX_WIDTH or int(precision or 0) > MAX_PRECISION:
        raise DefinitionError(
            f"format {spec!r} is too wide, allowed: a width up to {MAX_WIDTH}"
            f" and a precision up to {MAX_PRECISION}"
        )


def _is_possible(spec: str, presentation: str) -> bool:
    """Whether Python takes it: no comma in hexadecimal, no decimals of a whole number."""
    if len(spec) > MAX_SPEC:
        return False
    try:
        format(1 if presentation in WHOLE else 1.0, spec)
    except ValueError:
        return False
    return True


def _is_time(spec: str) -> bool:
    return spec in TIME_WORDS or re.search(r"%.", spec) is not None


def _check_directives(spec: str) -> None:
    for directive in re.findall(r"%(.?)", spec) if spec not in TIME_WORDS else []:
        if directive not in TIME_DIRECTIVES or not directive:
            raise DefinitionError(
                f"unknown '%{directive}' in the format {spec!r},"
                f" allowed: {' '.join('%' + letter for letter in TIME_DIRECTIVES)}"
            )
