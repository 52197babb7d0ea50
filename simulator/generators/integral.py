"""integral: a meter that counts what another value says."""

from typing import Annotated, Any, ClassVar, Self

import numpy as np
from pydantic import Field, model_validator

from simulator.definition.expressions.arithmetic import number
from simulator.definition.expressions.expression import DRAWS, Computed, Expression
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import Model
from simulator.definition.quantities.cron import Cron
from simulator.definition.quantities.units import SomeSeconds
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.clocks import Clock
from simulator.generators.parts.drawing import Draws, keys_of
from simulator.generators.parts.expressed import OWN, known_of, numbers_in
from simulator.generators.parts.memory import Timed
from simulator.randomness import FloatArray

MAX_STATUSES = 50  # as many as a document may have


class Reset(Model):
    """When a meter is set to 0."""

    at: Cron | None = Field(default=None, description="At a clock time, each time it comes")
    statuses: Annotated[tuple[str, ...], Field(max_length=MAX_STATUSES)] = Field(
        default=(), alias="in", description="On entering one of these statuses"
    )

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if self.at is None and not self.statuses:
            raise ValueError("needs at (a clock time) or in (a list of statuses)")
        return self


@register("integral")
class Integral(Generator):
    """``y + scale · (u_before + u) / 2 · t / per``, t being the time between the two readings.

    The area under ``of`` by the trapezoid rule, exact where ``of`` goes straight from reading to
    reading. Power in W with ``per: 1h`` gives Wh, with ``scale: 0.001`` kWh. ``digits`` is the
    width of the meter's display: after 99999 comes 0. A reset counts from its own moment on, not
    from the reading after it; statuses that are left before they are read do not reset. Where
    ``of`` has no value, the one that is known of the two counts, and nothing when none is.

    Gives numbers.
    """

    family: ClassVar[str] = "derived"
    purpose: ClassVar[str] = "kWh from power, litres from flow, hours of work"
    examples: ClassVar[tuple[str, ...]] = (
        '{unit: kWh, integral: {of: "2000 + 1500 * sin(age / 900)", scale: 0.001, '
        'initial: "uniform(100, 9000)", digits: 5}}',
        '{unit: L, integral: {of: 12, per: 1min, reset: {at: "0 0 * * * *"}}}',
    )

    of: Expression = Field(description="What is counted: a metric, or an expression")
    per: SomeSeconds = Field(default=3600.0, description="The time that `of` is for, above 0 s")
    scale: float = Field(default=1.0, description="Each is worth so much; 0.001 makes kWh of Wh")
    initial: Computed | None = Field(
        default=None,
        description="What it shows at the first reading: a number, or an expression over constants"
        " and variables that may draw: `uniform(100, 9000)`; 0 when left out",
    )
    digits: int | None = Field(
        default=None, ge=1, le=15, description="Digits before the point, 1 to 15; then from 0 again"
    )
    reset: Reset | None = Field(default=None, description="When it is set to 0")

    @model_validator(mode="after")
    def _begins_alone(self) -> Self:
        if self.initial is not None and self.initial.others:
            raise ValueError("initial cannot read other mocks, only a formula does")
        return self

    def names(self) -> frozenset[str]:
        initial = frozenset() if self.initial is None else self.initial.names
        return (self.of.names | initial) - OWN

    def statuses(self) -> frozenset[str]:
        return frozenset(self.reset.statuses if self.reset else ())

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Timed):
    """Remembers what each meter shows, what it counted last, and when."""

    def __init__(self, integral: Integral, cast: Cast, metric: str) -> None:
        super().__init__(cast.count, total=np.zeros(cast.count), last=np.full(cast.count, np.nan))
        self._integral = integral
        self._initial = integral.initial or Computed.read(0)
        self._keys = keys_of(self._initial.draws, cast, metric)
        self._modulus = 10.0**integral.digits if integral.digits else np.inf
        reset = integral.reset or Reset.model_construct(at=None, statuses=())
        self._clock = None if reset.at is None else Clock(reset.at, cast.epoch)
        self._resets = cast.codes(reset.statuses)

    def draw(self, sample: Sample) -> Values:
        now = numbers_in(self._integral.of, sample)
        before = self.memory["last"][sample.rows]
        seconds = self.since(sample)
        is_first = np.isnan(seconds)
        shown = self.memory["total"][sample.rows]
        self._set_back(shown, before, now, seconds, sample)
        area = _mean(before, now) * np.fmax(seconds, 0.0)  # 0 at the first reading
        shown += area * (self._integral.scale / self._integral.per)
        if is_first.any():
            shown[is_first] = self._first(sample)[is_first]
        if self._integral.digits:
            shown -= np.floor(shown / self._modulus) * self._modulus
        self.memory["total"][sample.rows] = shown
        self.memory["last"][sample.rows] = np.where(np.isnan(now), before, now)
        return shown

    def _set_back(
        self,
        shown: FloatArray,
        before: FloatArray,
        now: FloatArray,
        seconds: FloatArray,
        sample: Sample,
    ) -> None:
        """Set meters to 0 whose reset lies between two readings; what was before it is cut off."""
        if self._clock is None and not len(self._resets):
            return
        known = np.fmax(seconds, 0.0)
        ago = sample.t - self._last_reset(sample, float(known.max(initial=0.0)))
        reset = np.flatnonzero(ago < known)
        if not len(reset):
            return
        share = 1.0 - ago[reset] / seconds[reset]
        start = before[reset] + (now[reset] - before[reset]) * share
        before[reset] = np.where(np.isnan(start), _mean(before[reset], now[reset]), start)
        seconds[reset] = ago[reset]
        shown[reset] = 0.0

    def _last_reset(self, sample: Sample, reach: float) -> FloatArray:
        last = np.full(len(sample), -np.inf)
        if self._clock is not None and reach > 0:
            last = self._clock.last(sample.t, reach=reach)
        if len(self._resets) and len(sample.status):
            entered = np.where(np.isin(sample.status, self._resets), sample.entered, -np.inf)
            last = np.maximum(last, entered)
        return last

    def _first(self, sample: Sample) -> FloatArray:
        known: dict[str, Any] = known_of(sample, self._initial.names)
        known[DRAWS] = Draws(self._keys, sample.rows, np.zeros(len(sample), dtype=np.int64))
        values = number(self._initial.evaluate(known)).astype(np.float64)
        first: FloatArray = np.nan_to_num(np.broadcast_to(values, len(sample)))
        return first


def _mean(before: FloatArray, now: FloatArray) -> FloatArray:
    """Return the mean of two columns; of one where the other has no value, 0 where both have."""
    middle = (before + now) / 2
    if not np.isnan(middle).any():
        return middle
    one = np.fmax(before, now)  # what is no value gives way
    return np.where(np.isnan(middle), np.nan_to_num(one), middle)
