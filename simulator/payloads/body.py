"""What makes the payloads of a message, whatever they are written in.

Rule: a body is told the readings and gives bytes; who drew the readings, and when, is not its
business.
"""

from collections.abc import Sequence
from typing import Any, Protocol

from simulator.definition.message import Message
from simulator.payloads.document import json_line
from simulator.payloads.line import Bulk, Line, Readings
from simulator.randomness import IntArray


class Body(Protocol):
    """The payload of one message, for any number of mocks at once."""

    @property
    def names(self) -> frozenset[str]:
        """What it reads of the message's own sample."""

    @property
    def bulks(self) -> tuple[Bulk[Any], ...]:
        """Those parts that need older samples too, in the order of ``histories``."""

    @property
    def content_type(self) -> str:
        """Its media type, such as ``application/json``."""

    def bound(self, mocks: Readings, count: int) -> "Body":
        """Return it for ``count`` mocks of whom ``mocks`` holds what is fixed."""

    def payloads(
        self, readings: Readings, rows: IntArray, histories: Sequence[Sequence[Readings]] = ()
    ) -> list[bytes]:
        """Return the payload of each mock.

        Args:
            readings: At least ``names``, of the mocks in ``rows``; each an array as long as
                ``rows``, or a single value.
            rows: Positions of the mocks among those that the body is bound to.
            histories: For each of ``bulks`` the readings of its samples, oldest first.
        """


class TextBody:
    """A line of text, sent as UTF-8."""

    def __init__(self, line: Line, content_type: str) -> None:
        self.line = line
        self.names = line.names
        self.bulks = line.bulks
        self.content_type = content_type

    def bound(self, mocks: Readings, count: int) -> "TextBody":
        return TextBody(self.line.bound(mocks, count), self.content_type)

    def payloads(
        self, readings: Readings, rows: IntArray, histories: Sequence[Sequence[Readings]] = ()
    ) -> list[bytes]:
        return [text.encode() for text in self.line.texts(readings, rows, histories)]


def body(message: Message) -> Body:
    """Return what makes the payloads of a message; bind it to the mocks that send it."""
    return TextBody(json_line(message.json_), "application/json")
