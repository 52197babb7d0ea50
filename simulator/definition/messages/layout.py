"""The fields of a binary layout, each as a data sheet has it.

Rule: the width of every field is known before the run, but for texts that say their own length.
"""

import re
from collections.abc import Iterator
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator

from simulator.definition.expressions.template import Template
from simulator.definition.messages.checksums import CHECKSUMS, width_of
from simulator.definition.messages.samples import Samples
from simulator.definition.model import Model, inner_error, nearest, own_error, reader, show
from simulator.errors import DefinitionError

MAX_FIELDS = 500  # of one layout; the largest register map of one Modbus request has 125
MAX_TEXT_BYTES = 10_000  # of one text field

Place: TypeAlias = tuple[str | int, ...]
Endian: TypeAlias = Literal["big", "little", "swapped", "little_swapped"]

_TYPE = re.compile(r"[ui](8|16|24|32|40|48|56|64)|f(16|32|64)|bool|bcd|ascii|utf8|bytes")
_TYPES = ("u8", "u16", "u24", "u32", "u64", "i8", "i16", "i24", "i32", "i64", "f16", "f32", "f64")
_TEXTS = ("ascii", "utf8", "bytes")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}[\s:]*)+")

ENDIAN_TEXT = (
    "Order of the bytes of a number: `big` (most significant first), `little`, or with 16-bit words"
    " the other way round `swapped` (CDAB, as many Modbus devices have it) or `little_swapped`"
    " (BADC)"
)


def read_value(value: Any) -> Any:
    """Return a field's value: a Template for a text, a number or true and false as they are."""
    if isinstance(value, bool | int | float | Template):
        return value
    if isinstance(value, str):
        return Template.read(value)
    raise DefinitionError(f"needs a text with a placeholder or a number, got {show(value)}")


def read_type(value: Any) -> str:
    """Return the type of a field."""
    if isinstance(value, str) and _TYPE.fullmatch(value):
        return value
    allowed = (*_TYPES, "bool", "bcd", *_TEXTS)
    raise DefinitionError(f"unknown type {show(value)}, {nearest(value, allowed)}")


def read_hex(value: Any) -> bytes:
    """Return the bytes of ``"01 75 ff"``."""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str) or not _HEX.fullmatch(value.strip()):
        raise DefinitionError(f"needs pairs of hexadecimal digits in quotes, got {show(value)}")
    return bytes.fromhex(re.sub(r"[\s:]", "", value))


def read_checksum(value: Any) -> str:
    """Return the name of a checksum."""
    if isinstance(value, str) and value in CHECKSUMS:
        return value
    raise DefinitionError(f"unknown checksum {show(value)}, {nearest(value, CHECKSUMS)}")


def read_unsigned(value: Any) -> str:
    """Return the type of a length: ``u8`` to ``u64``."""
    name = read_type(value)
    if not name.startswith("u") or name == "utf8":
        raise DefinitionError(f"a length is u8, u16, u24 or u32, got {show(value)}")
    return name


_Name: TypeAlias = Annotated[
    str,
    Field(max_length=60, description="Its name, by which `from` and `to` of others call it"),
]
_Value: TypeAlias = Annotated[
    Any,
    BeforeValidator(reader(read_value)),
    WithJsonSchema({"type": ["string", "number", "boolean"]}),
]
_TYPE_SCHEMA = {
    "type": "string",
    "pattern": f"^({_TYPE.pattern})$",
    "examples": [*_TYPES, "bool", "bcd"],
}
_Missing = "What is sent when there is no value: the number as it stands in the frame"


class Part(Model):
    """A field of a layout."""

    name: _Name = ""

    @property
    def width(self) -> int | None:
        """Its bytes; None when they differ from message to message."""
        raise NotImplementedError

    def templates(self) -> Iterator[tuple[Place, Template]]:
        """Yield what it reads, with the place inside of it."""
        yield from ()


class Scaled(Model):
    """A number on its way into a frame: what stands there is ``(value - offset) / scale``."""

    value: _Value = Field(description="What is sent: a placeholder, or a constant")
    scale: float = Field(default=1.0, description="What one step of the number in the frame means")
    offset: float = Field(default=0.0, description="What 0 in the frame means")
    out_of_range: int | Literal["clamp", "wrap"] = Field(
        default="clamp",
        description=(
            "What becomes of a number that does not fit: `clamp` (the nearest that does), `wrap`"
            " (its lowest bits), or the number that the device sends for an error"
        ),
    )
    missing: int | None = Field(default=None, description=_Missing + "; 0 if not given")

    @model_validator(mode="after")
    def _can_be_divided(self) -> "Scaled":
        if self.scale == 0:
            raise ValueError("scale must not be 0")
        if isinstance(self.value, bool):
            object.__setattr__(self, "value", int(self.value))
        return self

    def check_range(self, kind: str, lowest: int, highest: int) -> None:
        """Refuse constants that do not fit into the frame.

        Raises:
            ValueError: With what does, ``kind`` said first.
        """
        for word in ("missing", "out_of_range"):
            number = getattr(self, word)
            if isinstance(number, int) and not lowest <= number <= highest:
                text = f"{word} must fit into {kind}, from {lowest} to {highest}, got {number}"
                raise ValueError(text)
        if isinstance(self.value, Template) or self.out_of_range != "clamp":
            return
        number = (self.value - self.offset) / self.scale
        if not lowest <= number <= highest:
            text = f"{show(self.value)} does not fit into {kind}, which holds {lowest} to {highest}"
            raise ValueError(f"{text} in the frame")

    def templates(self) -> Iterator[tuple[Place, Template]]:
        """Yield what it reads, with the place inside of it."""
        if isinstance(self.value, Template):
            yield ("value",), self.value


