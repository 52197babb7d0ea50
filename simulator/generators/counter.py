"""counter: whole numbers one after the other, as a register counts."""

from itertools import accumulate
from typing import Annotated, ClassVar, Literal, Self

import numpy as np
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator import randomness
from simulator.definition.metrics.generator import Generator, register
from simulator.definition.model import Model, reader
from simulator.definition.quantities.units import Chance
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.parts.counting import COUNT_ORIGIN_TEXT, Counting, CountOrigin, without
from simulator.randomness import IntArray

MAX_WHOLE = 2**53  # what every JSON reader takes exactly
MAX_STEP = 2**31  # times 2**31 readings still fits 63 bits
MAX_STEPS = 1_000

Whole = Annotated[int, Field(ge=-MAX_WHOLE, le=MAX_WHOLE)]
Step = Annotated[int, Field(ge=-MAX_STEP, le=MAX_STEP)]


class Between(Model):
    """Whole numbers of a range, each as likely."""

    min: Whole = Field(description="The lowest, within ±2⁵³")
    max: Whole = Field(description="The highest, at least `min`, within ±2⁵³")

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min > self.max:
            raise ValueError(f"min must be at most max, got min {self.min} and max {self.max}")
        return self


class Jump(Model):
    """What a counter leaps by, now and then."""

    chance: Chance = Field(description="Of a leap at a reading: 0 % to 100 %")
    by: Step = Field(description="How far it leaps, on top of its step, within ±2³¹")
    to: Step | None = Field(
        default=None, description="Leaps are drawn evenly from `by` to this, at least `by`"
    )

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.to is not None and self.to < self.by:
            raise ValueError(f"to must be at least by, got by {self.by} and to {self.to}")
        return self


def _listed(value: object) -> object:
    return [value] if isinstance(value, int) and not isinstance(value, bool) else value


_STEP_SCHEMA = {"type": "integer", "minimum": -MAX_STEP, "maximum": MAX_STEP}
Steps = Annotated[
    tuple[Step, ...],
    BeforeValidator(reader(_listed)),
    WithJsonSchema(
        {
            "anyOf": [
                _STEP_SCHEMA,
                {"type": "array", "items": _STEP_SCHEMA, "minItems": 1, "maxItems": MAX_STEPS},
            ]
        }
    ),
]


@register("counter")
class Counter(Generator):
    """``start + step · n`` for a mock's reading n = 0, 1, 2, ...

    With several steps each is added in its turn. A metric's own readings count, whatever else the
    mock sends.

    Gives whole numbers; with ``at_end: stop`` numbers.
    """

    family: ClassVar[str] = "choice"
    purpose: ClassVar[str] = "a meter, a number of starts, a sequence number"
    examples: ClassVar[tuple[str, ...]] = (
        "{counter: {start: 0, step: 3}}",
        "{counter: {max: 255}}",
        "{counter: {start: {min: 1000, max: 90000}, step: [1, 1, 5]}}",
        "{counter: {step: 700, max: 65535, at_end: wrap, jump: {chance: 1%, by: 2000}}}",
        "{unit: s, counter: {start: 30, step: -1, min: 0, at_end: hold, origin: status}}",
    )

    start: Whole | Between = Field(
        default=0,
        description="The first number, within ±2⁵³; or `{min: ..., max: ...}`: each mock its own, "
        "drawn evenly",
    )
    step: Steps = Field(
        default=(1,),
        description="What is added each time, not 0, within ±2³¹; below 0 it counts down. A list "
        "of up to 1,000 steps is gone round; all have one direction where there is an end",
        min_length=1,
        max_length=MAX_STEPS,
    )
    min: Whole | None = Field(
        default=None, description="For counting down: the end. For wrapping up: where it goes on"
    )
    max: Whole | None = Field(
        default=None, description="For counting up: the end. For wrapping down: where it goes on"
    )
    at_end: Literal["repeat", "wrap", "hold", "stop"] = Field(
        default="repeat",
        description="What comes instead of passing the end: `repeat` begins again at `start`; "
        "`wrap` carries over what is too much, as a register does, and goes on at the other bound, "
        "or `start` without one; `hold` stays at the end; `stop` gives no value",
    )
    jump: Jump | None = Field(default=None, description="Leaps by chance; not with `repeat`")
    origin: CountOrigin = Field(default="mock", description=COUNT_ORIGIN_TEXT)

    @model_validator(mode="after")
    def _gets_somewhere(self) -> Self:
        if 0 in self.step:
            raise ValueError("step must not be 0")
        if self.min is not None or self.max is not None:
            self._check_end()
        elif self.at_end != "repeat":
            raise ValueError(f"at_end: {self.at_end} needs an end: max, or min for counting down")
        return self

    def _check_end(self) -> None:
        word, other = ("max", "min") if self.is_rising else ("min", "max")
        if len({step > 0 for step in self.step}) > 1:
            raise ValueError("steps up and down have no end, leave min and max out")
        if self.end is None or (self.at_end != "wrap" and getattr(self, other) is not None):
            raise ValueError(f"with step {self.step[0]} it ends at {word}, got the other bound")
        low, high = self.starts
        if (self.end < high) if self.is_rising else (self.end > low):
            side = "at or above" if self.is_rising else "at or below"
            start = high if self.is_rising else low
            raise ValueError(f"{word} must be {side} start {start}, got {self.end}")
        if self.jump is not None and self.at_end == "repeat":
            raise ValueError("jump needs at_end: wrap, hold or stop, or no end")

    @property
    def is_rising(self) -> bool:
        """Whether its first step goes up."""
        return self.step[0] > 0

    @property
    def end(self) -> int | None:
        """The bound that it runs towards."""
        return self.max if self.is_rising else self.min

    @property
    def starts(self) -> tuple[int, int]:
        """The lowest and the highest number that it may begin with."""
        if isinstance(self.start, Between):
            return self.start.min, self.start.max
        return self.start, self.start

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


