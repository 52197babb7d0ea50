"""imei and iccid: the numbers of a modem and of its SIM card, with their check digits."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field, field_validator

from simulator.definition.metrics.generator import register
from simulator.definition.model import show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast
from simulator.generators.parts.identity import Identity, Maker, Order
from simulator.randomness import IntArray

_TAC = 8  # digits of a type allocation code. Source: 3GPP TS 23.003, section 6.2.1
_IMEI_SERIAL = 6
_ICCID = (18, 20)  # digits. Source: ITU-T E.118 says 19 with the check digit; some issuers use 20


def luhn_digits(numbers: IntArray, *, digits: int) -> IntArray:
    """Return the check digit of each number of ``digits`` digits.

    Every second digit, the last one first, is doubled and its own digits added; the check digit
    makes the sum a multiple of 10. Source: ISO/IEC 7812-1, annex B.
    """
    total = np.zeros(len(numbers), dtype=np.int64)
    left = numbers
    for place in range(digits):
        left, digit = np.divmod(left, 10)
        weighted = digit * (2 if place % 2 == 0 else 1)
        total += weighted - 9 * (weighted > 9)
    return -total % 10


def _read_digits(value: Any) -> str:
    if not isinstance(value, str) or not (value.isascii() and value.isdigit()):
        raise DefinitionError(f"needs digits in quotes such as '35684610', got {show(value)}")
    return value


def _numbered(prefix: str, deal: Any, *, rest: int) -> Maker:
    """Return what makes ``prefix``, a number of ``rest`` digits, and the check digit of both."""
    digits = len(prefix) + rest
    fixed = sum(_contribution(digit, digits - 1 - at) for at, digit in enumerate(prefix))

    def make(order: Order) -> list[str]:
        serials = deal(order)
        checks = (luhn_digits(serials, digits=rest) - fixed) % 10
        pairs = zip(serials.tolist(), checks.tolist(), strict=True)
        return [f"{prefix}{serial:0{rest}d}{check}" for serial, check in pairs]

    return make


def _contribution(digit: str, place: int) -> int:
    weighted = int(digit) * (2 if place % 2 == 0 else 1)
    return weighted - 9 * (weighted > 9)


@register("imei")
class Imei(Identity):
    """``tac``, 6 digits that no other mock of the run has, and Luhn's check digit: 15 digits.

    Room for 1,000,000 mocks. Source: 3GPP TS 23.003, section 6.2.1 and annex B.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "tac"
    purpose: ClassVar[str] = "a modem"
    examples: ClassVar[tuple[str, ...]] = ('{imei: "35684610"}',)

    tac: str = Field(
        description="Type allocation code of the model, 8 digits in quotes; a modem's data sheet "
        "has it"
    )

    @field_validator("tac", mode="before")
    @classmethod
    def _eight_digits(cls, value: Any) -> str:
        digits = _read_digits(value)
        if len(digits) != _TAC:
            raise DefinitionError(f"a type allocation code has {_TAC} digits, got {len(digits)}")
        return digits

    def maker(self, cast: Cast, name: str) -> Maker:
        deal = self.dealer(cast, name, 10**_IMEI_SERIAL)
        return _numbered(self.tac, deal, rest=_IMEI_SERIAL)


@register("iccid")
class Iccid(Identity):
    """``prefix``, digits that no other mock of the run has, and Luhn's check digit.

    Source: ITU-T E.118, section 4.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "prefix"
    purpose: ClassVar[str] = "a SIM card"
    examples: ClassVar[tuple[str, ...]] = ('{iccid: "8981100"}',)

    prefix: str = Field(
        description="89 (telecommunications), the country's calling code and the issuer's number: "
        "4 to 12 digits in quotes"
    )
    digits: int = Field(
        default=19,
        ge=_ICCID[0],
        le=_ICCID[1],
        description="How many with the check digit, 18 to 20",
    )

    @field_validator("prefix", mode="before")
    @classmethod
    def _of_an_issuer(cls, value: Any) -> str:
        digits = _read_digits(value)
        if not 4 <= len(digits) <= 12 or not digits.startswith("89"):
            raise DefinitionError(f"needs 4 to 12 digits that begin with 89, got {digits[:30]!r}")
        return digits

    def maker(self, cast: Cast, name: str) -> Maker:
        rest = self.digits - len(self.prefix) - 1
        return _numbered(self.prefix, self.dealer(cast, name, 10**rest), rest=rest)
