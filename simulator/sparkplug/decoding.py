"""What an NCMD or a DCMD asks for.

Rule: whatever the bytes are, the answer is a list of commands; nothing that a host sends raises.

Source: Sparkplug 3.0.0, section 6.4.
"""

import struct
from collections.abc import Iterator
from typing import Any, NamedTuple

MAX_COMMAND = 262_144  # bytes of one command; as of any other, see behaviour/commands.py
MAX_COMMANDS = 1_000  # metrics of one command that are looked at


class Command(NamedTuple):
    """One metric of a command: its name, or else its alias, and the value."""

    name: str  # empty: only an alias is given
    alias: int | None
    value: Any  # int (64 bits, no sign), float, bool, str; None: none


def commands(payload: bytes) -> list[Command]:
    """Return the metrics of a command in their order; none of what is no such payload."""
    if len(payload) > MAX_COMMAND:
        return []
    try:
        found = [body for number, body in _fields(payload) if number == 2]
        return [_command(body) for body in found[:MAX_COMMANDS] if isinstance(body, bytes)]
    except (ValueError, IndexError, struct.error):
        return []


def _command(body: bytes) -> Command:
    name = ""
    alias: int | None = None
    value: Any = None
    for number, field in _fields(body):
        if number == 1 and isinstance(field, bytes):
            name = field.decode()
        elif number == 2 and isinstance(field, int):
            alias = field
        elif number in (10, 11) and isinstance(field, int):
            value = field
        elif number == 12 and isinstance(field, bytes):
            value = struct.unpack("<f", field)[0]
        elif number == 13 and isinstance(field, bytes):
            value = struct.unpack("<d", field)[0]
        elif number == 14 and isinstance(field, int):
            value = bool(field)
        elif number == 15 and isinstance(field, bytes):
            value = field.decode()
    return Command(name, alias, value)


def _fields(data: bytes) -> Iterator[tuple[int, int | bytes]]:
    """Yield number and contents of each field; raises ValueError or IndexError when cut off."""
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        wire = key & 7
        if wire == 0:
            value, at = _varint(data, at)
            yield key >> 3, value
            continue
        if wire == 2:
            size, at = _varint(data, at)
        elif wire in (1, 5):
            size = 8 if wire == 1 else 4
        else:
            raise ValueError(f"wire type must be 0, 1, 2 or 5, got {wire}")
        if at + size > len(data):
            raise ValueError("a field is cut off")
        yield key >> 3, data[at : at + size]
        at += size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = 0
    for place in range(10):
        byte = data[at + place]
        number |= (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, at + place + 1
    raise ValueError("a varint has at most 10 bytes")
