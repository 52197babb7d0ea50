"""gamma: values above 0, from steeply falling to a slanted bell."""

from typing import ClassVar, Self

from pydantic import Field, model_validator

from simulator.definition.metrics.generator import register
from simulator.exact import FloatArray
from simulator.generators.parts.distribution import Distribution
from simulator.generators.parts.gamma_quantile import MAX_SHAPE, MIN_SHAPE, gamma_quantile

MAX_SIZE = 1e100


@register("gamma")
class Gamma(Distribution):
    """``scale · g``, with g of the density ``g^(shape - 1) · exp(-g) / Γ(shape)``.

    It is drawn at each reading. The mean is ``shape · scale``, the standard deviation
    ``√shape · scale``; with a whole shape it is the time to so many events whose times between are
    exponential with the mean ``scale``. Told by ``mean`` and ``deviation`` instead:
    ``shape = (mean / deviation)²`` and ``scale = mean / shape``.

    Gives numbers, 0 or more.
    """

    purpose: ClassVar[str] = "rain, a waiting time, a load"
    examples: ClassVar[tuple[str, ...]] = (
        "{unit: mm, gamma: {shape: 2, scale: 3}}",
        "{unit: s, gamma: {mean: 40, deviation: 15, max: 120, beyond: redraw}}",
    )

    shape: float | None = Field(
        default=None, ge=MIN_SHAPE, le=MAX_SHAPE, description="0.01 to 10,000; 1 is exponential"
    )
    scale: float | None = Field(
        default=None, gt=0, le=MAX_SIZE, description="Above 0 to 10¹⁰⁰, in the metric's unit"
    )
    mean: float | None = Field(
        default=None, gt=0, le=MAX_SIZE, description="Instead of `shape`: above 0 to 10¹⁰⁰"
    )
    deviation: float | None = Field(
        default=None,
        gt=0,
        le=MAX_SIZE,
        description="With `mean`: the standard deviation, from 1/100 to 10 times the mean",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_way(cls, data: object) -> object:
        given = set(data) if isinstance(data, dict) else set()
        pairs = ({"shape", "scale"}, {"mean", "deviation"})
        if given & (pairs[0] | pairs[1]) not in pairs:
            raise ValueError("needs either shape and scale, or mean and deviation")
        return data

    @property
    def form(self) -> tuple[float, float]:
        """The shape, and the scale."""
        if self.shape is not None and self.scale is not None:
            return self.shape, self.scale
        mean, deviation = self.mean or 0.0, self.deviation or 0.0
        ratio = mean / deviation if deviation else 0.0
        shape = ratio * ratio  # infinite where ** would raise
        if not MIN_SHAPE <= shape <= MAX_SHAPE:
            raise ValueError(
                f"deviation must be from 1/100 to 10 times the mean {mean:g}, got {deviation:g}"
            )
        return shape, mean / shape

    @model_validator(mode="after")
    def _form_is_known(self) -> Self:
        assert self.form
        return self

    def quantile(self, centred: FloatArray) -> FloatArray:
        shape, scale = self.form
        values = gamma_quantile(shape).at(centred)
        values *= scale
        return values
