"""Latitude and longitude that stand side by side: one position, not two numbers.

Rule: a device that was seen in several places goes along them; one that was not stays near.
"""

import re
from dataclasses import dataclass
from typing import Any

from simulator.inference.known import snake
from simulator.inference.shape import Leaf, Path, Shape, leaves

MAX_POINTS = 1_000  # of a way that was seen; a longer one is thinned out
NEAR = 500.0  # m around the only place that was seen

_LATITUDES = re.compile(r"^(gps_?|geo_?|pos(ition)?_?)?lat(itude)?$")
_LONGITUDES = re.compile(r"^(gps_?|geo_?|pos(ition)?_?)?(lon|lng|long|longitude)$")
_COORDINATES = re.compile(r"^(coordinates|coord|lnglat|lonlat)$")


@dataclass(frozen=True, slots=True)
class Position:
    """Two leaves that are a position, in one order of samples."""

    latitude: Leaf
    longitude: Leaf

    @property
    def paths(self) -> dict[Path, str]:
        """The part that stands at each path."""
        return {self.latitude.path: "lat", self.longitude.path: "lon"}

    def metric(self) -> tuple[dict[str, Any], str]:
        """Return the metric, and what was found."""
        points = self._points()
        if len(set(points)) >= 2:
            thinned = points[:: -(-len(points) // MAX_POINTS)]
            route = {"points": [list(point) for point in thinned], "speed": "30 km/h"}
            note = f"a way over {len(thinned)} places that were seen"
            return {"route": {**route, "at_end": "reverse"}}, note
        lat, lon = points[0] if points else (0.0, 0.0)
        circle = {"at": [lat, lon], "radius": f"{NEAR:g} m"}
        return {"place": {"circle": circle}}, f"within {NEAR:g} m of the place that was seen"

    def _points(self) -> list[tuple[float, float]]:
        pairs = zip(self.latitude.values, self.longitude.values, strict=False)
        return [(lat, lon) for lat, lon in pairs if lat is not None and lon is not None]


def position_of(shape: Shape) -> Position | None:
    """Return the first position in a message."""
    found = list(leaves(shape))
    for latitude in found:
        if not _LATITUDES.match(snake(latitude.name)) or not _is_angle(latitude, 90):
            continue
        for longitude in found:
            beside = longitude.path[:-1] == latitude.path[:-1]
            if beside and _LONGITUDES.match(snake(longitude.name)) and _is_angle(longitude, 180):
                return Position(latitude, longitude)
    return _of_list(found)


def _of_list(found: list[Leaf]) -> Position | None:
    """Return the position of ``coordinates: [lon, lat]``. Source: RFC 7946, 3.1.1."""
    for first in found:
        if first.path[-1:] != (0,) or not _COORDINATES.match(snake(first.name)):
            continue
        second = next((leaf for leaf in found if leaf.path == (*first.path[:-1], 1)), None)
        if second is not None and _is_angle(first, 180) and _is_angle(second, 90):
            return Position(second, first)
    return None


def _is_angle(leaf: Leaf, limit: float) -> bool:
    numbers = leaf.numbers
    by_schema = not leaf.known and leaf.kind in ("number", "integer")
    return by_schema or (bool(numbers) and all(-limit <= number <= limit for number in numbers))