class _Column(Counting):
    """Remembers how far each mock has leapt."""

    def __init__(self, counter: Counter, cast: Cast, metric: str) -> None:
        leaps = {"leapt": np.zeros(cast.count, dtype=np.int64)} if counter.jump else {}
        super().__init__(cast, counter.origin, **leaps)
        self._counter = counter
        self._leap = cast.keys(f"metric.{metric}.jump")
        self._far = cast.keys(f"metric.{metric}.by")
        self._start = _starts(counter, cast, metric)
        # What has been added after none, one, two, ... of the steps.
        self._sums: IntArray = np.array(list(accumulate(counter.step, initial=0)), dtype=np.int64)
        self._round = self._readings_of_a_round()

    def draw(self, sample: Sample) -> Values:
        number = self.number(sample)
        if self._counter.jump is not None:
            self._jump(self._counter.jump, sample, number)
        start = self._start if self._start.ndim == 0 else self._start[sample.rows]
        if self._round is not None:
            number %= self._round if self._round.ndim == 0 else self._round[sample.rows]
        number = self._progress(number)
        number += start
        if self._counter.jump is not None:
            number += self.memory["leapt"][sample.rows]
        end, at_end = self._counter.end, self._counter.at_end
        if end is None or at_end == "repeat":
            return number
        return self._wrapped(number, start, end) if at_end == "wrap" else self._ended(number, end)

    def _progress(self, number: IntArray) -> IntArray:
        """Return what has been added up to each reading; ``number`` may be changed."""
        if len(self._sums) == 2:
            number *= self._sums[1]
            return number
        rounds, places = np.divmod(number, len(self._sums) - 1)
        progress: IntArray = rounds * self._sums[-1] + self._sums[places]
        return progress

    def _readings_of_a_round(self) -> IntArray | None:
        """Return how many readings there are until it begins again."""
        if self._counter.end is None or self._counter.at_end != "repeat":
            return None
        way, sums = np.abs(self._counter.end - self._start), np.abs(self._sums)
        rounds, rest = np.divmod(way, sums[-1])
        places = np.searchsorted(sums[:-1], rest, side="right")
        return np.asarray(rounds * (len(sums) - 1) + places)

    def _wrapped(self, number: IntArray, start: IntArray, end: int) -> Values:
        counter = self._counter
        other = counter.min if counter.is_rising else counter.max
        again = start if other is None else np.int64(other)
        if counter.is_rising:
            return again + (number - again) % (end - again + 1)
        return again - (again - number) % (again - end + 1)

    def _ended(self, number: IntArray, end: int) -> Values:
        over = number > end if self._counter.is_rising else number < end
        number[over] = end
        return without(number, over) if self._counter.at_end == "stop" else number

    def _jump(self, jump: Jump, sample: Sample, number: IntArray) -> None:
        leapt = self.memory["leapt"]
        leapt[sample.rows[number == 0]] = 0
        drawn = randomness.uniform(self._leap[sample.rows], sample.count) < jump.chance.share
        leaping = np.flatnonzero(drawn & (number > 0))
        rows = sample.rows[leaping]
        far = np.full(len(rows), jump.by, dtype=np.int64)
        if jump.to is not None:
            share = randomness.uniform(self._far[rows], sample.count[leaping])
            far += np.floor(share * (jump.to - jump.by + 1)).astype(np.int64)
        leapt[rows] += far


def _starts(counter: Counter, cast: Cast, metric: str) -> IntArray:
    """Return where the mocks begin: each its own, or one number for all."""
    low, high = counter.starts
    if low == high:
        return np.array(low, dtype=np.int64)
    once = np.zeros(cast.count, dtype=np.int64)
    share = randomness.uniform(cast.keys(f"metric.{metric}.start"), once)
    starts: IntArray = np.floor(share * (high - low + 1)).astype(np.int64)
    return starts + low
