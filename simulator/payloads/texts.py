"""One value as text: JSON's numbers, true, false, null and quoted text; or plain text.

Rule: whatever the value is, what comes out is valid where it stands.
"""

import json
import math
from enum import Enum

import orjson

from simulator.generators.base import LEFT_OUT

# Texts whose quoted form is remembered; a column with more different ones costs a call for each.
MAX_QUOTED = 10_000


class Form(Enum):
    """Where a value stands."""

    VALUE = "alone, as a value of JSON"
    INSIDE = "in the midst of a text of JSON"
    PLAIN = "in a topic, a path or a text"
    CELL = "in a cell of a table or a field of a form, which is empty when there is no value"


def quoted(text: str) -> str:
    """Return ``text`` as JSON, with its quotes; half a surrogate pair is escaped."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return json.dumps(text)
    return json.dumps(text, ensure_ascii=False)


class JsonText(str):
    """JSON that stands for itself where a value is wanted, not as a text in quotes.

    It is equal to no other text, so that a table of texts never takes it for one.
    """

    __slots__ = ()
    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    @classmethod
    def of(cls, value: object) -> "JsonText":
        """Return a list or a mapping, of what ``orjson`` reads, as JSON."""
        return cls(orjson.dumps(value).decode())


class Texts(dict[str, str]):
    """The JSON of each text that was asked for; other kinds of values may be asked for too."""

    def __init__(self, form: Form) -> None:
        super().__init__()
        self._form = form

    def __missing__(self, value: object) -> str:
        if type(value) is not str:
            return plain(value, self._form)
        if len(self) >= MAX_QUOTED:
            self.clear()
        text = self[value] = plain(value, self._form)
        return text


def plain(value: object, form: Form) -> str:
    """Return a value without a format, as it stands in ``form``.

    No value, NaN and inf are ``null``, or nothing in a cell. What is left out is nothing in any
    text, and ``null`` where JSON must have a value.
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return "" if form is Form.CELL else "null"
    if value is LEFT_OUT:
        return "null" if form is Form.VALUE else ""
    if isinstance(value, bool | float):
        return orjson.dumps(value).decode()  # as columns of numbers are written: 1e22, not 1e+22
    if isinstance(value, int) or (isinstance(value, JsonText) and form is Form.VALUE):
        return str(value)
    return as_text(str(value), form)


def as_text(text: str, form: Form) -> str:
    """Return ``text`` as a text of its form: quoted, or only escaped, or as it is."""
    if form is Form.VALUE:
        return quoted(text)
    return quoted(text)[1:-1] if form is Form.INSIDE else text
