"""Points of the Earth as a document has them: [lat, lon], or [lat, lon, altitude].

Rule: degrees, latitude first, as people say them; GeoJSON files have the longitude first.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from simulator.definition.model import reader, show
from simulator.errors import DefinitionError

MAX_POINTS = 2_000  # of one route or outline in a document; a longer one is a dataset
_LIMITS = (("lat", 90.0), ("lon", 180.0))  # degrees, either side of 0
_MAX_ALTITUDE = 1e7  # m; satellites in geostationary orbit are at 3.6e7, vehicles are not


@dataclass(frozen=True, slots=True)
class Spot:
    """One point of the Earth."""

    lat: float  # degrees, -90 to 90
    lon: float  # degrees, -180 to 180
    altitude: float = math.nan  # m

    def __str__(self) -> str:
        return f"[{self.lat:g}, {self.lon:g}]"


def read_spot(value: Any) -> Spot:
    """Return the point of ``[lat, lon]`` or ``[lat, lon, altitude]``.

    Raises:
        DefinitionError: Something else, or no point of the Earth.
    """
    if isinstance(value, Spot):
        return value
    if not isinstance(value, list | tuple) or not 2 <= len(value) <= 3:
        raise DefinitionError(
            f"needs [lat, lon] or [lat, lon, altitude], such as [47.37, 8.54], got {show(value)}"
        )
    for number in value:
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise DefinitionError(f"needs numbers, got {show(number)}")
    for number, (axis, limit) in zip(value, _LIMITS, strict=False):
        if not -limit <= number <= limit:
            raise DefinitionError(
                f"{axis} must be from {-limit:g} to {limit:g} degrees, got {number:g}"
            )
    if len(value) == 3 and not abs(value[2]) <= _MAX_ALTITUDE:
        raise DefinitionError(f"an altitude must be within ±10,000 km, got {value[2]:g} m")
    return Spot(*map(float, value))


def spots_reader(least: int) -> Callable[[Any], tuple[Spot, ...]]:
    """Return what reads a list of at least so many points; errors name the one that is wrong."""

    def read(value: Any) -> tuple[Spot, ...]:
        is_list = isinstance(value, list | tuple)
        if not is_list or not least <= len(value) <= MAX_POINTS:
            got = f"{len(value):,}" if is_list else show(value)
            raise DefinitionError(f"needs a list of {least} to {MAX_POINTS:,} points, got {got}")
        spots = []
        for number, each in enumerate(value, start=1):
            try:
                spots.append(read_spot(each))
            except DefinitionError as error:
                raise DefinitionError(f"point {number}: {error}") from None
        return tuple(spots)

    return reader(read)


_POSITION = {
    "type": "array",
    "items": {"type": "number"},
    "minItems": 2,
    "maxItems": 3,
    "examples": [[47.37, 8.54], [47.37, 8.54, 408]],
}

# For fields of pydantic models.
Point: TypeAlias = Annotated[Spot, BeforeValidator(reader(read_spot)), WithJsonSchema(_POSITION)]
Points: TypeAlias = Annotated[
    tuple[Spot, ...],
    BeforeValidator(spots_reader(2)),
    WithJsonSchema({"type": "array", "items": _POSITION, "minItems": 2, "maxItems": MAX_POINTS}),
]
Outline: TypeAlias = Annotated[
    tuple[Spot, ...],
    BeforeValidator(spots_reader(3)),
    WithJsonSchema({"type": "array", "items": _POSITION, "minItems": 3, "maxItems": MAX_POINTS}),
]
