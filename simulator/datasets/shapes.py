"""GeoJSON files: lines, outlines and points, each position in order.

Rule: every geometry in the file is taken, or the file is refused by name and place; what it is not
asked for (properties, boxes, foreign members) is not looked at.
"""

from array import array
from collections.abc import Iterator
from typing import Any, BinaryIO, NoReturn

import numpy as np
import orjson

from simulator.datasets.dataset import Dataset, read_contents
from simulator.datasets.times import unix_seconds
from simulator.datasets.track import MAX_POINTS
from simulator.errors import DatasetError

MAX_GEOJSON_BYTES = 30_000_000  # parsed, a file takes about 15 times as much memory as on disk
MAX_PIECES = 100_000  # lines, outlines and points of one file

_FEATURES = ("Feature", "FeatureCollection")
# How deep the positions of a geometry lie. Source: RFC 7946, section 3.1
_DEPTHS = {
    "Point": ("point", 0),
    "MultiPoint": ("point", 1),
    "LineString": ("line", 1),
    "MultiLineString": ("line", 2),
    "Polygon": ("polygon", 2),
    "MultiPolygon": ("polygon", 3),
}
_KINDS = (*_DEPTHS, "GeometryCollection", *_FEATURES)
_LIMITS = (("lon", 180.0), ("lat", 90.0))  # degrees, either side of 0, in the order of a position
_LEAST = {"point": 1, "line": 2, "polygon": 4}  # positions. Source: RFC 7946, section 3.1


