"""mac and eui64: addresses of network interfaces."""

from typing import Any, ClassVar, Literal

from pydantic import Field, field_validator

from simulator.definition.metrics.generator import register
from simulator.errors import DefinitionError
from simulator.generators.base import Cast
from simulator.generators.parts.identity import Identity, Maker, Order, hex_digits, in_pairs

_LOCAL = 0x02  # of the first octet: administered locally. Source: IEEE 802, section 8.4


class _Address(Identity):
    """An address of ``digits`` hexadecimal digits that begin with those of its maker."""

    digits: ClassVar[int]
    longest: ClassVar[int]  # digits of a prefix; a MA-S block has 9

    oui: str = Field(
        default="",
        description="Its first digits, 6 or more: the block that IEEE gave to the maker; without "
        "it the address is administered locally (bit 2 of its first octet is set)",
    )
    local: bool | None = Field(
        default=None,
        description="Sets (true) or clears (false) the bit of local administration; without it, "
        "as the oui has it",
    )
    separator: Literal[":", "-", ""] = Field(default=":", description="Between two octets")
    upper: bool = Field(default=False, description="Digits above 9 as A to F instead of a to f")

    @field_validator("oui", mode="before")
    @classmethod
    def _only_digits(cls, value: Any) -> str:
        if not isinstance(value, str):
            raise DefinitionError("needs a text in quotes such as '00:1B:44'")
        digits = hex_digits(value) if value else ""
        if digits and not 6 <= len(digits) <= cls.longest:
            raise DefinitionError(f"needs 6 to {cls.longest} digits, got {len(digits)}")
        return digits

    def maker(self, cast: Cast, name: str) -> Maker:
        if not self.oui:
            return self._local_maker(cast, name)
        octet = int(self.oui[:2], 16)
        if self.local is not None:
            octet = octet | _LOCAL if self.local else octet & ~_LOCAL
        prefix = f"{octet:02x}{self.oui[2:]}"
        rest = self.digits - len(prefix)
        deal = self.dealer(cast, name, 16**rest)
        return lambda order: self._written(
            [f"{prefix}{number:0{rest}x}" for number in deal(order).tolist()]
        )

    def _local_maker(self, cast: Cast, name: str) -> Maker:
        """Return what makes addresses whose first octet alone is given in two bits."""
        rest = self.digits * 4 - 8  # bits
        deal = self.dealer(cast, name, 1 << (rest + 6))
        bits = 0 if self.local is False else _LOCAL
        first = [f"{octet << 2 | bits:02x}" for octet in range(64)]
        mask = (1 << rest) - 1

        def make(order: Order) -> list[str]:
            width = self.digits - 2
            numbers = deal(order).tolist()
            return self._written([f"{first[n >> rest]}{n & mask:0{width}x}" for n in numbers])

        return make

    def _written(self, digits: list[str]) -> list[str]:
        pairs = in_pairs(digits, self.separator)
        return [each.upper() for each in pairs] if self.upper else pairs


@register("mac")
class Mac(_Address):
    """``oui`` and then digits that no other mock of the run has: 48 bits, ``00:1b:44:11:3a:b7``.

    The digits after ``oui`` are a permutation of the mock's number, so an oui of 6 digits has room
    for 16,777,216 mocks. Source: IEEE 802-2014, section 8.2.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "oui"
    purpose: ClassVar[str] = "a network card"
    examples: ClassVar[tuple[str, ...]] = (
        '{mac: "00:1B:44"}',
        '{mac: {separator: "-", upper: true}}',
    )
    digits = 12
    longest = 11


@register("eui64")
class Eui64(_Address):
    """``oui`` and then digits that no other mock of the run has: 64 bits, as a LoRaWAN DevEUI.

    The digits after ``oui`` are a permutation of the mock's number. Source: IEEE, Guidelines for
    Use of Extended Unique Identifier (EUI), 2017.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "oui"
    purpose: ClassVar[str] = "a LoRaWAN device"
    examples: ClassVar[tuple[str, ...]] = (
        '{eui64: "70:B3:D5"}',
        '{eui64: {oui: "70B3D57ED", separator: "", upper: true}}',
    )
    digits = 16
    longest = 15
