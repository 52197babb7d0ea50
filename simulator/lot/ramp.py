"""How a lot's mocks are switched on: evenly, in steps, or along a curve.

Rule: a mock's moment follows from its number and the size of the lot alone, so that shards and
towers agree without a word; the moments themselves are made in ``simulator/fleet/ramping.py``.
"""

from itertools import pairwise
from typing import Annotated, Any, NamedTuple, Self, TypeAlias

from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator.definition.model import reader, show
from simulator.definition.quantities.units import Chance, Seconds
from simulator.errors import DefinitionError
from simulator.lot.base import Model

MAX_RAMP = 7 * 86_400.0  # s; as long as a lot may last
MAX_STEPS = 1_000  # of a ramp; a page that draws it has about as many pixels


def read_mocks(value: Any) -> int | str:
    """Return how many mocks: a number of them, or a share of the lot as a text, ``10%``."""
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    if isinstance(value, str) and value.strip().endswith("%"):
        return str(Chance.read(value))
    raise DefinitionError(f"needs a number of mocks or a share such as 10%, got {show(value)}")


def _read_share(value: Any) -> float:
    return Chance.read(value).share


# A number of mocks, or a share of the lot: 1000, "10%".
SomeMocks: TypeAlias = Annotated[
    int | str,
    BeforeValidator(reader(read_mocks)),
    WithJsonSchema({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "string"}]}),
]
Share: TypeAlias = Annotated[
    float, BeforeValidator(reader(_read_share)), WithJsonSchema(Chance.schema)
]


class Step(Model):
    """From a moment on, so many mocks are on in all."""

    after: Seconds = Field(description="s since the start of the run")
    mocks: SomeMocks = Field(description="How many are on from then on: 1000, or 10%")


class Point(NamedTuple):
    """A point of a curve: at a time, so much of the lot is on."""

    after: Seconds  # s since the start of the run
    share: Share  # 0 to 1


class Ramp(Model):
    """When mocks are switched on, in the order of their numbers. One of three; none: all at once.

    ``over``: evenly until this many s. ``steps``: so many at once at each. ``curve``: the share of
    the lot that is on, in straight lines from point to point; what goes level holds.
    """

    over: Seconds = Field(default=0.0, description="s until the last mock is on, evenly")
    steps: tuple[Step, ...] = Field(
        default=(), max_length=MAX_STEPS, description="[{after: 0s, mocks: 10%}, ...]"
    )
    curve: tuple[Point, ...] = Field(
        default=(), max_length=MAX_STEPS, description="[[0s, 0%], [1min, 20%], [2min, 100%]]"
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        if sum(map(bool, (self.over, self.steps, self.curve))) > 1:
            raise ValueError("needs one of over, steps and curve")
        _check_times([step.after for step in self.steps], [step.mocks for step in self.steps])
        _check_times([point.after for point in self.curve], [point.share for point in self.curve])
        if self.curve and self.curve[-1].share != 1:
            raise ValueError(f"curve must end at 100%, got {self.curve[-1].share * 100:g}%")
        if self.length > MAX_RAMP:
            raise ValueError(f"must be at most {MAX_RAMP / 86_400:g}d, got {self.length:g} s")
        return self

    @property
    def length(self) -> float:
        """When the last mock is switched on, s since the start."""
        ends = [each[-1].after for each in (self.steps, self.curve) if each]
        return max([self.over, *ends])

    def problem(self, total: int) -> str:
        """Return what is wrong with it for a lot of ``total`` mocks; empty: nothing."""
        if not self.steps:
            return ""
        on = [how_many(step.mocks, total) for step in self.steps]
        if any(after < before for before, after in pairwise(on)):
            return "steps must not have fewer mocks later on"
        if on[-1] != total:
            return f"the last step must have all {total:,} mocks, got {on[-1]:,}"
        return ""


def how_many(mocks: int | str, total: int) -> int:
    """Return how many of ``total`` mocks are meant; of a share, the nearest whole number."""
    return mocks if isinstance(mocks, int) else round(Chance.read(mocks).share * total)


def _check_times(times: list[float], values: list[Any]) -> None:
    """Raise ValueError unless times rise, and values of one kind do not fall."""
    for before, after in pairwise(times):
        if after <= before:
            raise ValueError(f"each must come after the one before, got {before:g} and {after:g} s")
    for low, high in pairwise(value for value in values if isinstance(value, int | float)):
        if high < low:
            raise ValueError(f"must not fall, got {low:g} and then {high:g}")


def _read_ramp(value: Any) -> Any:
    """Return a ramp's words; a duration alone is that of an even one."""
    return {"over": value} if isinstance(value, int | float | str) else value


AnyRamp: TypeAlias = Annotated[Ramp, BeforeValidator(_read_ramp)]
