"""bernoulli: true with a chance."""

from typing import ClassVar

from pydantic import Field

from simulator import randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.quantities.units import Chance
from simulator.generators.base import Cast, Column, Sample, Values


@register("bernoulli")
class Bernoulli(Generator):
    """``u < chance``, with u drawn evenly from 0 to below 1 at each reading.

    Gives true or false.
    """

    family: ClassVar[str] = "random"
    purpose: ClassVar[str] = "motion seen, a packet lost, a part that fails"
    examples: ClassVar[tuple[str, ...]] = ("{bernoulli: 3%}", "{bernoulli: {chance: 0.5}}")
    shorthand: ClassVar[str | None] = "chance"

    chance: Chance = Field(description="Of true: 0 % (never) to 100 % (always)")

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Column):
    def __init__(self, bernoulli: Bernoulli, cast: Cast, metric: str) -> None:
        self._keys = cast.keys(f"metric.{metric}")
        self._share = bernoulli.chance.share

    def draw(self, sample: Sample) -> Values:
        values: Values = randomness.uniform(self._keys[sample.rows], sample.count) < self._share
        return values