class Number(Scaled, Part):
    """A number: ``{type: i16, value: "{temperature}", scale: 0.01}``.

    ``u8`` to ``u64`` and ``i8`` to ``i64`` in steps of 8 bits (two's complement), ``f16``, ``f32``
    and ``f64`` (IEEE 754), ``bool`` (one byte, 0 or 1), ``bcd`` (``length`` bytes of two digits).
    """

    type: Annotated[str, BeforeValidator(reader(read_type)), WithJsonSchema(_TYPE_SCHEMA)] = Field(
        description="`u8` to `u64`, `i8` to `i64`, `f16`, `f32`, `f64`, `bool` or `bcd`"
    )
    length: int | None = Field(default=None, ge=1, le=9, description="Bytes of `bcd`, 1 to 9")
    endian: Endian | None = Field(default=None, description=ENDIAN_TEXT + "; else the layout's")

    @model_validator(mode="after")
    def _has_a_width(self) -> "Number":
        if (self.type == "bcd") != (self.length is not None):
            needs = "bcd needs its length in bytes" if self.type == "bcd" else "only bcd has length"
            raise ValueError(needs)
        self._check_numbers()
        return self

    def _check_numbers(self) -> None:
        bits = 8 * self.width
        if self.type == "bcd":
            self.check_range("bcd", 0, 10 ** (2 * self.width) - 1)
        elif self.type.startswith("i"):
            self.check_range(self.type, -(1 << bits - 1), (1 << bits - 1) - 1)
        elif self.type.startswith("u"):
            self.check_range(self.type, 0, (1 << bits) - 1)
        elif self.missing is not None and not 0 <= self.missing < 1 << bits:
            raise ValueError(f"missing must be the {bits} bits of the frame as a number")

    @property
    def width(self) -> int:
        if self.type == "bool":
            return 1
        return self.length or int(self.type[1:]) // 8


class Word(Part):
    """A text, or bytes written in hexadecimal: ``{type: ascii, value: "{id}", length: 12}``.

    It has a fixed ``length``, what is too long being cut and what is too short filled up, or its
    length stands before it as a number, ``prefix: u8``; with neither it is as long as it is.
    """

    type: Literal["ascii", "utf8", "bytes"] = Field(
        description="`ascii` (others become ?), `utf8`, or `bytes` of a hexadecimal text"
    )
    value: _Value = Field(description="What is sent: a text with placeholders")
    length: int | None = Field(
        default=None, ge=1, le=MAX_TEXT_BYTES, description=f"Bytes, 1 to {MAX_TEXT_BYTES:,}"
    )
    prefix: Annotated[str, BeforeValidator(reader(read_unsigned))] | None = Field(
        default=None, description="Type of the length that stands before it, `u8` to `u32`"
    )
    fill: Annotated[int, Field(ge=0, le=255)] = Field(
        default=0, description="The byte that fills it up to `length`, 0 to 255"
    )
    endian: Endian | None = Field(default=None, description="Order of the bytes of its prefix")

    @model_validator(mode="after")
    def _has_one_length(self) -> "Word":
        if self.length is not None and self.prefix is not None:
            raise ValueError("needs one of them, got length and prefix")
        return self

    @property
    def width(self) -> int | None:
        return self.length

    def templates(self) -> Iterator[tuple[Place, Template]]:
        if isinstance(self.value, Template):
            yield ("value",), self.value


class BitField(Scaled):
    """Some bits of a group: ``{width: 2, value: "{battery_status}"}``."""

    name: _Name = ""
    width: int = Field(ge=1, le=64, description="Bits, 1 to 64")
    signed: bool = Field(default=False, description="Whether it is in two's complement")

    @model_validator(mode="after")
    def _fits(self) -> "BitField":
        half = 1 << self.width - 1
        limits = (-half, half - 1) if self.signed else (0, 2 * half - 1)
        self.check_range(f"{self.width} bits", *limits)
        return self


