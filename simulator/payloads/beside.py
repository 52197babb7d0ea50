"""What goes beside a payload: headers, user properties, where an answer is to go.

Rule: whatever the values are, no control character reaches the wire, so nobody's value can add a
header of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from simulator.definition.expressions.template import Template
from simulator.definition.messages.message import Message
from simulator.payloads.addresses import fit_topic
from simulator.payloads.line import Line, Readings
from simulator.payloads.plain import plain_line
from simulator.payloads.texts import Form
from simulator.randomness import IntArray

MAX_VALUE = 8_192  # bytes of one value; the default limit of nginx, and of Apache, for one line

# Line ends and other control characters, and halves of surrogate pairs, which UTF-8 cannot carry.
# Source: RFC 9110, section 5.5; MQTT 5, section 1.5.4.
_CONTROL = dict.fromkeys([*range(0x20), *range(0x7F, 0xA0), *range(0xD800, 0xE000)], "_")

Pairs = list[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Extras:
    """What goes beside the payloads of some mocks, one entry each; None: nothing."""

    headers: Pairs | None
    properties: Pairs | None
    response_topics: list[str] | None
    correlations: list[str] | None


class Beside:
    """What goes beside one message's payloads, for the mocks that it is bound to."""

    def __init__(self, lines: Mapping[tuple[str, str], Line], fixed: Mapping[str, str]) -> None:
        """Make it.

        Args:
            lines: By the message's word, and the name of a header or a property.
            fixed: Headers that are the same for all.
        """
        self.names: frozenset[str] = frozenset().union(*(line.names for line in lines.values()))
        self._lines = dict(lines)
        self._fixed = dict(fixed)

    @classmethod
    def of(cls, message: Message, *, content_type: str, content_encoding: str) -> "Beside":
        """Return what the message says, with the headers that tell what its payload is.

        JSON is what a target takes a payload for if nothing is said, so that is not said.
        """
        lines: dict[tuple[str, str], Line] = {}
        for word in ("headers", "properties"):
            for name, template in getattr(message, word).items():
                lines[word, name] = plain_line(template, Form.CELL)
        for word in ("response_topic", "correlation"):
            single: Template | None = getattr(message, word)
            if single is not None:
                lines[word, ""] = plain_line(single, Form.CELL)
        fixed = {}
        if message.content_type is not None or content_type != "application/json":
            fixed["Content-Type"] = content_type
        if content_encoding:
            fixed["Content-Encoding"] = content_encoding
        return cls(lines, fixed)

    def bound(self, mocks: Readings, count: int) -> "Beside":
        """Return it for ``count`` mocks of whom ``mocks`` holds what is fixed."""
        lines = {key: line.bound(mocks, count) for key, line in self._lines.items()}
        return Beside(lines, self._fixed)

    def extras(self, readings: Readings, rows: IntArray) -> Extras:
        """Return what goes beside the payloads of the mocks in ``rows``."""
        if not self._lines:
            headers = [self._fixed] * len(rows) if self._fixed else None
            return Extras(headers, None, None, None)  # type: ignore[arg-type]
        columns = {
            key: [_FITS[key[0]](text) for text in line.texts(readings, rows)]
            for key, line in self._lines.items()
        }
        return Extras(
            _pairs("headers", columns, self._fixed, len(rows)),
            _pairs("properties", columns, {}, len(rows)),
            columns.get(("response_topic", "")),
            columns.get(("correlation", "")),
        )


def _pairs(
    word: str,
    columns: Mapping[tuple[str, str], list[str]],
    fixed: Mapping[str, str],
    count: int,
) -> Pairs | None:
    """Return the headers or properties of each mock."""
    names = [name for kind, name in columns if kind == word]
    if not names:
        return [fixed] * count if fixed else None
    values = zip(*(columns[word, name] for name in names), strict=True)
    return [{**fixed, **dict(zip(names, each, strict=True))} for each in values]


def fit_value(text: str) -> str:
    """Return a value that one line can carry: control characters become ``_``."""
    fitted = text.translate(_CONTROL).strip(" ")
    if len(fitted) * 4 > MAX_VALUE and len(fitted.encode()) > MAX_VALUE:
        fitted = fitted.encode()[:MAX_VALUE].decode(errors="ignore")
    return fitted


_FITS: dict[str, Callable[[str], str]] = {
    "headers": fit_value,
    "properties": fit_value,
    "response_topic": fit_topic,
    "correlation": fit_value,
}
