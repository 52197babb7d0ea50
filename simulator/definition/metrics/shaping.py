"""How a value is shaped on its way to the reading: converted, sensed, clamped, rounded.

Rule: each step is a pure function of the value (and of one normal draw, for a sensor's noise); the
order is that of ``Shaping``, whatever the order of the words in the document.
"""

from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from pydantic import Field, PrivateAttr, model_validator

from simulator.definition.model import Model
from simulator.definition.quantities.measures import conversion
from simulator.errors import DefinitionError
from simulator.randomness import FloatArray

MAX_BITS = 32  # of a sensor; the finest converters have 32
MIN_DECIMALS, MAX_DECIMALS = -9, 12  # what float64 has of a number of everyday size


class Convert(Model):
    """``factor · value + offset``: from the unit that the generator speaks to that of the reading.

    Both units must be of the same quantity: °C and °F, m/s and km/h, hPa and inHg, L and gal.
    """

    source: str = Field(alias="from", description="Unit of the generator's value, such as °C")
    target: str = Field(alias="to", description="Unit of the reading, such as °F")

    _factor: float = PrivateAttr(default=1.0)
    _offset: float = PrivateAttr(default=0.0)

    @model_validator(mode="after")
    def _is_known(self) -> Self:
        try:
            self._factor, self._offset = conversion(self.source, self.target)
        except DefinitionError as error:
            raise ValueError(str(error)) from None
        return self

    def apply(self, values: FloatArray) -> FloatArray:
        """Return the values in the other unit."""
        return values * self._factor + self._offset


class Sensor(Model):
    """``min + round((clamp(x + noise · z) - min) / step) · step``: what a real sensor makes of x.

    First ``noise · z`` is added (z normal, of its own for each reading), then the range saturates,
    then the value is put on the nearest of the sensor's steps. With ``bits`` there are 2^bits of
    them from ``min`` to ``max``: ``step = (max - min) / (2^bits - 1)``.
    """

    min: float | None = Field(default=None, description="Lower end of its range")
    max: float | None = Field(default=None, description="Upper end of its range")
    bits: int | None = Field(
        default=None, ge=1, le=MAX_BITS, description="Resolution in bits, 1 to 32; needs the range"
    )
    step: float | None = Field(
        default=None, gt=0, description="Resolution in the unit of the value, above 0"
    )
    noise: float = Field(
        default=0.0, ge=0, description="Standard deviation of its noise, 0 or more"
    )

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.min is not None and self.max is not None and self.min >= self.max:
            raise ValueError(f"min must be below max, got min {self.min:g} and max {self.max:g}")
        if self.bits is not None and (self.min is None or self.max is None):
            raise ValueError("bits need min and max: the range that they divide")
        if self.bits is not None and self.step is not None:
            raise ValueError("bits and step both say the resolution, give one of them")
        if not self.model_fields_set:
            raise ValueError("needs a range (min, max), bits, step or noise")
        return self

    def apply(self, values: FloatArray, noise: FloatArray | None) -> FloatArray:
        """Return what the sensor reads; ``noise`` is z, None when the sensor has none."""
        if noise is not None:
            values = values + noise * self.noise
        if self.min is not None or self.max is not None:
            values = np.clip(values, self.min, self.max)
        step = self._step()
        if step:
            start = 0.0 if self.min is None else self.min
            values = start + np.rint((values - start) / step) * step
        return values

    def _step(self) -> float:
        if self.bits is None or self.min is None or self.max is None:
            return self.step or 0.0
        return (self.max - self.min) / float(2**self.bits - 1)


class Clamp(Model):
    """What is beyond a bound is put at it."""

    min: float | None = Field(default=None, description="Lower bound")
    max: float | None = Field(default=None, description="Upper bound")

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        if self.min is None and self.max is None:
            raise ValueError("needs min, max or both")
        if self.min is not None and self.max is not None and self.min > self.max:
            raise ValueError(f"min must not be above max, got {self.min:g} and {self.max:g}")
        return self

    def apply(self, values: FloatArray) -> FloatArray:
        """Return the values within the bounds."""
        clamped: FloatArray = np.clip(values, self.min, self.max)
        return clamped


@dataclass(frozen=True, slots=True)
class Shaping:
    """All steps of one metric, in their order; None where there is no such step."""

    convert: Convert | None = None
    sensor: Sensor | None = None
    clamp: Clamp | None = None
    decimals: int | None = None

    @property
    def words(self) -> tuple[str, ...]:
        """The words of the document that are used."""
        steps: dict[str, Any] = {
            "convert": self.convert,
            "sensor": self.sensor,
            "clamp": self.clamp,
            "round": self.decimals,
        }
        return tuple(word for word, step in steps.items() if step is not None)

    @property
    def is_noisy(self) -> bool:
        """Whether ``apply`` needs normal draws."""
        return self.sensor is not None and self.sensor.noise > 0

    def apply(self, values: FloatArray, noise: FloatArray | None) -> FloatArray:
        """Return shaped values, float64; NaN stays NaN. ``noise`` is as long as they are."""
        if self.convert is not None:
            values = self.convert.apply(values)
        if self.sensor is not None:
            values = self.sensor.apply(values, noise)
        if self.clamp is not None:
            values = self.clamp.apply(values)
        if self.decimals is not None:
            values = np.round(values, self.decimals)
        return values