class BitGroup(Part):
    """Numbers that share bytes, most significant bits first: ``{bits: [{width: 2, ...}, ...]}``."""

    bits: tuple[BitField, ...] = Field(
        min_length=1, max_length=64, description="Its numbers; together 8, 16, 24, ... or 64 bits"
    )
    endian: Endian | None = Field(default=None, description=ENDIAN_TEXT + "; else the layout's")

    @model_validator(mode="after")
    def _fills_bytes(self) -> "BitGroup":
        total = sum(each.width for each in self.bits)
        if total % 8 or total > 64:
            raise ValueError(f"bits make whole bytes, at most 64 bits, got {total} bits")
        return self

    @property
    def width(self) -> int:
        return sum(each.width for each in self.bits) // 8

    def templates(self) -> Iterator[tuple[Place, Template]]:
        for index, each in enumerate(self.bits):
            yield from ((("bits", index, *place), text) for place, text in each.templates())


class Constant(Part):
    """Bytes that are always the same: ``{hex: "01 67"}``."""

    hex: Annotated[bytes, BeforeValidator(reader(read_hex)), WithJsonSchema({"type": "string"})] = (
        Field(description='Its bytes in hexadecimal, in quotes: `"01 67"`')
    )

    @property
    def width(self) -> int:
        return len(self.hex)


class Range(Part):
    """What is computed of other fields: from one to another, both included."""

    from_: str | None = Field(default=None, alias="from", description="Name of the first field")
    to: str | None = Field(default=None, description="Name of the last field")
    endian: Endian | None = Field(default=None, description=ENDIAN_TEXT + "; else the layout's")


class Checksum(Range):
    """A checksum: ``{crc: crc16-modbus}``, over all that stands before it if nothing is said."""

    crc: Annotated[
        str,
        BeforeValidator(reader(read_checksum)),
        WithJsonSchema({"type": "string", "enum": list(CHECKSUMS)}),
    ] = Field(description=f"One of {', '.join(f'`{name}`' for name in CHECKSUMS)}")

    @property
    def width(self) -> int:
        return width_of(self.crc)


class Length(Range):
    """How many bytes follow, or some fields have: ``{length: u8, from: data, to: data}``."""

    length: Annotated[str, BeforeValidator(reader(read_unsigned))] = Field(
        description="Its type, `u8` to `u32`"
    )
    add: int = Field(default=0, ge=-1000, le=1000, description="Added to the number of bytes")

    @property
    def width(self) -> int:
        return int(self.length[1:]) // 8


class Group(Samples):
    """Fields that come once for each sample, oldest first."""

    of: "Annotated[tuple[AnyPart, ...], BeforeValidator(read_fields)]" = Field(
        description="The fields of one sample", min_length=1, max_length=MAX_FIELDS
    )


class Repeated(Part):
    """Fields that are repeated: ``{bulk: {count: 6, step: 10min, of: [{type: i16, ...}]}}``."""

    bulk: Group

    @property
    def width(self) -> int | None:
        widths = [part.width for part in self.bulk.of]
        known = [width for width in widths if width is not None]
        return self.bulk.count * sum(known) if len(known) == len(widths) else None

    def templates(self) -> Iterator[tuple[Place, Template]]:
        for place, text in templates_in(self.bulk.of):
            yield ("bulk", "of", *place), text


AnyPart: TypeAlias = Number | Word | BitGroup | Constant | Checksum | Length | Repeated

_KINDS: dict[str, type[Part]] = {
    "bits": BitGroup,
    "hex": Constant,
    "crc": Checksum,
    "bulk": Repeated,
    "length": Length,
}


def read_fields(value: Any) -> Any:
    """Return the fields of a layout.

    Raises:
        ValidationError: With the place of each thing that is wrong.
    """
    if not isinstance(value, list | tuple):
        return value
    fields, errors = [], []
    for index, each in enumerate(value):
        try:
            fields.append(each if isinstance(each, Part) else _kind_of(each).model_validate(each))
        except ValidationError as error:
            errors += [inner_error(details, index) for details in error.errors()]
        except DefinitionError as error:
            errors.append(own_error(str(error), (index,), each))
    if errors:
        raise ValidationError.from_exception_data("fields", errors)
    return tuple(fields)


def _kind_of(data: Any) -> type[Part]:
    if not isinstance(data, dict):
        raise DefinitionError(f"needs a field such as {{type: u8, value: 1}}, got {show(data)}")
    if "type" in data:
        return Word if data["type"] in _TEXTS else Number
    for word, kind in _KINDS.items():
        if word in data:
            return kind
    raise DefinitionError(f"needs one of: type, {', '.join(_KINDS)}")


def templates_in(fields: tuple[Any, ...]) -> Iterator[tuple[Place, Template]]:
    """Yield every template of some fields with its place among them."""
    for index, part in enumerate(fields):
        yield from (((index, *place), text) for place, text in part.templates())


Group.model_rebuild()
Repeated.model_rebuild()
