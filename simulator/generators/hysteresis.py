"""hysteresis: a switch that goes on at one threshold and off at another."""

from typing import ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator.definition.expressions.expression import Expression
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.quantities.units import Seconds
from simulator.generators.base import Cast, Column, Sample, Scalar, Values, packed
from simulator.generators.parts.expressed import OWN, numbers_in
from simulator.generators.parts.memory import Remembering
from simulator.randomness import FloatArray


@register("hysteresis")
class Hysteresis(Generator):
    """On once ``of >= on_at``, off once ``of <= off_at``, between them as it was.

    With ``on_at`` below ``off_at`` it is the other way around, as a heating is: on once
    ``of <= on_at``, off once ``of >= off_at``. With a delay the condition must have held at every
    reading for so long. Where ``of`` has no value it stays as it is.

    Gives ``then`` while it is on and ``otherwise`` while it is off; true and false without them.
    """

    family: ClassVar[str] = "derived"
    purpose: ClassVar[str] = "a thermostat, a level switch, an alarm that does not flutter"
    examples: ClassVar[tuple[str, ...]] = (
        "{hysteresis: {of: 20 + 5 * sin(age / 600), on_at: 23, off_at: 18}}",
        "{hysteresis: {of: 20 + 5 * sin(age / 600), on_at: 18, off_at: 21, on_delay: 30s, "
        "then: heating, otherwise: idle}}",
    )

    of: Expression = Field(description="What is watched: a metric, or an expression")
    on_at: Expression = Field(description="Threshold, or an expression, at which it goes on")
    off_at: Expression = Field(description="Threshold, or an expression, at which it goes off")
    on_delay: Seconds = Field(
        default=0.0, description="Time that it must ask to go on, 0 s or more"
    )
    off_delay: Seconds = Field(
        default=0.0, description="Time that it must ask to go off, 0 s or more"
    )
    initial: bool = Field(default=False, description="Whether it is on before the first reading")
    then: Scalar = Field(default=True, description="What is given while it is on")
    otherwise: Scalar = Field(default=False, description="What is given while it is off")

    @model_validator(mode="after")
    def _leaves_room(self) -> Self:
        if self.on_at.text.strip() == self.off_at.text.strip():
            raise ValueError(f"on_at and off_at must differ, got {self.on_at.text.strip()!r} twice")
        return self

    def names(self) -> frozenset[str]:
        return (self.of.names | self.on_at.names | self.off_at.names) - OWN

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast)


class _Column(Remembering):
    """Remembers whether each switch is on, and since when it asks to turn (NaN: it does not)."""

    def __init__(self, hysteresis: Hysteresis, cast: Cast) -> None:
        super().__init__(
            on=np.full(cast.count, hysteresis.initial), asks=np.full(cast.count, np.nan)
        )
        self._hysteresis = hysteresis
        self._given = packed([hysteresis.otherwise, hysteresis.then])

    def draw(self, sample: Sample) -> Values:
        is_on = self.memory["on"][sample.rows]
        asks = self._asks(sample, is_on)
        since = self.memory["asks"][sample.rows]
        since = np.where(asks, np.where(np.isnan(since), sample.t, since), np.nan)
        delay = np.where(is_on, self._hysteresis.off_delay, self._hysteresis.on_delay)
        turned = asks & (sample.t - since >= delay)
        is_on ^= turned
        since[turned] = np.nan
        self.memory["on"][sample.rows] = is_on
        self.memory["asks"][sample.rows] = since
        return self._given[is_on.astype(np.intp)]

    def _asks(self, sample: Sample, is_on: Values) -> Values:
        """Return which mocks are beyond the threshold that turns them."""
        of, on, off = (self._numbers(word, sample) for word in ("of", "on_at", "off_at"))
        heats = on < off
        wants_on = np.where(heats, of <= on, of >= on)
        wants_off = np.where(heats, of >= off, of <= off)
        return np.where(is_on, wants_off, wants_on)

    def _numbers(self, word: str, sample: Sample) -> FloatArray:
        return numbers_in(getattr(self._hysteresis, word), sample)
