"""A line on the Earth's ellipsoid, cut into pieces short enough to be straight in degrees.

Rule: between two points it goes along the geodesic; what is asked about a place on it is answered
from its nearest point by one multiplication.
"""

from dataclasses import dataclass

import numpy as np

from simulator import angles, geodesy
from simulator.datasets import Dataset
from simulator.errors import DefinitionError
from simulator.generators.land.spots import Spot
from simulator.geodesy import within
from simulator.randomness import FloatArray, IntArray

# m; a geodesic of length s leaves its chord in degrees by at most s² tan(latitude) / 8R: at 1 km,
# 4 cm at 65° and 25 cm at 85°, and its length differs from the chord's by less than 0.01 %.
PIECE = 1_000.0
MAX_PIECES = 1_500_000  # of one line; a tower holds those of all its lots in memory


@dataclass(frozen=True, slots=True)
class Track:
    """Points to be joined in their order; all arrays are equally long, one entry a point."""

    name: str  # what errors call it
    lat: FloatArray  # degrees
    lon: FloatArray  # degrees
    altitude: FloatArray  # m; NaN: missing
    segment: IntArray  # from 0, never falling
    time: FloatArray | None = None  # Unix s


@dataclass(frozen=True, slots=True)
class Line:
    """Pieces, each with values at its beginning and their change per metre.

    ``leg`` is the position of the point that a piece comes from, ``seconds`` how long it took in
    the recording (NaN where there is none). Pieces without length stand for time that passed at a
    place, and are there only in a recording.
    """

    starts: FloatArray  # m from the beginning
    lengths: FloatArray  # m
    leg: IntArray
    segment: IntArray
    seconds: FloatArray
    values: dict[str, FloatArray]  # lat, lon (unwrapped), altitude, bearing at the beginning
    changes: dict[str, FloatArray]  # per metre
    crosses: bool  # the date line

    @property
    def length(self) -> float:
        """m from end to end."""
        return float(self.starts[-1] + self.lengths[-1])

    def at(self, piece: IntArray, place: FloatArray) -> dict[str, FloatArray]:
        """Return lat, lon, altitude and bearing at places (m from the beginning) in pieces."""
        beyond = place - self.starts[piece]
        values = {
            name: begin[piece] + beyond * self.changes[name][piece]
            for name, begin in self.values.items()
        }
        if self.crosses:
            values["lon"] = within(values["lon"])
        values["bearing"] = np.remainder(values["bearing"], 360.0)
        return values

    def nearest(self, spot: Spot) -> tuple[float, float]:
        """Return the place (m) on the line that is nearest to a spot, and how far away it is (m).

        Measured on the plane that touches the Earth there: good for what is near.
        """
        north, east = (float(each) for each in geodesy.radii(np.array(spot.lat)))
        x = within(self.values["lon"] - spot.lon) * east
        y = (self.values["lat"] - spot.lat) * north
        wide = self.changes["lon"] * self.lengths * east
        high = self.changes["lat"] * self.lengths * north
        squares = wide**2 + high**2
        share = -(x * wide + y * high) / np.where(squares > 0, squares, 1.0)
        share = np.clip(share, 0.0, 1.0)
        away = angles.hypotenuse(x + share * wide, y + share * high)
        piece = int(np.argmin(away))
        return float(self.starts[piece] + share[piece] * self.lengths[piece]), float(away[piece])

    def there_and_back(self) -> "Line":
        """Return the line, and after it the same from its end to its beginning."""
        back = {
            name: begin + self.changes[name] * self.lengths for name, begin in self.values.items()
        }
        back["bearing"] = back["bearing"] + 180.0
        lengths = np.concatenate([self.lengths, self.lengths[::-1]])
        return Line(
            starts=np.append(0.0, np.cumsum(lengths)[:-1]),
            lengths=lengths,
            leg=np.concatenate([self.leg, self.leg[::-1]]),
            segment=np.concatenate([self.segment, self.segment[::-1]]),
            seconds=np.concatenate([self.seconds, self.seconds[::-1]]),
            values={n: np.concatenate([v, back[n][::-1]]) for n, v in self.values.items()},
            changes={n: np.concatenate([v, -v[::-1]]) for n, v in self.changes.items()},
            crosses=self.crosses,
        )


def track_of(dataset: Dataset) -> Track:
    """Return the points of a GPX file, or of the lines of a GeoJSON file.

    Raises:
        DefinitionError: A GeoJSON file has no line.
    """
    columns = dataset.columns
    kept = np.ones(dataset.rows, dtype=bool)
    if "shape" in columns:
        kept = columns["shape"] == "line"
        if not kept.any():
            raise DefinitionError(f"{dataset.name}: a route needs a line, it has none")
    return Track(
        dataset.name,
        columns["lat"][kept],
        columns["lon"][kept],
        columns["altitude"][kept],
        columns["segment"][kept],
        columns["time"][kept] if "time" in columns else None,
    )


