"""Payloads of the wrong schema: JSON with a field too few, too many or of another type.

Rule: what is no JSON loses, gains or changes one byte instead; a field that is not there leaves the
payload alone.
"""

from collections.abc import Callable, Iterator
from typing import Any

import orjson

CHANGES = ("missing", "type", "extra")
EXTRA = "unexpected"  # name of a field that nobody defined
MAX_FIELDS = 10_000  # of one payload that are looked at

Draw = Callable[[], float]  # gives values from 0 to below 1
_Field = tuple[dict[str, Any], str]


def misshapen(payload: bytes, change: str, path: str, draw: Draw) -> bytes | None:
    """Return a payload that breaks its schema, or None where ``path`` names no field of it.

    Args:
        payload: As the mock would send it.
        change: One of ``CHANGES``, or ``any``: drawn.
        path: The field, ``position.lat``; empty: drawn.
        draw: Draws what is left open.
    """
    if change == "any":
        change = CHANGES[int(draw() * len(CHANGES))]
    try:
        document = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return None if path else _bytes(payload, change, draw)
    fields = [] if change == "extra" and not path else list(_fields(document))
    if path:
        found = _named(document, path)
    else:
        found = fields[int(draw() * len(fields))] if fields else None
    if found is None:
        return None if path else orjson.dumps(_whole(document, change))
    _change(*found, change)
    return orjson.dumps(document)


def _change(holder: dict[str, Any], name: str, change: str) -> None:
    if change == "missing":
        del holder[name]
    elif change == "type":
        holder[name] = _other(holder[name])
    else:
        holder[f"{name}_{EXTRA}"] = holder[name]


def _whole(document: Any, change: str) -> Any:
    """Return a document of whose fields none is chosen, changed as a whole."""
    if isinstance(document, dict) and change == "extra":
        return {**document, EXTRA: 1}
    if isinstance(document, list):
        return document[:-1] if change == "missing" and document else [*document, EXTRA]
    return _other(document) if change == "type" else {EXTRA: document}


def _other(value: Any) -> Any:
    """Return a value of another type that looks like it."""
    if isinstance(value, bool | int | float):
        return orjson.dumps(value).decode()
    if isinstance(value, str):
        return len(value)
    if isinstance(value, list):
        return {str(place): each for place, each in enumerate(value)}
    return list(value.values()) if isinstance(value, dict) else 0


def _fields(document: Any) -> Iterator[_Field]:
    """Return the fields of a document, the outer ones first."""
    waiting, seen = [document], 0
    for value in waiting:
        if isinstance(value, dict):
            for name, inner in value.items():
                yield value, name
                waiting.append(inner)
                seen += 1
        elif isinstance(value, list):
            waiting += value
        if seen >= MAX_FIELDS:
            return


def _named(document: Any, path: str) -> _Field | None:
    *outer, name = path.split(".")
    for each in outer:
        document = document.get(each) if isinstance(document, dict) else None
    return (document, name) if isinstance(document, dict) and name in document else None


def _bytes(payload: bytes, change: str, draw: Draw) -> bytes:
    """Return bytes of which one is missing, another one, or more."""
    place = int(draw() * len(payload))
    if change == "extra" or not payload:
        return payload[:place] + b"\xff" + payload[place:]
    own = b"" if change == "missing" else bytes([payload[place] ^ 0xFF])
    return payload[:place] + own + payload[place + 1 :]
