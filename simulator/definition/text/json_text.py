"""JSON text: Python's own reader for the values, a walk over the tokens for their lines.

Rule: the walk sees only text that is known to be JSON, so it checks nothing but what JSON allows
and a document does not: a word twice, too deep.
"""

import json
import re
from collections.abc import Iterator

from simulator.definition.text.places import Mark, Path, place_of
from simulator.definition.text.plain import MAX_DEPTH, TOO_DEEP, Text, number_refusal, text_refusal
from simulator.errors import DefinitionError, Problem

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|[\[\]{}:,]|[^\s\[\]{}:,"]+|\n')


def read_json(text: str) -> Text | None:
    """Return the data of a JSON text, or None when it is not JSON.

    Raises:
        DefinitionError: It is JSON, and too deep.
    """
    try:
        data = json.loads(text)
    except RecursionError:
        raise DefinitionError(TOO_DEEP) from None
    except ValueError:
        return None
    result = Text(data)
    _Walk(text, result).value(())
    return result


class _Walk:
    """Goes through the tokens of a JSON text once and notes the mark of each path."""

    def __init__(self, text: str, result: Text) -> None:
        self._rest = _tokens(text)
        self._result = result
        self._next, self._mark = next(self._rest)

    def value(self, path: Path) -> None:
        if len(path) > MAX_DEPTH:
            raise DefinitionError(Problem(place_of(path), TOO_DEEP, *self._mark))
        self._result.marks.setdefault(path, self._mark)
        first = self._take()
        if first == "{":
            self._mapping(path)
        elif first == "[":
            self._sequence(path)
        elif first[0] not in "tfn":
            self._scalar(first, path)

    def _mapping(self, path: Path) -> None:
        seen: set[str] = set()
        while self._next != "}":
            place = (*path, json.loads(self._next))
            if place[-1] in seen:
                self._report(f"{place[-1]!r} stands here twice", place)
            seen.add(place[-1])
            if refusal := text_refusal(place[-1]):
                self._report(refusal, path)
            self._result.marks[place] = self._mark
            self._take()
            self._take()  # the colon
            self.value(place)
            if self._next == ",":
                self._take()
        self._take()

    def _sequence(self, path: Path) -> None:
        index = 0
        while self._next != "]":
            self.value((*path, index))
            index += 1
            if self._next == ",":
                self._take()
        self._take()

    def _scalar(self, token: str, path: Path) -> None:
        value = json.loads(token)
        refusal = text_refusal(value) if isinstance(value, str) else number_refusal(value)
        if refusal:
            self._report(refusal, path)

    def _report(self, text: str, path: Path) -> None:
        self._result.problems.append(Problem(place_of(path), text, *self._mark))

    def _take(self) -> str:
        taken = self._next
        self._next, self._mark = next(self._rest, ("", self._mark))
        return taken


def _tokens(text: str) -> Iterator[tuple[str, Mark]]:
    line, start = 1, 0
    for match in _TOKEN.finditer(text):
        if match[0] == "\n":
            line, start = line + 1, match.end()
        else:
            yield match[0], (line, match.start() - start + 1)
