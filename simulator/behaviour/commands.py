"""What a mock makes of a message that it receives: topic and fields against what is awaited.

Rule: whatever the bytes are, the answer is yes or no, or a value; nothing that a target sends
raises, and nothing takes longer than its length allows.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from simulator.behaviour.topics import matches
from simulator.definition.behaviour.matching import Comparison

# Bytes of a payload that are read for its fields. Commands are small, and a mock of an IoT device
# takes no more (AWS IoT Core and Azure IoT Hub end at 128 kB and 256 kB).
MAX_PAYLOAD = 262_144
MAX_LIKE = 10_000  # characters of a text held against a pattern; a longer one is not like it

ABSENT = object()  # what lies where nothing is


@dataclass(frozen=True, slots=True)
class Received:
    """A message that came to a mock, at ``t`` seconds since the run's start."""

    t: float
    topic: str
    payload: bytes
    _read: list[Any] = field(default_factory=list, init=False, repr=False, compare=False)

    def answers(self, topic_filter: str, where: Mapping[str, Any]) -> bool:
        """Return whether its topic is meant, and each dotted path in its JSON is as wanted.

        ``where`` has a value for each path, or a ``Comparison``.
        """
        if not matches(topic_filter, self.topic):
            return False
        return all(meets(self.at(path), wanted) for path, wanted in where.items())

    def at(self, path: str) -> Any:
        """Return what lies at a dotted path of its JSON; ``ABSENT`` when nothing does."""
        return at_path(self.document, path)

    @property
    def source(self) -> str:
        """Where it came from, in words: its topic, where it has one."""
        return self.topic or "its connection"

    @property
    def document(self) -> Any:
        """Its JSON; ``ABSENT`` when it is none, or larger than ``MAX_PAYLOAD``."""
        if not self._read:
            self._read.append(_document(self.payload))
        return self._read[0]

    @property
    def text(self) -> str:
        """Its payload as text; what is not UTF-8 is replaced."""
        return self.payload[:MAX_PAYLOAD].decode(errors="replace")


def at_path(document: Any, path: str) -> Any:
    """Return what lies at a dotted path, ``desired.pumps.0.on``; ``ABSENT`` when nothing does.

    A name that itself has dots is found too, when it is the last one.
    """
    found, rest = document, path
    while rest:
        if isinstance(found, dict) and rest in found:
            return found[rest]
        name, _, rest = rest.partition(".")
        found = _entry(found, name)
    return found


def meets(found: Any, wanted: Any) -> bool:
    """Return whether a value is as wanted: the same, or as a ``Comparison`` says."""
    if not isinstance(wanted, Comparison):
        return _equal(found, wanted)
    given = wanted.model_fields_set
    return all(
        compare(found, getattr(wanted, word)) for word, compare in _COMPARE.items() if word in given
    )


def is_like(text: str, pattern: str) -> bool:
    """Return whether a text is like a pattern: ``*`` is any text, ``?`` one character.

    It takes at most as many steps as both lengths multiplied, whatever they are.
    """
    at = in_pattern = 0
    star, resume = -1, 0  # the last star, and where the text after it was tried
    while at < len(text):
        if in_pattern < len(pattern) and pattern[in_pattern] == "*":
            star, resume = in_pattern, at
            in_pattern += 1
        elif in_pattern < len(pattern) and pattern[in_pattern] in ("?", text[at]):
            at += 1
            in_pattern += 1
        elif star >= 0:
            resume += 1
            at, in_pattern = resume, star + 1
        else:
            return False
    return not pattern[in_pattern:].strip("*")


def _document(payload: bytes) -> Any:
    if len(payload) > MAX_PAYLOAD:
        return ABSENT
    try:
        return orjson.loads(payload)
    except orjson.JSONDecodeError:
        return ABSENT


def _entry(document: Any, name: str) -> Any:
    if isinstance(document, dict):
        return document.get(name, ABSENT)
    if isinstance(document, list) and name.isdecimal() and len(name) < 10:
        return document[int(name)] if int(name) < len(document) else ABSENT
    return ABSENT


def _equal(found: Any, wanted: Any) -> bool:
    """Compare as JSON does: true is not 1, but 1 is 1.0."""
    if isinstance(found, bool) is not isinstance(wanted, bool):
        return False
    return bool(found == wanted)


def _is_number(found: Any) -> bool:
    return isinstance(found, int | float) and not isinstance(found, bool)


_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "equal": _equal,
    "not_": lambda found, wanted: not meets(found, wanted),
    "above": lambda found, limit: _is_number(found) and found > limit,
    "below": lambda found, limit: _is_number(found) and found < limit,
    "at_least": lambda found, limit: _is_number(found) and found >= limit,
    "at_most": lambda found, limit: _is_number(found) and found <= limit,
    "one_of": lambda found, values: any(_equal(found, value) for value in values),
    "exists": lambda found, wanted: (found is not ABSENT) is wanted,
    "like": lambda found, pattern: (
        isinstance(found, str) and len(found) <= MAX_LIKE and is_like(found, pattern)
    ),
}
