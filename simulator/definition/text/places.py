"""Places in a document: paths of keys and positions, and the lines where they stand.

Rule: a place that the text does not have, such as a missing word, stands where its parent does.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from simulator.errors import Problem

Path: TypeAlias = tuple[str | int, ...]  # ("statuses", "alarm", "go", 0, "when")
Mark: TypeAlias = tuple[int, int]  # line and column, from 1

_PLAIN = re.compile(r"[^\s.\[\]\"':{}]{1,60}")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong at a path, before its line is looked up."""

    path: Path
    text: str


def place_of(path: Sequence[str | int]) -> str:
    """Return a path as people read it: ``statuses.alarm.go[0].when``, ``json["a b"]``."""
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
        elif _PLAIN.fullmatch(step):
            text += f".{step}" if text else step
        else:
            text += f'["{step[:60]}"]'
    return text


def problem_at(finding: Finding, marks: Mapping[Path, Mark]) -> Problem:
    """Return a finding as a Problem, with the line of its nearest place in the text."""
    path = finding.path
    while path and path not in marks:
        path = path[:-1]
    line, column = marks.get(path, (None, None))
    return Problem(place_of(finding.path), finding.text, line, column)


def known_path(data: Any, path: Path) -> Path:
    """Return the longest part of a path, from its beginning, that the data has."""
    for depth, step in enumerate(path):
        is_there = step in data if isinstance(data, dict) else False
        if isinstance(data, list) and isinstance(step, int):
            is_there = step < len(data)
        if not is_there:
            return path[:depth]
        data = data[step]
    return path
