"""What makes the payloads of a message, whatever they are written in.

Rule: a body is told the readings and gives bytes; who drew the readings, and when, is not its
business.
"""

import binascii
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial, reduce
from typing import Any, Protocol
from urllib.parse import quote_plus

from simulator.datasets import Dataset
from simulator.definition.messages.message import Message
from simulator.errors import DefinitionError
from simulator.payloads.avro import avro_line
from simulator.payloads.cbor import Cbor
from simulator.payloads.document import json_line
from simulator.payloads.frame import frame_bytes
from simulator.payloads.line import Bulk, ByteLine, Line, Readings
from simulator.payloads.msgpack import MessagePack
from simulator.payloads.packed import Packer, packed_line
from simulator.payloads.packing import Pack, compressor, filled, filled_by, filled_by_text
from simulator.payloads.plain import plain_line
from simulator.payloads.protobuf import protobuf_line
from simulator.payloads.table import csv_line, form_line
from simulator.payloads.texts import quoted
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

    @property
    def content_encoding(self) -> str:
        """``gzip`` or ``deflate`` where it is compressed, else empty."""

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


class LineBody:
    """A line, text being sent as UTF-8, and what is done to each payload after that."""

    def __init__(
        self,
        line: Line | ByteLine,
        content_type: str,
        *,
        content_encoding: str = "",
        steps: Sequence[Pack] = (),
    ) -> None:
        self.names = line.names
        self.bulks: tuple[Bulk[Any], ...] = line.bulks
        self.content_type = content_type
        self.content_encoding = content_encoding
        self._line = line
        self._steps = tuple(steps)

    def bound(self, mocks: Readings, count: int) -> "LineBody":
        return LineBody(
            self._line.bound(mocks, count),
            self.content_type,
            content_encoding=self.content_encoding,
            steps=self._steps,
        )

    def payloads(
        self, readings: Readings, rows: IntArray, histories: Sequence[Sequence[Readings]] = ()
    ) -> list[bytes]:
        if isinstance(self._line, ByteLine):
            payloads = self._line.texts(readings, rows, histories)
        else:
            texts = self._line.texts(readings, rows, histories)
            payloads = [text.encode(errors="replace") for text in texts]
        if not self._steps:
            return payloads
        return [reduce(_next, self._steps, payload) for payload in payloads]


def _next(payload: bytes, step: Pack) -> bytes:
    return step(payload)


def body(
    message: Message,
    left_out: Collection[str] = (),
    *,
    datasets: Mapping[str, Dataset] | None = None,
) -> Body:
    """Return what makes the payloads of a message; bind it to the mocks that send it.

    Args:
        message: A sound one.
        left_out: The metrics that may be ``LEFT_OUT`` (``Metric.may_be_left_out``), whose keys are
            then missing.
        datasets: By the names in the definition; where the message's schema may lie.

    Raises:
        DefinitionError: The dataset of its schema is missing, or the message does not fit it.
    """
    message = _with_schema(message, datasets or {})
    line, media_type, fill = _BODIES[message.word](message, frozenset(left_out))
    packing = message.compress
    return LineBody(
        line,
        message.content_type or media_type,
        content_encoding=packing.method if packing else "",
        steps=(*fill, *([compressor(packing)] if packing else [])),
    )


def _with_schema(message: Message, datasets: Mapping[str, Dataset]) -> Message:
    """Return a message whose schema is here, held against it where it comes from a dataset."""
    for need in message.needs():
        if need.dataset not in datasets or datasets[need.dataset].kind != need.kind:
            raise DefinitionError(f"missing {need.kind} dataset {need.dataset!r}")
        message = message.with_schema(datasets[need.dataset].text)
        for misfit in message.misfits():
            raise DefinitionError(f"{need.dataset}: {misfit['type']}")
    return message


_Made = tuple[Line | ByteLine, str, list[Pack]]
_Make = Callable[[Message, frozenset[str]], _Made]


def _json(message: Message, left_out: frozenset[str]) -> _Made:
    fill: list[Pack] = _blanks(message)
    if message.size is not None and message.filler is not None:
        before = f'{quoted(message.filler)}:"'.encode()
        fill = [filled_by(message.size, before, b'"', comma=b",", cut=1)]
    return json_line(message.content, left_out), "application/json", fill


def _text(message: Message, _: frozenset[str]) -> _Made:
    return plain_line(message.content), "text/plain; charset=utf-8", _blanks(message)


def _csv(message: Message, _: frozenset[str]) -> _Made:
    return csv_line(message.content), "text/csv; charset=utf-8", _blanks(message)


def _form(message: Message, _: frozenset[str]) -> _Made:
    fill: list[Pack] = []
    if message.size is not None and message.filler is not None:
        before = f"{quote_plus(message.filler)}=".encode()
        fill = [filled_by(message.size, before, b"", comma=b"&", cut=0)]
    return form_line(message.content), "application/x-www-form-urlencoded", fill


def _binary(message: Message, _: frozenset[str]) -> _Made:
    layout, size = message.content, message.size
    frame, encoding = frame_bytes(layout), layout.encoding or "raw"
    if encoding == "raw":
        return frame, "application/octet-stream", [] if size is None else [filled(size, b"\0")]
    steps: list[Pack] = []
    if size is not None:
        steps.append(filled(size // 4 * 3 if encoding == "base64" else size // 2, b"\0"))
    return frame, "text/plain; charset=utf-8", [*steps, _ENCODERS[encoding]]


_ENCODERS: dict[str, Pack] = {
    "hex": lambda frame: frame.hex().encode(),
    "upper_hex": lambda frame: frame.hex().upper().encode(),
    "base64": lambda frame: binascii.b2a_base64(frame, newline=False),
}


def _packed(
    message: Message, left_out: frozenset[str], *, packer: Packer, media_type: str
) -> _Made:
    if message.size is None or message.filler is None:
        return packed_line(message.content, packer, left_out), media_type, []
    fill = filled_by_text(message.size, packer.text(message.filler), packer)
    return packed_line(message.content, packer, left_out, more=1), media_type, [fill]


def _protobuf(message: Message, _: frozenset[str]) -> _Made:
    return protobuf_line(message.content), "application/x-protobuf", []


def _avro(message: Message, _: frozenset[str]) -> _Made:
    return avro_line(message.content), "application/avro", []


def _blanks(message: Message) -> list[Pack]:
    return [] if message.size is None else [filled(message.size, b" ")]


_BODIES: dict[str, _Make] = {
    "json": _json,
    "text": _text,
    "csv": _csv,
    "form": _form,
    "binary": _binary,
    "cbor": partial(_packed, packer=Cbor(), media_type="application/cbor"),
    "msgpack": partial(_packed, packer=MessagePack(), media_type="application/vnd.msgpack"),
    "protobuf": _protobuf,
    "avro": _avro,
}
