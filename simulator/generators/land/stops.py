"""stops: where something that moves halts, and for how long.

Rule: how long a mock has stood is a function of seed, mock and time; what is remembered only saves
adding it up again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BeforeValidator, Field, WithJsonSchema, model_validator

from simulator import randomness
from simulator.definition.model import Model, reader, show
from simulator.definition.quantities.units import Chance, Every, Metres, read_metres
from simulator.errors import DefinitionError
from simulator.generators.base import check_state
from simulator.generators.land.line import Line
from simulator.generators.land.spots import Spot, read_spot
from simulator.randomness import FloatArray, IntArray, KeyArray

MAX_STOPS = 50  # entries of a route
MAX_HALTS = 10_000  # places of one round; a bus line has about 50
MAX_BESIDE = 1_000.0  # m; a stop farther from the route is a mistake
_ALL_POINTS = "points"

Place: TypeAlias = float | Chance | Spot | Literal["points"]


def read_place(value: Any) -> Place:
    """Return where a stop is: a distance, a share of the way, a place, or ``points``.

    Raises:
        DefinitionError: It is none of them.
    """
    if value == _ALL_POINTS:
        return "points"
    if isinstance(value, Chance | Spot):
        return value
    if isinstance(value, list | tuple):
        return read_spot(value)
    if isinstance(value, str) and value.strip().endswith("%"):
        return Chance.read(value)
    try:
        return read_metres(value)
    except DefinitionError:
        raise DefinitionError(
            "needs a distance (2 km), a share of the way (30%), a place ([47.1, 8.5]) or points, "
            f"got {show(value)}"
        ) from None


class Stop(Model):
    """A place, or several, where a mock halts.

    ``{at: 2 km, for: 5min ± 1min}``, ``{at: [47.37, 8.54], for: 30s, chance: 50%}``,
    ``{every: 500 m, for: 20s ± 15s, chance: 30%}``.
    """

    at: Annotated[
        Place | None,
        BeforeValidator(reader(read_place)),
        WithJsonSchema(
            {
                "title": "Where",
                "anyOf": [
                    {"type": ["number", "string"]},
                    {"type": "array", "items": {"type": "number"}, "minItems": 2, "maxItems": 3},
                ],
                "examples": ["2 km", "30%", [47.37, 8.54], "points"],
            }
        ),
    ] = Field(
        default=None,
        description="A distance from the beginning (2 km), a share of the way (30%), the nearest "
        "point to a place ([lat, lon], at most 1 km away), or points: every point of the route",
    )
    every: Metres | None = Field(
        default=None, description="In place of at: again and again after this distance, above 0"
    )
    for_: Every = Field(alias="for", description="How long: 5min, or 5min ± 1min")
    chance: Chance = Field(
        default=Chance(1.0),
        description="How likely it halts there each time it passes, 0 to 100 %",
    )

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.at is None) == (self.every is None):
            raise ValueError("needs at (where) or every (a distance), one of them")
        if self.every is not None and not self.every > 0:
            raise ValueError("every must be above 0 m")
        return self


@dataclass(frozen=True, slots=True)
class Halts:
    """The places of one round where a mock may halt, in their order; arrays of one length."""

    places: FloatArray  # m
    dwell: FloatArray  # s
    spread: FloatArray  # s
    chance: FloatArray  # 0 to 1

    def __len__(self) -> int:
        return len(self.places)

    def without(self, place: float) -> "Halts":
        """Return the halts but for those at a place."""
        kept = self.places != place
        return Halts(self.places[kept], self.dwell[kept], self.spread[kept], self.chance[kept])

    @property
    def is_spread(self) -> bool:
        """Whether a halt lasts now longer, now shorter."""
        return bool(np.any(self.spread))

    @property
    def is_by_chance(self) -> bool:
        """Whether there is a halt that not all make."""
        return bool(np.any(self.chance < 1.0))

    @property
    def certain(self) -> FloatArray:
        """Places where every mock halts each time, m: those that it brakes for."""
        return self.places[self.chance >= 1.0]


class Waiting:
    """How long each mock has stood, and whether it stands; arrays of one entry a row."""

    def __init__(
        self, halts: Halts, reached: FloatArray, keys: KeyArray, *, round: float | None
    ) -> None:
        """Begin at the beginning.

        Args:
            halts: Of one round.
            reached: Driving time from the beginning of the round to each of them, s.
            keys: One a mock.
            round: Driving time of a round, s; None: there is one round only.
        """
        self._halts = halts
        self._reached = reached
        self._keys = keys
        self._round = round
        count = len(keys)
        self._passed: IntArray = np.zeros(count, dtype=np.int64)  # halts that are over
        self._stood: FloatArray = np.zeros(count)  # s at them
        self._left: FloatArray = np.zeros(count)  # s, when the last of them was left

    def driving(
        self, rows: IntArray, age: FloatArray, began: FloatArray, pace: FloatArray
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        """Return each mock's driving time (s, as at pace 1) and whether it stands.

        Args:
            rows: The mocks.
            age: s since each started, 0 or more.
            began: Driving time from the beginning of the round to where each started, s.
            pace: How many times as fast as planned each drives.
        """
        self._go_back(rows[age < self._left[rows]])
        waiting = np.arange(len(rows))
        while len(waiting):
            mocks = rows[waiting]
            arrival, dwell = self._next(mocks, began[waiting])
            arrival = arrival / pace[waiting] + self._stood[mocks]
            is_over = age[waiting] >= arrival + dwell
            waiting, mocks = waiting[is_over], mocks[is_over]
            self._passed[mocks] += 1
            self._stood[mocks] += dwell[is_over]
            self._left[mocks] = (arrival + dwell)[is_over]
        time = (age - self._stood[rows]) * pace
        arrival, _ = self._next(rows, began)
        return np.minimum(time, arrival), time >= arrival

    def state(self) -> dict[str, NDArray[Any]]:
        """Return copies of what is remembered."""
        return {
            "passed": self._passed.copy(),
            "stood": self._stood.copy(),
            "left": self._left.copy(),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` gave; raises ValueError for other arrays."""
        check_state(state, self.state())
        self._passed = state["passed"].astype(np.int64)
        self._stood = state["stood"].astype(np.float64)
        self._left = state["left"].astype(np.float64)

    def _go_back(self, rows: IntArray) -> None:
        """Begin again for mocks that are asked about an earlier time, as a bulk does."""
        self._passed[rows] = 0
        self._stood[rows] = 0.0
        self._left[rows] = 0.0

    def _next(self, rows: IntArray, began: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return each mock's driving time from its start until its next halt, and its time there.

        The first is inf when there is no halt any more, the second 0 where it does not halt.
        """
        passed, keys = self._passed[rows], self._keys[rows]
        first = np.searchsorted(self._reached, began, side="left")
        rounds, nth = np.divmod(first + passed, len(self._halts))
        arrival = self._reached[nth] - began
        if self._round is None:
            arrival[rounds > 0] = np.inf
        else:
            arrival += rounds * self._round
        dwell = self._halts.dwell[nth]
        if self._halts.is_spread:
            dwell += self._halts.spread[nth] * (2.0 * randomness.uniform(keys, passed * 2) - 1.0)
        if self._halts.is_by_chance:
            halts = randomness.uniform(keys, passed * 2 + 1) < self._halts.chance[nth]
            dwell = np.where(halts, dwell, 0.0)
        return arrival, dwell


def halts_of(stops: tuple[Stop, ...], line: Line, *, name: str) -> Halts:
    """Return the places of stops on a line; where two are one place, the first in the document.

    Raises:
        DefinitionError: A place is too far from the line, or beyond its end, or there are too many.
    """
    places = [_places(stop, line, name=name) for stop in stops]
    of = np.repeat(np.arange(len(stops)), [len(each) for each in places])
    if len(of) > MAX_HALTS:
        raise DefinitionError(f"a route may halt {MAX_HALTS:,} times a round, it has {len(of):,}")
    all_places, first = np.unique(np.concatenate([*places, []]), return_index=True)
    each = [stops[at] for at in of[first]]
    return Halts(
        all_places,
        np.array([stop.for_.interval for stop in each]),
        np.array([stop.for_.spread for stop in each]),
        np.array([stop.chance.share for stop in each]),
    )


def _places(stop: Stop, line: Line, *, name: str) -> FloatArray:
    """Return the places of one stop, m from the beginning of the line."""
    if stop.every is not None:
        return np.arange(1, np.floor(line.length / stop.every) + 1) * stop.every
    if isinstance(stop.at, Spot):
        place, beside = line.nearest(stop.at)
        if beside > MAX_BESIDE:
            raise DefinitionError(
                f"{name}: the stop at {stop.at} is {beside / 1000:,.1f} km away from the route, "
                f"at most {MAX_BESIDE / 1000:g} km are allowed"
            )
        return np.array([place])
    if isinstance(stop.at, Chance):
        return np.array([stop.at.share * line.length])
    if stop.at == _ALL_POINTS:
        return np.append(line.starts[np.diff(line.leg, prepend=-1) != 0], line.length)
    place = float(stop.at or 0.0)
    if place > line.length:
        raise DefinitionError(
            f"{name}: the stop at {place:,.0f} m is beyond the end, the route has "
            f"{line.length:,.0f} m"
        )
    return np.array([place])