def line_of(track: Track, *, jumps: bool, is_timed: bool) -> Line:
    """Return the line through a track.

    Args:
        track: Its points.
        jumps: Whether there is no way from the end of a segment to the beginning of the next.
        is_timed: Whether the times of the recording are kept.

    Raises:
        DefinitionError: It has one place only, two points are on opposite sides of the Earth, or
            it is too long.
    """
    lon = np.unwrap(track.lon, period=360)  # so that 180 is not far from -180
    length, begin, end = geodesy.inverse(track.lat[:-1], lon[:-1], track.lat[1:], lon[1:])
    _refuse_opposites(length, track.name)
    seconds = np.full(len(length), np.nan)
    if is_timed and track.time is not None:
        seconds = np.diff(track.time)
    if jumps:
        is_gap = np.diff(track.segment) > 0
        length[is_gap] = 0.0
        seconds[is_gap] = 0.0
    # A place where time passed is kept, one that is just written twice is not.
    legs = np.flatnonzero((length > 0) | (seconds > 0))
    if not np.any(length > 0):
        raise DefinitionError(f"{track.name}: a route needs two points, it has one place")
    altitude = _filled(track.altitude, np.append(0.0, np.cumsum(length)))
    return _cut(
        _Legs(
            legs,
            track.lat[legs],
            lon[legs],
            altitude[legs],
            altitude[legs + 1],
            length[legs],
            begin[legs],
            end[legs],
            seconds[legs],
            track.lat[legs + 1],
            lon[legs + 1],
            track.segment[legs],
        ),
        name=track.name,
    )


def _refuse_opposites(length: FloatArray, name: str) -> None:
    """Refuse points between which no way is the shortest, where ``length`` is NaN."""
    if np.isnan(length).any():
        at = int(np.flatnonzero(np.isnan(length))[0])
        raise DefinitionError(
            f"{name}: points {at + 1} and {at + 2} are on opposite sides of the Earth; "
            "put a point between them"
        )


@dataclass(frozen=True, slots=True)
class _Legs:
    """Ways from point to point."""

    leg: IntArray
    lat: FloatArray
    lon: FloatArray
    altitude: FloatArray
    to_altitude: FloatArray
    length: FloatArray
    begin: FloatArray
    end: FloatArray
    seconds: FloatArray
    to_lat: FloatArray
    to_lon: FloatArray
    segment: IntArray


def _cut(legs: _Legs, *, name: str) -> Line:
    """Return the line of legs, each cut into equal pieces of at most ``PIECE`` metres."""
    counts = _counts(legs.length, name)
    of = np.repeat(np.arange(len(counts)), counts)  # each piece's leg
    nth = np.arange(len(of)) - np.repeat(np.cumsum(counts) - counts, counts)
    lengths = legs.length[of] / counts[of]
    lat, lon, bearing = _beginnings(legs, of, nth * lengths)
    is_last = nth == counts[of] - 1
    to_lat = np.where(is_last, legs.to_lat[of], np.append(lat[1:], 0.0))
    to_lon = np.where(is_last, legs.to_lon[of], np.append(lon[1:], 0.0))
    to_bearing = np.where(is_last, legs.end[of], np.append(bearing[1:], 0.0))
    rise = (legs.to_altitude - legs.altitude)[of] / counts[of]
    per_metre = np.divide(1.0, lengths, out=np.zeros(len(lengths)), where=lengths > 0)
    return Line(
        starts=np.append(0.0, np.cumsum(lengths)[:-1]),
        lengths=lengths,
        leg=legs.leg[of],
        segment=legs.segment[of],
        seconds=legs.seconds[of] / counts[of],
        values={
            "lat": lat,
            "lon": lon,
            "altitude": legs.altitude[of] + rise * nth,
            "bearing": bearing,
        },
        changes={
            "lat": (to_lat - lat) * per_metre,
            "lon": (to_lon - lon) * per_metre,
            "altitude": rise * per_metre,
            "bearing": within(to_bearing - bearing) * per_metre,
        },
        crosses=bool(lon.min() < -180 or to_lon.max() >= 180 or lon.max() >= 180),
    )


def _counts(lengths: FloatArray, name: str) -> IntArray:
    """Return into how many pieces each leg is cut; refuse them where they are too many."""
    counts: IntArray = np.maximum(np.ceil(lengths / PIECE).astype(np.int64), 1)
    if counts.sum() > MAX_PIECES:
        raise DefinitionError(
            f"{name}: a route may have {MAX_PIECES:,} pieces of up to {PIECE:g} m, it has "
            f"{counts.sum():,}"
        )
    return counts


def _beginnings(
    legs: _Legs, of: IntArray, way: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return lat, lon and bearing, in degrees, ``way`` metres from the beginning of leg ``of``."""
    lat, lon, bearing = legs.lat[of], legs.lon[of], legs.begin[of]
    inner = np.flatnonzero(way)
    if len(inner):
        leg = of[inner]
        lat[inner], turned, bearing[inner] = geodesy.direct(
            legs.lat[leg], legs.lon[leg], legs.begin[leg], way[inner]
        )
        lon[inner] = legs.lon[leg] + within(turned - legs.lon[leg])
    return lat, lon, bearing


def _filled(altitude: FloatArray, places: FloatArray) -> FloatArray:
    """Return altitudes with those that are missing taken from their neighbours on the way."""
    known = ~np.isnan(altitude)
    if not known.any():
        return altitude
    return np.interp(places, places[known], altitude[known])
