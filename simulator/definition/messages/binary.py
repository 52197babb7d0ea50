"""A binary layout: a frame of bytes, field after field.

Rule: fields call each other by their names, and a range of them is never empty.
"""

from collections.abc import Callable
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, model_validator

from simulator.definition.expressions.template import Template
from simulator.definition.messages.checksums import LITTLE
from simulator.definition.messages.layout import (
    ENDIAN_TEXT,
    MAX_FIELDS,
    AnyPart,
    BitGroup,
    Checksum,
    Endian,
    Length,
    Place,
    Range,
    Repeated,
    read_fields,
    templates_in,
)
from simulator.definition.messages.samples import Samples
from simulator.definition.model import Model, nearest


class Binary(Model):
    """A frame of bytes, field after field, as a LoRaWAN uplink or a Modbus answer has it.

    It may also stand for a value inside of other payloads: ``json: {data: {binary: {...}}}`` is
    base64 there if no encoding is given; in CBOR and MessagePack it is a string of bytes.
    """

    examples: ClassVar[tuple[str, ...]] = (
        '{fields: [{hex: "01 67"}, {type: i16, value: "{temperature}", scale: 0.1}]}',
        "{fields: [{type: u8, value: 1}, {type: u8, value: 3}, {length: u8, from: t, to: t},"
        ' {name: t, type: i16, value: "{temperature}", scale: 0.1}, {crc: crc16-modbus}]}',
    )

    fields: Annotated[tuple[AnyPart, ...], BeforeValidator(read_fields)] = Field(
        min_length=1,
        max_length=MAX_FIELDS,
        description=f"The fields in their order, 1 to {MAX_FIELDS}",
    )
    endian: Endian = Field(default="big", description=ENDIAN_TEXT)
    encoding: Literal["raw", "hex", "upper_hex", "base64"] | None = Field(
        default=None,
        description="How the bytes are written: `raw`, `hex`, `upper_hex` or `base64`",
    )

    @model_validator(mode="after")
    def _names_its_fields(self) -> "Binary":
        _check_names(self.fields)
        return self

    def templates(self) -> list[tuple[Place, Template]]:
        """Return every template with its place in the layout."""
        return [(("fields", *place), text) for place, text in templates_in(self.fields)]

    @property
    def has_bulk(self) -> bool:
        """Whether some of its fields are repeated."""
        return any(isinstance(part, Repeated) for part in self.fields)

    def count(self, times: Callable[[Samples], int]) -> int:
        """Return how many values it holds; ``times`` says how often those of a bulk count."""
        return 1 + _count(self.fields, times)


def _count(fields: tuple[Any, ...], times: Callable[[Samples], int]) -> int:
    total = 0
    for part in fields:
        match part:
            case Repeated():
                total += 1 + times(part.bulk) * _count(part.bulk.of, times)
            case BitGroup():
                total += len(part.bits)
            case _:
                total += 1
    return total


def _check_names(fields: tuple[Any, ...]) -> None:
    """Refuse a name that is given twice, and a range that is none."""
    names = [part.name for part in fields if part.name]
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"two fields have the name {name!r}")
    for index, part in enumerate(fields):
        if isinstance(part, Range):
            range_of(fields, index)
        elif isinstance(part, Repeated):
            _check_group(part.bulk.of)


def _check_group(fields: tuple[Any, ...]) -> None:
    if any(isinstance(part, Repeated) for part in fields):
        raise ValueError("a bulk cannot hold another bulk")
    _check_names(fields)


def range_of(fields: tuple[Any, ...], index: int) -> tuple[int, int]:
    """Return the positions of the first and behind the last field that one is computed of.

    Raises:
        ValueError: There is no such field, the range is empty, or it holds what is computed.
    """
    part = fields[index]
    is_length = isinstance(part, Length)
    start = _position(fields, part.from_, index + 1 if is_length else 0)
    end = _position(fields, part.to, len(fields) - 1 if is_length else index - 1) + 1
    if start >= end:
        raise ValueError(f"{_kind_name(part)} has no bytes to be computed of")
    if isinstance(part, Checksum) and any(
        isinstance(each, Checksum) for each in fields[max(start, index) : end]
    ):
        raise ValueError(f"{part.crc} cannot be computed of itself or of what comes later")
    return start, end


def _position(fields: tuple[Any, ...], name: str | None, default: int) -> int:
    if name is None:
        return default
    names = [part.name for part in fields]
    if name not in names:
        raise ValueError(f"unknown field {name!r}, {nearest(name, filter(None, names))}")
    return names.index(name)


def _kind_name(part: Range) -> str:
    return part.crc if isinstance(part, Checksum) else "a length"


def is_little(part: Checksum) -> bool:
    """Whether a checksum comes least significant byte first by its own specification."""
    return part.crc in LITTLE
