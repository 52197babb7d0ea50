"""serial and hex: numbers of a maker's own making."""

from typing import Any, ClassVar, Literal

import numpy as np
from pydantic import Field, field_validator

from simulator.definition.metrics.generator import register
from simulator.definition.model import show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast
from simulator.generators.parts.identity import Identity, Maker, Order, mocks_of
from simulator.generators.parts.permuting import MAX_SIZE

MAX_PATTERN = 60  # characters
MAX_DIGITS = 256  # of a hex text; a key of 1,024 bits
_PLACES = {
    "#": "0123456789",
    "?": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "^": "0123456789ABCDEF",
}
_DEALT_DIGITS = 15  # 60 bits; as many as a permutation takes


@register("serial")
class Serial(Identity):
    """``pattern`` with its places filled so that no other mock of the run has the same.

    The places together are one number, a permutation of the mock's: SN-####-?? has room for
    10⁴ · 26² = 6,760,000 mocks. With more than 2^62 possibilities the first places are random.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "pattern"
    purpose: ClassVar[str] = "a number on a label"
    examples: ClassVar[tuple[str, ...]] = (
        '{serial: "SN-####-??"}',
        '{serial: "METER-######", order: in_order}',
    )

    pattern: str = Field(
        description="# stands for a digit, ? for a letter A to Z, ^ for a hexadecimal digit, "
        "anything else for itself, as does what follows a \\; 1 to 60 characters"
    )
    order: Literal["shuffled", "in_order"] = Field(
        default="shuffled",
        description="in_order: mock 0 has the lowest, mock 1 the next; shuffled: neighbours have "
        "nothing in common",
    )

    @field_validator("pattern")
    @classmethod
    def _has_places(cls, value: str) -> str:
        if not 1 <= len(value) <= MAX_PATTERN:
            raise DefinitionError(f"needs 1 to {MAX_PATTERN} characters, got {len(value)}")
        if not any(places for _, places in _pieces(value)):
            raise DefinitionError(f"needs a place: # (digit), ? (letter) or ^ (hexadecimal digit), "
                                  f"got {show(value)}")  # fmt: skip
        return value

    def maker(self, cast: Cast, name: str) -> Maker:
        pieces = _pieces(self.pattern)
        sizes = [len(places) or 1 for _, places in pieces]
        dealt = _last_that_fit(sizes)
        size = int(np.prod(sizes[dealt:], dtype=object))
        deal = self._counter(cast, size) if self.order == "in_order" else self.dealer(
            cast, name, size
        )  # fmt: skip

        def make(order: Order) -> list[str]:
            columns: list[list[str]] = []
            left = deal(order)
            for at in range(len(pieces) - 1, -1, -1):
                literal, places = pieces[at]
                if not places:
                    columns.append([literal] * len(left))
                elif at >= dealt:
                    left, digit = np.divmod(left, sizes[at])
                    columns.append(np.array(list(places), dtype=object)[digit].tolist())
                else:
                    digit = order.drawn(sizes[at], part=at)
                    columns.append(np.array(list(places), dtype=object)[digit].tolist())
            return list(map("".join, zip(*reversed(columns), strict=True)))

        return make

    def _counter(self, cast: Cast, size: int) -> Any:
        if mocks_of(cast) > size:
            raise DefinitionError(
                f"serial has room for {size:,} mocks, the run has {mocks_of(cast):,}; "
                "leave more digits free"
            )
        return lambda order: order.ordinals(size)


@register("hex")
class Hex(Identity):
    """``digits`` hexadecimal digits that no other mock of the run has.

    The last 15 of them are a permutation of the mock's number, those before them are random.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "digits"
    purpose: ClassVar[str] = "a key, a token"
    examples: ClassVar[tuple[str, ...]] = ("{hex: 16}", "{hex: 8, upper: true, each: reading}")

    digits: int = Field(ge=1, le=MAX_DIGITS, description="How many, 1 to 256")
    upper: bool = Field(default=False, description="Digits above 9 as A to F instead of a to f")

    def maker(self, cast: Cast, name: str) -> Maker:
        width = min(self.digits, _DEALT_DIGITS)
        deal = self.dealer(cast, name, 16**width)
        before = self.digits - width

        def make(order: Order) -> list[str]:
            last = [f"{number:0{width}x}" for number in deal(order).tolist()]
            first = _random_digits(order, before)
            both = [a + b for a, b in zip(first, last, strict=True)]
            return [each.upper() for each in both] if self.upper else both

        return make


def _random_digits(order: Order, digits: int) -> list[str]:
    """Return texts of so many random hexadecimal digits."""
    words = -(-digits // 8)
    drawn = [order.drawn(1 << 32, part=word) for word in range(words)]
    if not drawn:
        return [""] * len(order.keys)
    whole = np.stack(drawn, axis=1).astype(">u4").tobytes().hex()
    width = 8 * words
    return [whole[at : at + digits] for at in range(0, len(whole), width)]


def _pieces(pattern: str) -> list[tuple[str, str]]:
    """Return each character as (itself, "") or, where something else is to stand, ("", what)."""
    pieces: list[tuple[str, str]] = []
    signs = iter(pattern)
    for sign in signs:
        if sign == "\\":
            pieces.append((next(signs, sign), ""))
        else:
            pieces.append(("", _PLACES[sign]) if sign in _PLACES else (sign, ""))
    return pieces


def _last_that_fit(sizes: list[int]) -> int:
    """Return from which place on the possibilities together fit into a permutation."""
    product, at = 1, len(sizes)
    while at and product * sizes[at - 1] <= MAX_SIZE:
        at -= 1
        product *= sizes[at]
    return at
