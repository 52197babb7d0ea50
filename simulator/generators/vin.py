"""vin: the number of a vehicle."""

from typing import Any, ClassVar

import numpy as np
from pydantic import Field, field_validator

from simulator.definition.metrics.generator import register
from simulator.definition.model import show
from simulator.errors import DefinitionError
from simulator.generators.base import Cast
from simulator.generators.parts.identity import Identity, Maker, Order
from simulator.randomness import IntArray

# Of the sum modulo 11. Source: 49 CFR 565.15(c), tables III (values) and IV (weights).
_CHECKS = "0123456789X"
_WEIGHTS = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_VALUES = {
    **{str(digit): digit for digit in range(10)},
    **dict(zip("ABCDEFGH", range(1, 9), strict=True)),
    **dict(zip("JKLMN", range(1, 6), strict=True)),
    "P": 7,
    "R": 9,
    **dict(zip("STUVWXYZ", range(2, 10), strict=True)),
}
_YEARS = "ABCDEFGHJKLMNPRSTVWXY123456789"  # 1980, 1981, ..., again from 2010. Source: its table VII
_SIGNS = np.array(sorted(_VALUES), dtype="<U1")
_SIGN_VALUES = np.array([_VALUES[sign] for sign in sorted(_VALUES)])
_SERIAL = 6  # digits
_WMI, _DESCRIPTION = 3, 5  # characters


def check_digit(vin: str) -> str:
    """Return what must stand at the ninth place of 17 characters, whatever stands there.

    Source: 49 CFR 565.15(c).
    """
    total = sum(w * _VALUES[sign] for w, sign in zip(_WEIGHTS, vin, strict=True))
    return _CHECKS[total % 11]


@register("vin")
class Vin(Identity):
    """``wmi``, a description, check digit, year, plant, and 6 digits that no other mock has.

    17 characters without I, O and Q. The description of the vehicle (5 characters) and the plant
    are drawn, the serial number is a permutation of the mock's number: room for 1,000,000 mocks.
    Source: ISO 3779; check digit: 49 CFR 565.15.

    Gives text.
    """

    shorthand: ClassVar[str | None] = "wmi"
    purpose: ClassVar[str] = "a vehicle"
    examples: ClassVar[tuple[str, ...]] = ("{vin: WVW}", "{vin: {wmi: 1M8, year: 2024}}")

    wmi: str = Field(description="World manufacturer identifier, 3 characters, such as WVW")
    year: int | None = Field(
        default=None,
        ge=1980,
        le=2039,
        description="Of the model, 1980 to 2039; without it, drawn from 2015 to 2024",
    )

    @field_validator("wmi", mode="before")
    @classmethod
    def _of_a_maker(cls, value: Any) -> str:
        text = str(value).upper()
        if len(text) != _WMI or not set(text) <= set(_VALUES):
            raise DefinitionError(
                f"needs {_WMI} digits and letters other than I, O and Q, got {show(value)}"
            )
        return text

    def maker(self, cast: Cast, name: str) -> Maker:
        deal = self.dealer(cast, name, 10**_SERIAL)

        def make(order: Order) -> list[str]:
            years = order.drawn(10, part=1) + 2015 if self.year is None else self.year
            year = np.mod(np.broadcast_to(years, len(order.keys)) - 1980, len(_YEARS))
            described = order.drawn(len(_SIGNS) ** _DESCRIPTION)
            plant = order.drawn(len(_SIGNS), part=2)
            return self._written(described, year, plant, deal(order))

        return make

    def _written(
        self, described: IntArray, year: IntArray, plant: IntArray, serial: IntArray
    ) -> list[str]:
        count = len(serial)
        signs = np.empty((count, len(_WEIGHTS)), dtype="<U1")
        signs[:, :_WMI] = list(self.wmi)
        for place in range(_DESCRIPTION):
            described, sign = np.divmod(described, len(_SIGNS))
            signs[:, _WMI + place] = _SIGNS[sign]
        signs[:, 8] = "0"
        signs[:, 9] = np.array(list(_YEARS))[year]
        signs[:, 10] = _SIGNS[plant]
        for place in range(_SERIAL):
            serial, digit = np.divmod(serial, 10)
            signs[:, 16 - place] = _SIGNS[digit]
        values = _SIGN_VALUES[np.searchsorted(_SIGNS, signs)]
        signs[:, 8] = np.array(list(_CHECKS))[values @ np.array(_WEIGHTS) % 11]
        return ["".join(each) for each in signs.tolist()]