def read_geojson(name: str, data: bytes | BinaryIO) -> Dataset:
    """Read a GeoJSON file (RFC 7946), one row a position.

    Columns: ``lat``, ``lon`` (degrees), ``altitude`` (m; NaN: missing), ``segment`` (whole, from 0:
    which of the lines, outlines and points), ``shape`` (line, polygon or point), and ``time`` (Unix
    s) where every line has the property ``coordTimes``, a list of ISO 8601 times.

    Raises:
        DatasetError: It is too large, no JSON, no GeoJSON, has no geometry, a polygon with a hole,
            or a position that is no place on earth; the text names the file and the place in it.
    """
    contents = read_contents(name, data)
    if len(contents) > MAX_GEOJSON_BYTES:
        raise DatasetError(
            f"{name}: a GeoJSON file may have {MAX_GEOJSON_BYTES:,} bytes, it has {len(contents):,}"
        )
    try:
        document = orjson.loads(contents.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError as error:
        raise DatasetError(f"{name}: the file must be JSON: {error}") from None
    return _Reader(name).dataset(document)


class _Reader:
    """The pieces of one file, as they are found."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._numbers = array("d")  # lon, lat, altitude, time of each position
        self._lengths: list[int] = []  # positions of each piece
        self._shapes: list[str] = []

    def dataset(self, document: Any) -> Dataset:
        """Return all pieces of a parsed document as a table."""
        for geometry, place, times in self._geometries(document):
            self._take(geometry, place, times)
        if not self._lengths:
            raise DatasetError(f"{self._name}: the file must have a geometry, it has none")
        lon, lat, altitude, time = np.frombuffer(self._numbers).reshape(-1, 4).T.copy()
        shape = np.empty(len(lat), dtype=object)
        shape[:] = np.repeat(np.array(self._shapes, dtype=object), self._lengths)
        columns = {
            "lat": lat,
            "lon": lon,
            "altitude": altitude,
            "segment": np.repeat(np.arange(len(self._lengths)), self._lengths),
            "shape": shape,
        }
        if np.isnan(time).any():
            return Dataset(kind="geojson", name=self._name, columns=columns)
        return Dataset(
            kind="geojson",
            name=self._name,
            columns=columns | {"time": time},
            times={"time": time},
        )

    def _refuse(self, place: str, text: str) -> NoReturn:
        raise DatasetError(f"{self._name}: {place}: {text}" if place else f"{self._name}: {text}")

    def _geometries(self, document: Any) -> Iterator[tuple[dict[str, Any], str, Any]]:
        """Yield each geometry, its place in the file, and the times of its line."""
        left: list[tuple[Any, str, Any]] = [(document, "", None)]
        while left:
            value, place, times = left.pop()
            kind = value.get("type") if isinstance(value, dict) else None
            if kind not in _KINDS:
                self._refuse(place, f"type must be one of {', '.join(_KINDS)}, got {_shown(kind)}")
            if kind == "Feature":
                inner = value.get("geometry")
                if inner is not None:  # a feature without a place. Source: RFC 7946, section 3.2
                    properties = value.get("properties")
                    times = properties.get("coordTimes") if isinstance(properties, dict) else None
                    left.append((inner, _join(place, "geometry"), times))
            elif kind in ("FeatureCollection", "GeometryCollection"):
                word = "features" if kind == "FeatureCollection" else "geometries"
                members = self._list(value.get(word), _join(place, word))
                places = [f"{_join(place, word)}[{at}]" for at in range(len(members))]
                left += [(m, p, None) for m, p in zip(members, places, strict=True)][::-1]
            else:
                yield value, place, times

    def _take(self, geometry: dict[str, Any], place: str, times: Any) -> None:
        shape, depth = _DEPTHS[geometry["type"]]
        place = _join(place, "coordinates")
        pieces = [(geometry.get("coordinates"), place)]
        for _ in range(depth - (shape != "point")):
            pieces = [
                (inner, f"{outer}[{at}]")
                for value, outer in pieces
                for at, inner in enumerate(self._list(value, outer))
            ]
        for positions, at in pieces:
            if shape == "polygon" and not at.endswith("[0]"):
                self._refuse(at, "a polygon with a hole cannot be used; cut it into two without")
            self._keep(shape, [positions] if shape == "point" else positions, at, times)

    def _keep(self, shape: str, positions: Any, place: str, times: Any) -> None:
        positions = self._list(positions, place)
        least = _LEAST[shape]
        if len(positions) < least:
            self._refuse(place, f"a {shape} needs {least} positions or more, got {len(positions)}")
        if shape == "polygon" and positions[0] != positions[-1]:
            self._refuse(place, "an outline must end with the position that it begins with")
        moments = self._moments(times, place, len(positions)) if shape == "line" else None
        for at, position in enumerate(positions):
            where = place if shape == "point" else f"{place}[{at}]"
            self._numbers.extend(self._position(position, where))
            self._numbers.append(np.nan if moments is None else moments[at])
        self._lengths.append(len(positions))
        self._shapes.append(shape)
        if len(self._numbers) > 4 * MAX_POINTS:
            self._refuse("", f"a file may have {MAX_POINTS:,} positions, it has more")
        if len(self._lengths) > MAX_PIECES:
            self._refuse("", f"a file may have {MAX_PIECES:,} geometries, it has more")

    def _list(self, value: Any, place: str) -> list[Any]:
        if not isinstance(value, list):
            self._refuse(place, f"needs a list, got {_shown(value)}")
        return value

    def _position(self, position: Any, place: str) -> tuple[float, float, float]:
        """Return longitude, latitude and altitude of ``[lon, lat]`` or ``[lon, lat, altitude]``."""
        if not isinstance(position, list) or not 2 <= len(position) <= 4:
            self._refuse(place, f"needs [longitude, latitude], got {_shown(position)}")
        for number in position:
            if isinstance(number, bool) or not isinstance(number, int | float):
                self._refuse(place, f"needs numbers, got {_shown(number)}")
        for number, (axis, limit) in zip(position, _LIMITS, strict=False):
            if not -limit <= number <= limit:
                self._refuse(
                    place, f"{axis} must be from {-limit:g} to {limit:g} degrees, got {number:g}"
                )
        altitude = float(position[2]) if len(position) > 2 else np.nan
        if np.isinf(altitude):
            self._refuse(place, "an altitude must be a finite number of metres")
        return float(position[0]), float(position[1]), altitude

    def _moments(self, times: Any, place: str, count: int) -> list[float] | None:
        """Return the times of a line's positions as Unix s, None where it has none."""
        if not isinstance(times, list) or len(times) != count:
            return None
        try:
            return [unix_seconds(str(time)) for time in times]
        except ValueError:
            self._refuse(place, "coordTimes must be ISO 8601, 2026-01-31T12:00:00Z")


def _join(place: str, word: str) -> str:
    return f"{place}.{word}" if place else word


def _shown(value: Any) -> str:
    kinds = {dict: "an object", list: "a list", type(None): "nothing", bool: str(value).lower()}
    return kinds.get(type(value)) or repr(value)[:60]
