"""Where a message goes: a topic for MQTT, a path for HTTP.

Rule: what comes out can stand in the protocol, whatever the values are.
"""

from collections.abc import Callable
from typing import Literal
from urllib.parse import quote

from simulator.definition.expressions.template import Template
from simulator.payloads.document import plain_line
from simulator.payloads.line import Fixed, Line, Readings
from simulator.randomness import IntArray

Kind = Literal["topic", "path"]

# What a path may hold beside letters and digits. Source: RFC 3986, sections 3.3 and 3.4; with "%",
# because a path may be written with its escapes.
_PATH_CHARACTERS = "/?%:@!$&'()*+,;=-._~"
# A topic that is published has no wildcards, no NUL and no half of a surrogate pair.
# Source: MQTT 3.1.1, sections 1.5.3, 4.7.1 and 4.7.3.
_NOT_IN_TOPICS = dict.fromkeys([*map(ord, "+#\0"), *range(0xD800, 0xE000)], "_")


class Address:
    """The topic or path of one message, for the mocks that it is bound to."""

    def __init__(self, line: Line, fit: Callable[[str], str]) -> None:
        self.names = line.names
        self._line = line
        self._fit = fit
        self._fixed: Fixed[str] | None = None

    @classmethod
    def of(cls, *, topic: Template | None, path: Template | None, kind: Kind | None) -> "Address":
        """Return the address of a kind; a message that has only the other's is translated.

        A topic becomes a path by a slash before it, a path a topic without it. A message with
        neither goes to the root of the target's path; a sound definition has one of them. Without
        a kind it is the topic, or else the path, as the definition has it.
        """
        template = (path or topic) if kind == "path" else (topic or path)
        line = plain_line(template) if template is not None else Line([])
        if kind == "path" or (kind is None and topic is None):
            return cls(line, fit_path)
        return cls(line, fit_topic if topic is not None else _topic_of_path)

    def bound(self, mocks: Readings, count: int) -> "Address":
        """Return the address for ``count`` mocks of whom ``mocks`` holds what is fixed."""
        bound = Address(self._line.bound(mocks, count), self._fit)
        pieces = bound._line.pieces
        if all(isinstance(piece, str) for piece in pieces):
            bound._fixed = Fixed([self._fit("".join(map(str, pieces)))] * count)
        elif len(pieces) == 1 and isinstance(pieces[0], Fixed):
            bound._fixed = Fixed([self._fit(text) for text in pieces[0].texts])
        return bound

    def texts(self, readings: Readings, rows: IntArray) -> list[str]:
        """Return the address of each mock; ``readings`` hold at least ``names``."""
        if self._fixed is not None:
            return self._fixed.at(rows)
        return [self._fit(text) for text in self._line.texts(readings, rows)]


def fit_topic(text: str) -> str:
    """Return a topic that may be published: what may not stand in one becomes ``_``."""
    return text.translate(_NOT_IN_TOPICS)


def _topic_of_path(text: str) -> str:
    return fit_topic(text.removeprefix("/"))


def fit_path(text: str) -> str:
    """Return a path for a request line: a slash before it, odd characters as ``%20``."""
    return quote(
        text if text.startswith("/") else f"/{text}", safe=_PATH_CHARACTERS, errors="replace"
    )
