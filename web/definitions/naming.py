"""The name inside a definition's text, changed in place.

Rule: only the name's own characters change; comments, order and layout stay as they were typed.
"""

import json
from typing import NamedTuple

import yaml

import simulator


class NoName(ValueError):
    """The text is no document with a name of its own."""


class _Place(NamedTuple):
    """Where the name stands: characters from 0 on, line and column from 1 on."""

    start: int
    end: int
    line: int
    column: int


def renamed(text: str, name: str) -> str:
    """Return the document ``text`` (YAML or JSON) with another ``name`` at its top level.

    Raises:
        NoName: There is no such field, or the text cannot be read.
    """
    place = _place(text)
    # A JSON string is a YAML string too, and needs no thought about quotes and colons.
    return text[: place.start] + json.dumps(name, ensure_ascii=False) + text[place.end :]


def problem(text: str, what: str) -> simulator.Problem:
    """Return a problem at the place of the document's name."""
    place = _place(text)
    return simulator.Problem("name", what, place.line, place.column)


def _place(text: str) -> _Place:
    event = _name_event(text)
    start, end = event.start_mark, event.end_mark
    assert start is not None
    assert end is not None
    return _Place(start.index, end.index, start.line + 1, start.column + 1)


def _name_event(text: str) -> yaml.ScalarEvent:
    """Return the value of the top-level key ``name``; reads no further than there."""
    try:
        depth, key = 0, None
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
                key = None
            elif isinstance(event, yaml.ScalarEvent) and depth == 1:
                if key == "name":
                    return event
                key = event.value if key is None else None
    except yaml.YAMLError as error:
        raise NoName("the text cannot be read") from error
    raise NoName("the document has no name")
