"""place: somewhere in an area, to stay there or to wander about."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator import geodesy, randomness
from simulator.definition.metrics.generator import register
from simulator.definition.quantities.units import Every, MetresPerSecond
from simulator.generators.base import Cast, Column, Sample, Values, check_state
from simulator.generators.land.area import Area, InArea
from simulator.generators.parts.timing import age
from simulator.randomness import FloatArray, IntArray

_TRIES = 8  # goals that a mock looks at before it stays where it is


@register("place")
class Place(InArea):
    """A random place in a circle or in polygons, each part of the area as likely as its size.

    With ``wander`` a mock walks from one such place straight to the next, rests there for
    ``pause``, and goes on (random waypoint); where the way would leave the area it looks for
    another goal.

    Gives the parts ``lat`` and ``lon`` (degrees; lon from -180 to below 180); with ``wander`` also
    ``speed`` (m/s), ``bearing`` (degrees from true north, clockwise, 0 to below 360) and
    ``stopped`` (true while it rests).
    """

    family: ClassVar[str] = "place"
    purpose: ClassVar[str] = "cattle in a field, cars in a town"
    examples: ClassVar[tuple[str, ...]] = (
        "{place: {circle: {at: [35.681, 139.767], radius: 500 m}, wander: 1.3 m/s, "
        "pause: 2min ± 1min}}",
        "{place: {polygon: [[47.36, 8.53], [47.36, 8.56], [47.39, 8.55]]}}",
        "{place: {dataset: park.geojson, each: reading}}",
    )

    each: Literal["mock", "reading"] = Field(
        default="mock",
        description="mock: drawn once for each mock, and kept; reading: anew at each reading",
    )
    wander: MetresPerSecond | None = Field(
        default=None,
        description="How fast it walks about: above 0 to 10,000 m/s, or text with km/h, kn or mph; "
        "without it, it does not",
    )
    pause: Every | None = Field(
        default=None, description="How long it rests at each goal: 2min, or 2min ± 1min"
    )

    @model_validator(mode="after")
    def _wanders(self) -> Self:
        if self.wander is None and self.pause is not None:
            raise ValueError("pause needs wander: the speed between two rests")
        if self.wander is not None and self.each == "reading":
            raise ValueError("needs wander or each: reading, got both")
        return self

    def parts(self) -> tuple[str, ...]:
        moving = ("speed", "bearing", "stopped") if self.wander is not None else ()
        return ("lat", "lon", *moving)

    def column(self, cast: Cast, metric: str) -> Column:
        if self.wander is not None:
            return _Wandering(self, cast, metric)
        return _Standing(self, cast, metric)


class _Draws:
    """Places of mocks, each by its number."""

    def __init__(self, area: Area, cast: Cast, metric: str) -> None:
        self.area = area
        self._keys = cast.keys(f"metric.{metric}")

    def at(self, rows: IntArray, number: IntArray) -> tuple[FloatArray, FloatArray]:
        """Return the place (lat, lon) with a number, of each mock in ``rows``."""
        keys = self._keys[rows]
        first, second = (randomness.uniform(keys, number * 2 + part) for part in range(2))
        return self.area.drawn(first, second)


class _Standing(Column):
    def __init__(self, place: Place, cast: Cast, metric: str) -> None:
        self._draws = _Draws(place.area(cast), cast, metric)
        self._own: tuple[FloatArray, FloatArray] | None = None
        if place.each == "mock":
            rows = np.arange(cast.count)
            self._own = self._draws.at(rows, np.zeros(cast.count, dtype=np.int64))

    def draw(self, sample: Sample) -> dict[str, Values]:
        if self._own is not None:
            lat, lon = (each[sample.rows] for each in self._own)
        else:
            lat, lon = self._draws.at(sample.rows, sample.count)
        return {"lat": lat, "lon": lon}


class _Wandering(Column):
    """Remembers each mock's way: from where to where, and when.

    It follows from seed, mock and time; what is remembered only saves walking it again.
    """

    def __init__(self, place: Place, cast: Cast, metric: str) -> None:
        self._speed = float(place.wander or 0.0)
        self._pause = place.pause
        self._draws = _Draws(place.area(cast), cast, metric)
        self._pause_keys = cast.keys(f"metric.{metric}.pause")
        count = cast.count
        self._goal: IntArray = np.zeros(count, dtype=np.int64)  # number of the goal; 0: none yet
        # Of the present way: lat, lon, goal's lat, goal's lon, departure (s), arrival (s), end (s),
        # bearing (degrees).
        self._way: FloatArray = np.zeros((count, 8))
        self._begin(np.arange(count))

    def draw(self, sample: Sample) -> dict[str, Values]:
        """Measured: 10,000 readings, five parts each, take 2 ms, and 3 µs for each new goal."""
        rows, ages = sample.rows, age(sample)
        self._begin(rows[ages < self._way[rows, 4]])
        waiting = rows[ages >= self._way[rows, 6]]
        left = ages[ages >= self._way[rows, 6]]
        while len(waiting):
            self._go_on(waiting)
            again = left >= self._way[waiting, 6]
            waiting, left = waiting[again], left[again]
        lat, lon, to_lat, to_lon, departure, arrival, _, bearing = self._way[rows].T
        lasting = arrival - departure
        share = np.divide(ages - departure, lasting, out=np.ones(len(rows)), where=lasting > 0)
        is_resting = share >= 1.0
        share = np.minimum(share, 1.0)
        return {
            "lat": lat + (to_lat - lat) * share,
            "lon": geodesy.within(lon + geodesy.within(to_lon - lon) * share),
            "speed": np.where(is_resting, 0.0, self._speed),
            "bearing": bearing.copy(),
            "stopped": is_resting,
        }

    def state(self) -> dict[str, NDArray[Any]]:
        return {"goal": self._goal.copy(), "way": self._way.copy()}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        check_state(state, self.state())
        self._goal = state["goal"].astype(np.int64)
        self._way = state["way"].astype(np.float64)

    def _begin(self, rows: IntArray) -> None:
        """Put mocks where they start, on no way yet."""
        if len(rows):
            self._goal[rows] = 0
            lat, lon = self._draws.at(rows, np.zeros(len(rows), dtype=np.int64))
            zero = np.zeros(len(rows))
            self._way[rows] = np.stack([lat, lon, lat, lon, zero, zero, zero, zero], axis=1)

    def _go_on(self, rows: IntArray) -> None:
        """Let mocks set out for their next goal."""
        self._goal[rows] += 1
        lat, lon, begin = self._way[rows, 2], self._way[rows, 3], self._way[rows, 6]
        to_lat, to_lon = self._goals(rows, lat, lon)
        length, bearing, _ = geodesy.inverse(lat, lon, to_lat, to_lon)
        arrival = begin + length / self._speed
        end = arrival + self._pauses(rows)
        end = np.maximum(end, begin + 1.0)  # one that finds no goal looks again after a second
        way = [lat, lon, to_lat, to_lon, begin, arrival, end, bearing]
        self._way[rows] = np.stack(way, axis=1)

    def _goals(
        self, rows: IntArray, lat: FloatArray, lon: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        to_lat, to_lon = lat.copy(), lon.copy()
        left = np.arange(len(rows))
        for attempt in range(_TRIES):
            tried = self._draws.at(rows[left], self._goal[rows[left]] * _TRIES + attempt)
            good = self._draws.area.is_straight(lat[left], lon[left], *tried)
            to_lat[left[good]], to_lon[left[good]] = tried[0][good], tried[1][good]
            left = left[~good]
            if not len(left):
                break
        return to_lat, to_lon

    def _pauses(self, rows: IntArray) -> FloatArray:
        if self._pause is None:
            return np.zeros(len(rows))
        shares = randomness.uniform(self._pause_keys[rows], self._goal[rows])
        return self._pause.interval + self._pause.spread * (2.0 * shares - 1.0)
