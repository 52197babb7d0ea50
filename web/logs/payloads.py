"""Payloads as people read them: unpacked, decoded where that is sure, else as hex and base64.

Rule: pure; whatever the bytes are, they are shown, and what is read of them has a limit.
"""

import base64
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import cbor2
import msgpack
import orjson

import simulator

MOST_UNPACKED = 1_000_000  # bytes that a compressed payload is unpacked to
MOST_SHOWN = 20_000  # characters of a payload that are drawn; the CSV has all of them
MOST_BYTES = MOST_SHOWN // 4  # of what is no text
EITHER_HEADER = 47  # zlib's word for: gzip or zlib, see which
# How they begin (RFC 1952, 2.3.1; RFC 1950, 2.2 at each level).
PACKED = {
    b"\x1f\x8b": "gzip",
    b"\x78\x01": "deflate",
    b"\x78\x5e": "deflate",
    b"\x78\x9c": "deflate",
    b"\x78\xda": "deflate",
}
# What a message's word is called; what is not here is text.
NAMES = {
    "binary": "binary frame",
    "cbor": "CBOR",
    "msgpack": "MessagePack",
    "protobuf": "Protobuf",
    "avro": "Avro",
}
SPARKPLUG = "spBv1.0/"  # how its topics begin; its payloads are Protobuf (Sparkplug 3.0, 4.1, 6.1)


@dataclass(frozen=True, slots=True)
class Readable:
    """A payload as it is drawn: ``text``, or ``hex`` and ``base64`` of what has none."""

    facts: tuple[str, ...] = ()  # "gzip", "CBOR", "120 bytes"
    text: str = ""
    hex: str = ""
    base64: str = ""
    is_cut: bool = False


def formats_of(definition: simulator.Definition) -> dict[str, str]:
    """Return the words of those messages that are no text, by the names that records have."""
    words = {name: message.word for name, message in definition.messages.items()}
    for name, reply in definition.replies.items():
        own = {answer.word for answer in reply.send if answer.message is None}
        if len(own) == 1:
            words.setdefault(name, own.pop())
    if definition.children is not None:
        words = formats_of(definition.children.definition) | words
    return {name: word for name, word in words.items() if word in NAMES}


def readable(payload: bytes, *, word: str = "", address: str = "") -> Readable:
    """Return a payload as people read it.

    Args:
        payload: As it went over the wire.
        word: That of its message, where ``formats_of`` has one.
        address: Its topic or path, which may tell that it is Sparkplug's.
    """
    packing, data = unpacked(payload)
    is_sparkplug = address.startswith(SPARKPLUG) and "/STATE/" not in address
    name = "Sparkplug B" if is_sparkplug else NAMES.get(word, "")
    text = _decoded(data, word) if word in DECODERS else None
    if text is None and not name:
        text = _text(data)
    size = f"{len(payload):,} byte{'' if len(payload) == 1 else 's'}"
    if text is not None:
        facts = (packing, name, size) if packing or name else ()
        return Readable(
            tuple(filter(None, facts)), text[:MOST_SHOWN], is_cut=len(text) > MOST_SHOWN
        )
    return Readable(
        tuple(filter(None, (packing, name or "not text", size))),
        hex=data[:MOST_BYTES].hex(" "),
        base64=base64.b64encode(data[:MOST_BYTES]).decode(),
        is_cut=len(data) > MOST_BYTES,
    )


def unpacked(payload: bytes) -> tuple[str, bytes]:
    """Return how a payload is compressed and what is in it; empty and itself where it is not."""
    packing = PACKED.get(payload[:2], "")
    if not packing:
        return "", payload
    unpacking = zlib.decompressobj(EITHER_HEADER)
    try:
        data = unpacking.decompress(payload, MOST_UNPACKED)
    except zlib.error:
        return "", payload  # it only began like this
    return (packing, data) if data or unpacking.eof else ("", payload)


def _text(data: bytes) -> str | None:
    """Return JSON indented and other text as it is; None for what is no text."""
    try:
        return orjson.dumps(orjson.loads(data), option=orjson.OPT_INDENT_2).decode()
    except orjson.JSONDecodeError:
        pass
    try:
        text = data.decode()
    except UnicodeDecodeError:
        return None
    return None if any(each < " " and each not in "\t\n\r" for each in text) else text


def _decoded(data: bytes, word: str) -> str | None:
    """Return CBOR and the like as JSON that is indented; None when it is broken."""
    try:
        value = DECODERS[word](data)
        options = orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS
        return orjson.dumps(value, option=options, default=_plain).decode()
    except (ValueError, TypeError, RecursionError, cbor2.CBORError, msgpack.UnpackException):
        return None


def _plain(value: Any) -> Any:
    """Return what JSON has no word for in another way: bytes as hex, the rest as text."""
    if isinstance(value, bytes):
        return value.hex(" ")
    if isinstance(value, Mapping):
        return dict(value)
    return str(value)


def _msgpack(data: bytes) -> Any:
    return msgpack.unpackb(data, strict_map_key=False, timestamp=3)


DECODERS: dict[str, Callable[[bytes], Any]] = {"cbor": cbor2.loads, "msgpack": _msgpack}
