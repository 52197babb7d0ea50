"""route: a position that moves along a line, as vehicles and people do."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator import geodesy, randomness
from simulator.datasets import Dataset
from simulator.definition.metrics.generator import Generator, Need, register
from simulator.definition.quantities.units import Chance, Metres
from simulator.errors import DefinitionError
from simulator.generators.base import Cast, Column, Sample, Values
from simulator.generators.land.line import Line, Track, line_of, track_of
from simulator.generators.land.motion import Motion, driven, recorded
from simulator.generators.land.speed import Speed
from simulator.generators.land.spots import Points, Spot
from simulator.generators.land.stops import MAX_STOPS, Halts, Stop, Waiting, halts_of
from simulator.generators.parts.timing import Advance, age, beginnings
from simulator.randomness import FloatArray, IntArray

PARTS = ("lat", "lon", "altitude", "speed", "bearing", "distance", "stopped")

MAX_GAIN = 100.0  # m/s²; ten times what a body falls with
MAX_NOISE = 100_000.0  # m
MAX_ROUND = 1e10  # s, 317 years; a float still tells ms apart
MIN_HALT = 1.0  # s between two halts on average; a mock's halts are counted one by one
_CLOSED = 1.0  # m; a line that ends this near to its beginning is a circuit


@register("route")
class Route(Generator):
    """The place on a line where one is after driving at ``speed`` and standing at ``stops``.

    Between two points it goes along the geodesic of the WGS84 ellipsoid: lengths are right within
    0.01 %, places within 5 cm to 65° of latitude and 25 cm to 85°. Speed changes at once, or with
    ``acceleration``: v² = v₀² + 2 a s.

    Gives the parts ``lat`` and ``lon`` (degrees; lon from -180 to below 180), ``altitude`` (m; no
    value when no point has one, missing ones are taken from their neighbours), ``speed`` (m/s),
    ``bearing`` (degrees from true north, clockwise, 0 to below 360), ``distance`` (m travelled
    since the mock's start) and ``stopped`` (true while it stands).
    """

    family: ClassVar[str] = "place"
    purpose: ClassVar[str] = "a van, a bus, a hiker"
    examples: ClassVar[tuple[str, ...]] = (
        "{route: {dataset: hike-korita-zbevnica.gpx, speed: 4 km/h, at_end: reverse, "
        "offset: random}}",
        "{route: {points: [[35.681, 139.767], [35.630, 139.740], [35.466, 139.622]], "
        "speed: 50 km/h, acceleration: 1.2, stops: [{at: points, for: 2min ± 30s}], noise: 3 m}}",
        "{route: {dataset: hike-korita-zbevnica.gpx, "
        "speed: [[0, 3 km/h], [60%, 6 km/h]], stops: [{every: 1 km, for: 5min, chance: 30%}]}}",
    )

    dataset: str | None = Field(
        default=None,
        min_length=1,
        description="The name of a GPX or GeoJSON file; all its lines make one",
    )
    points: Points | None = Field(
        default=None,
        description="In place of dataset: 2 to 2,000 points [lat, lon] or [lat, lon, altitude], "
        "degrees and m",
    )
    speed: Speed = Field(
        description="38 km/h, above 0 to 10,000 m/s (a plain number is m/s). "
        "[[0, 30 km/h], [60%, 80 km/h]]: from a share of the way on. {legs: [30 km/h, 80 km/h]}: "
        "of each leg between two points, or of each segment of a file; the last one of all that "
        "follow. recorded: as the times in the file say; {recorded: 60}: so many times as fast"
    )
    acceleration: float | None = Field(
        default=None,
        gt=0,
        le=MAX_GAIN,
        description="m/s², above 0 to 100, when it gains speed; at once without it",
    )
    braking: float | None = Field(
        default=None,
        gt=0,
        le=MAX_GAIN,
        description="m/s², above 0 to 100, when it loses speed; as acceleration without it. It "
        "brakes for stops that are certain, and for the end unless it loops",
    )
    stops: tuple[Stop, ...] = Field(
        default=(),
        max_length=MAX_STOPS,
        description="Where it halts, and for how long: [{at: 2 km, for: 5min ± 1min}, "
        "{every: 500 m, for: 30s, chance: 20%}]; up to 50",
    )
    at_end: Literal["loop", "reverse", "stop"] = Field(
        default="loop",
        description="loop begins again at the first point, reverse goes back and forth, stop stays "
        "at the last point with speed 0",
    )
    gaps: Literal["cross", "jump"] = Field(
        default="cross",
        description="Between two segments of a file: cross goes straight on, jump is at once at "
        "the next one's first point; for files with the tracks of several days",
    )
    offset: Advance = Field(
        default=0.0,
        description="How far along the line each mock begins after the one before it (index · "
        "offset), a distance, beyond the end from the first point again; or random: each anywhere",
    )
    varies: Chance = Field(
        default=Chance(0.0),
        description="By how much each mock is faster or slower than the others, drawn once, evenly "
        "from ± this share; 0 to 90 %",
    )
    noise: Metres = Field(
        default=0.0,
        le=MAX_NOISE,
        description="Of the receiver: standard deviation of lat and of lon at each reading, 0 to "
        "100 km",
    )

    @model_validator(mode="after")
    def _makes_sense(self) -> Self:
        if (self.dataset is None) == (self.points is None):
            raise ValueError("needs dataset or points, one of them")
        if self.speed.faster is not None:
            if self.points is not None:
                raise ValueError("speed: recorded needs a dataset with times")
            if self.acceleration is not None or self.braking is not None:
                raise ValueError("a recording has its own acceleration and braking")
        if self.varies.share > 0.9:
            raise ValueError("varies must be from 0 % to 90 %")
        if self.braking is not None and self.acceleration is None:
            raise ValueError("braking needs acceleration")
        return self

    @model_validator(mode="after")
    def _can_be_driven(self) -> Self:
        if self.points is not None:
            try:
                plan_of(self, _drawn(self.points))
            except DefinitionError as error:
                raise ValueError(str(error)) from None
        return self

    def needs(self) -> tuple[Need, ...]:
        if self.dataset is None:
            return ()
        kind: Literal["gpx", "geojson"] = (
            "geojson" if self.dataset.lower().endswith(".geojson") else "gpx"
        )
        time = () if self.speed.faster is None else ("time",)
        return (Need(self.dataset, kind, ("lat", "lon", "altitude", "segment", *time)),)

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        dataset = datasets.get(self.dataset or "")
        if isinstance(dataset, Dataset):
            plan_of(self, track_of(dataset))

    def parts(self) -> tuple[str, ...]:
        return PARTS

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast, metric)


@dataclass(frozen=True, slots=True)
class Plan:
    """A round: the line, there and back again where it reverses, and the motion along it."""

    line: Line
    motion: Motion
    halts: Halts
    way: float  # m from the first point to the last


def plan_of(route: Route, track: Track) -> Plan:
    """Return a route's round.

    Raises:
        DefinitionError: The track makes no line, a stop is not on it, or its times are none.
    """
    is_timed = route.speed.faster is not None
    line = line_of(track, jumps=route.gaps == "jump", is_timed=is_timed)
    if is_timed and not np.all(line.seconds >= 0):
        raise DefinitionError(
            f"{track.name}: speed: recorded needs a time at every point, never falling"
        )
    if is_timed and not line.seconds.sum() > 0:
        raise DefinitionError(f"{track.name}: speed: recorded needs times, all are the same")
    way = line.length
    halts = halts_of(route.stops, line, name=track.name)
    if route.at_end == "reverse":
        line = line.there_and_back()
        halts = _mirrored(halts, way)
    elif route.at_end == "loop" and _is_circuit(line):
        halts = halts.without(way)
    if route.speed.faster is not None:
        motion = recorded(line, faster=route.speed.faster)
    else:
        motion = _driven(route, line, halts, way)
    if not motion.duration <= MAX_ROUND:
        raise DefinitionError(f"{track.name}: a round must take at most 10^10 s, it is too slow")
    if motion.duration < len(halts) * MIN_HALT:
        raise DefinitionError(
            f"{track.name}: a round must take {MIN_HALT:g} s for each of its {len(halts):,} halts, "
            f"it takes {motion.duration:.3g} s"
        )
    return Plan(line, motion, halts, way)


def _driven(route: Route, line: Line, halts: Halts, way: float) -> Motion:
    cuts = np.array([share for share, _ in route.speed.shares]) * way
    speeds = np.array([speed for _, speed in route.speed.shares])
    if route.at_end == "reverse" and len(cuts):
        cuts = np.concatenate([cuts, [way], 2 * way - cuts[:0:-1]])
        speeds = np.concatenate([speeds, speeds[::-1]])
    # The end of a loop is its beginning: who halts at the one brakes for the other.
    closed = [way] if 0.0 in halts.certain else []
    ends = {"loop": closed, "stop": [0.0, way], "reverse": [0.0, way, 2 * way]}[route.at_end]
    return driven(
        line,
        _leg_speeds(route, line) if route.speed.legs else np.empty(0),
        cuts=cuts,
        cut_limits=speeds if len(cuts) else None,
        halts=np.union1d(halts.certain, np.array(ends) if route.acceleration else []),
        gain=route.acceleration,
        braking=route.braking or route.acceleration,
    )


def _leg_speeds(route: Route, line: Line) -> FloatArray:
    """Return the speed of each piece by its leg, or by its segment of a file."""
    number = line.leg if route.points is not None else line.segment
    return np.array(route.speed.legs)[np.minimum(number, len(route.speed.legs) - 1)]


def _mirrored(halts: Halts, way: float) -> Halts:
    """Return the halts of the way there and of the way back; each end is passed once a round."""
    inner = np.flatnonzero((halts.places > 0) & (halts.places < way))[::-1]
    order = np.concatenate([np.arange(len(halts)), inner])
    places = np.concatenate([halts.places, 2 * way - halts.places[inner]])
    return Halts(places, halts.dwell[order], halts.spread[order], halts.chance[order])


def _is_circuit(line: Line) -> bool:
    """Whether the end of a line is at its beginning."""
    ends = line.at(np.array([0, len(line.starts) - 1]), np.array([0.0, line.length]))
    (lat, to_lat), (lon, to_lon) = ends["lat"], ends["lon"]
    length, _, _ = geodesy.inverse(*(np.array([each]) for each in (lat, lon, to_lat, to_lon)))
    return bool(length[0] <= _CLOSED)


class _Column(Column):
    """Remembers, where there are stops, how long each mock has stood."""

    def __init__(self, route: Route, cast: Cast, metric: str) -> None:
        self._route = route
        self._plan = plan_of(route, _track(route, cast))
        motion = self._plan.motion
        self._offset = beginnings(route.offset, cast, metric=metric, span=self._plan.way)
        self._began = motion.reached(self._offset)
        keys = cast.keys(f"metric.{metric}.pace")
        once = np.zeros(cast.count, dtype=np.int64)
        self._pace = 1.0 + route.varies.share * (2.0 * randomness.uniform(keys, once) - 1.0)
        self._noise_keys = cast.keys(f"metric.{metric}.noise")
        self._waiting: Waiting | None = None
        if len(self._plan.halts):
            self._waiting = Waiting(
                self._plan.halts,
                motion.reached(self._plan.halts.places),
                cast.keys(f"metric.{metric}.stops"),
                round=None if route.at_end == "stop" else motion.duration,
            )

    def draw(self, sample: Sample) -> dict[str, Values]:
        """Measured: 10,000 positions, seven parts each, take 1.4 ms; with stops,
        acceleration and noise 5.2 ms (tests/benchmarks/generation.py)."""
        rows, pace = sample.rows, self._pace[sample.rows]
        time, is_standing = self._driving(rows, age(sample), pace)
        time += self._began[rows]
        motion = self._plan.motion
        rounds: FloatArray | float = 0.0
        if self._route.at_end == "stop":
            is_standing |= time >= motion.duration
            time = np.minimum(time, motion.duration)
        else:
            rounds = np.floor(time / motion.duration)
            time -= rounds * motion.duration
            time = np.maximum(time, 0.0)
        piece, place, speed = motion.at(time)
        values = self._plan.line.at(piece, place)
        is_standing |= speed <= 0.0
        self._blur(values, sample)
        return {
            **values,
            "speed": np.where(is_standing, 0.0, speed * pace),
            "distance": np.maximum(rounds * motion.length + place - self._offset[rows], 0.0),
            "stopped": is_standing,
        }

    def state(self) -> dict[str, NDArray[Any]]:
        return {} if self._waiting is None else self._waiting.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        if self._waiting is None:
            super().restore(state)
        else:
            self._waiting.restore(state)

    def _driving(
        self, rows: IntArray, ages: FloatArray, pace: FloatArray
    ) -> tuple[FloatArray, NDArray[np.bool_]]:
        if self._waiting is None:
            return ages * pace, np.zeros(len(rows), dtype=bool)
        return self._waiting.driving(rows, ages, self._began[rows], pace)

    def _blur(self, values: dict[str, FloatArray], sample: Sample) -> None:
        """Move positions by what a receiver errs."""
        if not self._route.noise:
            return
        keys = self._noise_keys[sample.rows]
        north, east = geodesy.radii(values["lat"])
        up = randomness.normal(keys, sample.count * 2) * self._route.noise / north
        right = randomness.normal(keys, sample.count * 2 + 1) * self._route.noise
        values["lon"] = geodesy.within(values["lon"] + right / np.maximum(east, 1.0))
        values["lat"] = np.clip(values["lat"] + up, -90.0, 90.0)


def _track(route: Route, cast: Cast) -> Track:
    """Return the points of the file, or those of the document."""
    if route.points is not None:
        return _drawn(route.points)
    (need,) = route.needs()
    dataset = cast.datasets.get(need.dataset)
    if dataset is None or dataset.kind != need.kind:
        kind = {"gpx": "GPX", "geojson": "GeoJSON"}.get(need.kind)
        raise DefinitionError(f"route needs the {kind} file {need.dataset!r}, it is not there")
    return track_of(dataset)


def _drawn(points: tuple[Spot, ...]) -> Track:
    """Return the points of a document."""
    spots = [(spot.lat, spot.lon, spot.altitude) for spot in points]
    lat, lon, altitude = np.array(spots, dtype=np.float64).T
    return Track("points", lat, lon, altitude, np.zeros(len(lat), dtype=np.int64))
