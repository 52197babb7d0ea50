"""Plain data: what a document is when its text is gone, and how large it may be.

Rule: the same limits hold for text, and for data that comes back from ``lot.json``.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from simulator.definition.model import show
from simulator.definition.text.places import Finding, Mark, Path
from simulator.errors import Problem

MAX_DEPTH = 50  # levels; a payload of a real device has up to 8
MAX_VALUES = 50_000  # with those that an alias repeats; a choice of 10,000 takes 20,000
MAX_WHOLE = 2**63  # what int64 holds

TOO_DEEP = f"a document is at most {MAX_DEPTH} levels deep"
TOO_MANY = f"a document has at most {MAX_VALUES:,} values"


@dataclass(slots=True)
class Text:
    """A text that was read: its data, the line and column of each path, and what was wrong."""

    data: Any
    marks: dict[Path, Mark] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)


def number_refusal(number: float) -> str:
    """Return why a number cannot stand in a document; empty when it can."""
    if isinstance(number, float) and not math.isfinite(number):
        return f"a number must be finite, got {number:g}"
    if not -MAX_WHOLE <= number < MAX_WHOLE and isinstance(number, int):
        return f"a whole number is from -2^63 to 2^63 - 1, got {show(number)}"
    return ""


def text_refusal(text: str) -> str:
    """Return why a text cannot stand in a document; empty when it can."""
    try:
        text.encode()
    except UnicodeEncodeError as error:
        half = ascii(text[error.start])
        return f"a text must be Unicode, got {half}, half of a character"
    return ""


def plain_findings(data: Any) -> list[Finding]:
    """Return what keeps data from being plain: odd types, odd numbers, too deep, too much."""
    if not isinstance(data, dict):
        return [Finding((), f"needs a mapping, got {show(data)}")]
    findings: list[Finding] = []
    left: list[tuple[Path, Any]] = [((), data)]
    seen = 0
    while left:
        path, value = left.pop()
        seen += 1
        if seen > MAX_VALUES:
            return [Finding((), TOO_MANY)]
        if len(path) > MAX_DEPTH:
            return [Finding(path, TOO_DEEP)]
        findings += [Finding(path, text) for text in _refusals(value)]
        left += _children(path, value)
    return findings


def _refusals(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (f"a word must be text, got {show(k)}" for k in value if not isinstance(k, str))
        yield from filter(None, (text_refusal(key) for key in value if isinstance(key, str)))
    elif isinstance(value, str):
        if refusal := text_refusal(value):
            yield refusal
    elif isinstance(value, int | float):
        refusal = number_refusal(value)
        if refusal:
            yield refusal
    elif not isinstance(value, list | None):
        yield f"a document cannot hold {show(value)}"


def _children(path: Path, value: Any) -> list[tuple[Path, Any]]:
    if isinstance(value, dict):
        return [((*path, str(key)), child) for key, child in value.items()]
    if isinstance(value, list):
        return [((*path, index), child) for index, child in enumerate(value)]
    return []
