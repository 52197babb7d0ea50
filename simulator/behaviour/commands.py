"""What a mock makes of a message that it receives: topic and fields against what is awaited.

Rule: whatever the bytes are, the answer is yes or no; nothing that a target sends raises.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from simulator.behaviour.topics import matches

# Bytes of a payload that are read for its fields. Commands are small, and a mock of an IoT device
# takes no more (AWS IoT Core and Azure IoT Hub end at 128 kB and 256 kB).
MAX_PAYLOAD = 262_144

_ABSENT = object()


@dataclass(frozen=True, slots=True)
class Received:
    """A message that came to a mock, at ``t`` seconds since the run's start."""

    t: float
    topic: str
    payload: bytes

    def answers(self, topic_filter: str, where: Mapping[str, Any]) -> bool:
        """Return whether its topic is meant, and each dotted path in its JSON has its value."""
        if not matches(topic_filter, self.topic):
            return False
        if not where:
            return True
        document = self._document()
        return all(_equal(field(document, path), value) for path, value in where.items())

    def _document(self) -> Any:
        if len(self.payload) > MAX_PAYLOAD:
            return _ABSENT
        try:
            return orjson.loads(self.payload)
        except orjson.JSONDecodeError:
            return _ABSENT


def field(document: Any, path: str) -> Any:
    """Return what lies at a dotted path, ``desired.pumps.0.on``; a marker when nothing does.

    A name that itself has dots is found too, when it is the last one.
    """
    found, rest = document, path
    while rest:
        if isinstance(found, dict) and rest in found:
            return found[rest]
        name, _, rest = rest.partition(".")
        found = _entry(found, name)
    return found


def _entry(document: Any, name: str) -> Any:
    if isinstance(document, dict):
        return document.get(name, _ABSENT)
    if isinstance(document, list) and name.isdecimal() and len(name) < 10:
        return document[int(name)] if int(name) < len(document) else _ABSENT
    return _ABSENT


def _equal(found: Any, wanted: Any) -> bool:
    """Compare as JSON does: true is not 1, but 1 is 1.0."""
    if isinstance(found, bool) is not isinstance(wanted, bool):
        return False
    return bool(found == wanted)
