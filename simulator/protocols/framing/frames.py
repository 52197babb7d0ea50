"""Frames of each kind: written around a payload, and found again in what was read.

Rule: an incomplete frame is kept, at most ``MAX_FRAME`` bytes of it; what can be none ends the
stream.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Protocol, TypeAlias

from simulator.errors import DefinitionError, ProtocolViolation
from simulator.lot.framing import MAX_FRAME, Fixed, Framing, Lengths, Lines
from simulator.lot.octets import octets

Encode: TypeAlias = Callable[[bytes], bytes]


class Decoder(Protocol):
    """Finds frames in a stream."""

    def receive(self, data: bytes) -> Iterator[bytes]:
        """Yield the frames that are whole now; to be taken to the end before the next call.

        Raises:
            ProtocolViolation: What follows is no frame; nothing is read any more.
        """


def encoder(framing: Framing) -> Encode:
    """Return what makes a frame of a payload; it raises DefinitionError where there is none."""
    if isinstance(framing, Lines):
        return partial(_line, octets(framing.delimiter), octets(framing.escape))
    if isinstance(framing, Lengths):
        return partial(_with_length, framing, 2 ** (8 * framing.size) - 1)
    return partial(_of_size, framing.size)


def decoder(framing: Framing) -> Decoder:
    """Return what finds the frames of one stream."""
    if isinstance(framing, Lines):
        return LineDecoder(octets(framing.delimiter))
    if isinstance(framing, Lengths):
        return LengthDecoder(framing)
    return FixedDecoder(framing)


def _line(delimiter: bytes, escape: bytes, payload: bytes) -> bytes:
    if delimiter in payload and not escape:
        raise DefinitionError(f"payload has the delimiter {delimiter!r} in it")
    payload = payload.replace(delimiter, escape)
    whole = payload + delimiter
    if whole.find(delimiter) != len(payload):  # b"a;" before b";;", or what an escape joined
        raise DefinitionError(f"payload makes the delimiter {delimiter!r} with what is beside it")
    return whole


def _with_length(framing: Lengths, most: int, payload: bytes) -> bytes:
    length = len(payload) + (framing.size if framing.counts_itself else 0)
    if length > most:
        text = f"a length of {framing.size} bytes is at most {most:,}, got {length:,}"
        raise DefinitionError(text)
    return length.to_bytes(framing.size, framing.order) + payload


def _of_size(size: int, payload: bytes) -> bytes:
    if len(payload) != size:
        raise DefinitionError(f"a message has {size:,} bytes, got {len(payload):,}")
    return payload


class LineDecoder:
    """Frames that end with a delimiter."""

    __slots__ = ("_delimiter", "_rest", "_searched")

    def __init__(self, delimiter: bytes) -> None:
        self._delimiter = delimiter
        self._rest = bytearray()
        self._searched = 0  # bytes of the rest in which no delimiter begins

    def receive(self, data: bytes) -> Iterator[bytes]:
        """See ``Decoder``."""
        delimiter, rest = self._delimiter, self._rest
        rest += data
        start, most = 0, MAX_FRAME + len(delimiter)
        while (end := rest.find(delimiter, self._searched, start + most)) >= 0:
            frame = bytes(rest[start:end])
            start = self._searched = end + len(delimiter)
            yield frame[:-1] if delimiter == b"\n" and frame.endswith(b"\r") else frame
        del rest[:start]
        if len(rest) >= most:
            raise ProtocolViolation(f"a line of more than {MAX_FRAME:,} bytes")
        self._searched = max(0, len(rest) - len(delimiter) + 1)


class LengthDecoder:
    """Frames behind their length."""

    __slots__ = ("_framing", "_rest")

    def __init__(self, framing: Lengths) -> None:
        self._framing = framing
        self._rest = bytearray()

    def receive(self, data: bytes) -> Iterator[bytes]:
        """See ``Decoder``."""
        rest, size = self._rest, self._framing.size
        rest += data
        start = 0
        while len(rest) - start >= size:
            length = self._length(rest[start : start + size])
            end = start + size + length
            if end > len(rest):
                break
            frame = bytes(rest[start + size : end])
            start = end
            yield frame
        del rest[:start]

    def _length(self, head: bytearray) -> int:
        length = int.from_bytes(head, self._framing.order)
        if self._framing.counts_itself:
            if length < len(head):
                raise ProtocolViolation(f"a frame of {length} bytes, its length has {len(head)}")
            length -= len(head)
        if length > MAX_FRAME:
            raise ProtocolViolation(f"a frame of {length:,} bytes, {MAX_FRAME:,} are read at most")
        return length


class FixedDecoder:
    """Frames of one size."""

    __slots__ = ("_rest", "_size")

    def __init__(self, framing: Fixed) -> None:
        self._size = framing.size
        self._rest = bytearray()

    def receive(self, data: bytes) -> Iterator[bytes]:
        """See ``Decoder``."""
        self._rest += data
        whole = len(self._rest) // self._size * self._size
        frames = bytes(self._rest[:whole])
        del self._rest[:whole]
        for start in range(0, whole, self._size):
            yield frames[start : start + self._size]
