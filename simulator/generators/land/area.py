"""Areas of the Earth: a circle, or outlines without holes.

Rule: what is drawn in an area is spread evenly over it, and is in it when it is asked.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from simulator import angles, geodesy
from simulator.datasets import Dataset
from simulator.definition.metrics.generator import Generator, Need
from simulator.definition.model import Model
from simulator.definition.quantities.units import Metres
from simulator.errors import DefinitionError
from simulator.generators.base import Cast
from simulator.generators.land.spots import Outline, Point
from simulator.randomness import FloatArray

MAX_RADIUS = 500_000.0  # m; beyond, a circle drawn evenly by its radius is uneven by over 0.1 %
# A circle this small (m), this far from the poles (degrees), is round in the plane that touches
# the Earth in its centre within this share of its radius: radius · tan(latitude) / 12,700 km.
_NEAR, _FLAT, _CLOSE = 50_000.0, 75.0, 0.03
MAX_OUTLINE = 5_000  # points of all outlines in a file; each position is held against each edge


class Circle(Model):
    """All places at most ``radius`` away: ``{at: [47.37, 8.54], radius: 2 km}``."""

    at: Point = Field(description="Its centre, [lat, lon] in degrees")
    radius: Metres = Field(gt=0, le=MAX_RADIUS, description="Above 0 to 500 km")


class Area(ABC):
    """A part of the Earth's surface."""

    @abstractmethod
    def contains(self, lat: FloatArray, lon: FloatArray) -> NDArray[np.bool_]:
        """Return whether each place (degrees) is in it; False for no place (NaN)."""

    @abstractmethod
    def drawn(self, first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return a place (lat, lon in degrees) for each pair of shares in [0, 1)."""

    def is_straight(
        self, lat: FloatArray, lon: FloatArray, to_lat: FloatArray, to_lon: FloatArray
    ) -> NDArray[np.bool_]:
        """Return whether the way between two places in it stays in it."""
        return np.ones(len(lat), dtype=bool)


class Round(Area):
    """A circle on the ellipsoid."""

    def __init__(self, circle: Circle) -> None:
        self._circle = circle
        self._north, self._east = (float(m) for m in geodesy.radii(np.array(circle.at.lat)))

    def contains(self, lat: FloatArray, lon: FloatArray) -> NDArray[np.bool_]:
        at, radius = self._circle.at, self._circle.radius
        inside = np.zeros(len(lat), dtype=bool)
        open_ = np.flatnonzero(~(np.isnan(lat) | np.isnan(lon)))
        if radius <= _NEAR and abs(at.lat) <= _FLAT:
            # The plane is enough where it is not close; measured: 10,000 places in 0.6 ms, not 21.
            away = angles.hypotenuse(
                (lat - at.lat) * self._north, geodesy.within(lon - at.lon) * self._east
            )
            inside |= away < radius * (1 - _CLOSE)
            open_ = np.flatnonzero(np.abs(away / radius - 1) <= _CLOSE)
        here = np.ones(len(open_))
        length, _, _ = geodesy.inverse(here * at.lat, here * at.lon, lat[open_], lon[open_])
        inside[open_] = length <= radius  # NaN, on the other side of the Earth: False
        return inside

    def drawn(self, first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
        here = np.ones(len(first))
        at, away = self._circle.at, self._circle.radius * np.sqrt(first)
        lat, lon, _ = geodesy.direct(here * at.lat, here * at.lon, second * 360.0, away)
        return lat, lon


class Outlined(Area):
    """Polygons, in the plane of longitude and sine of the latitude: there, even is even.

    Source of the projection: Lambert's cylindrical equal-area, Snyder, "Map projections", 10.
    """

    def __init__(self, outlines: list[tuple[FloatArray, FloatArray]], *, name: str) -> None:
        """Make an area of outlines, each of latitudes and longitudes in degrees.

        Raises:
            DefinitionError: An outline crosses itself, or has no area.
        """
        self._middle = float(outlines[0][1][0])  # longitudes are counted from here
        corners = [self._corners(lat, lon) for lat, lon in outlines]
        # Each edge: x and z of both ends, as columns of 4.
        self._edges = np.concatenate(
            [np.concatenate([each, np.roll(each, -1, axis=0)], axis=1) for each in corners]
        )
        strips = [_strips(each, name=name) for each in corners]
        self._strips = np.concatenate(strips)
        z_low, z_high, left, left_high, right, right_high = self._strips.T
        areas = (right - left + right_high - left_high) * (z_high - z_low) / 2
        self._cumulative = np.cumsum(areas)
        if not self._cumulative[-1] > 0:
            raise DefinitionError(f"{name}: an outline needs an area, its points are on one line")

    def contains(self, lat: FloatArray, lon: FloatArray) -> NDArray[np.bool_]:
        x, z = self._plane(lat, lon)
        inside = np.zeros(len(lat), dtype=bool)
        for x_1, z_1, x_2, z_2 in self._edges.tolist():
            if z_1 != z_2:  # a ray to the east crosses the edge
                spans = (z_1 > z) != (z_2 > z)
                inside ^= spans & (x < (x_2 - x_1) * (z - z_1) / (z_2 - z_1) + x_1)
        return inside

    def drawn(self, first: FloatArray, second: FloatArray) -> tuple[FloatArray, FloatArray]:
        total = self._cumulative[-1]
        strip = np.searchsorted(self._cumulative, first * total, side="right")
        strip = np.minimum(strip, len(self._cumulative) - 1)
        begin = np.append(0.0, self._cumulative)[strip]
        share = (first * total - begin) / (self._cumulative[strip] - begin)
        z_low, z_high, left, left_high, right, right_high = self._strips[strip].T
        low, high = right - left, right_high - left_high
        root = np.sqrt(np.maximum(low**2 + share * (high**2 - low**2), 0.0))
        up = share * (low + high) / (low + root)
        west = left + (left_high - left) * up
        east = right + (right_high - right) * up
        return self._places(west + (east - west) * second, z_low + (z_high - z_low) * up)

    def is_straight(
        self, lat: FloatArray, lon: FloatArray, to_lat: FloatArray, to_lon: FloatArray
    ) -> NDArray[np.bool_]:
        (x, z), (to_x, to_z) = self._plane(lat, lon), self._plane(to_lat, to_lon)
        straight = np.ones(len(lat), dtype=bool)
        for x_1, z_1, x_2, z_2 in self._edges.tolist():
            side = (to_x - x) * (z_1 - z) - (to_z - z) * (x_1 - x)
            to_side = (to_x - x) * (z_2 - z) - (to_z - z) * (x_2 - x)
            edge = (x_2 - x_1) * (z - z_1) - (z_2 - z_1) * (x - x_1)
            to_edge = (x_2 - x_1) * (to_z - z_1) - (z_2 - z_1) * (to_x - x_1)
            straight &= ~((side * to_side < 0) & (edge * to_edge < 0))
        return straight

    def _corners(self, lat: FloatArray, lon: FloatArray) -> FloatArray:
        if lat[0] == lat[-1] and lon[0] == lon[-1]:
            lat, lon = lat[:-1], lon[:-1]
        turned = np.unwrap(np.append(self._middle, lon), period=360)[1:]
        return np.stack([turned - self._middle, angles.sine(np.radians(lat))], axis=1)

    def _plane(self, lat: FloatArray, lon: FloatArray) -> tuple[FloatArray, FloatArray]:
        return geodesy.within(lon - self._middle), angles.sine(np.radians(lat))

    def _places(self, x: FloatArray, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        return np.degrees(angles.arcsine(np.clip(z, -1, 1))), geodesy.within(x + self._middle)


def _strips(corners: FloatArray, *, name: str) -> FloatArray:
    """Return a polygon as trapezoids: z low, z high, and x of both sides below and above."""
    ends = np.roll(corners, -1, axis=0)
    heights = np.unique(corners[:, 1])
    strips: list[FloatArray] = []
    for low, high in pairwise(heights):
        crosses = np.minimum(corners[:, 1], ends[:, 1]) <= low
        crosses &= np.maximum(corners[:, 1], ends[:, 1]) >= high
        begin, end = corners[crosses], ends[crosses]
        slope = (end[:, 0] - begin[:, 0]) / (end[:, 1] - begin[:, 1])
        at_low = begin[:, 0] + (low - begin[:, 1]) * slope
        at_high = begin[:, 0] + (high - begin[:, 1]) * slope
        order = np.argsort(at_low + at_high, kind="stable")
        at_low, at_high = at_low[order], at_high[order]
        if np.any(np.diff(at_low) < -1e-9) or np.any(np.diff(at_high) < -1e-9):
            raise DefinitionError(f"{name}: an outline must not cross itself")
        sides = [at_low[::2], at_high[::2], at_low[1::2], at_high[1::2]]
        levels = [np.full(len(sides[0]), each) for each in (low, high)]
        strips.append(np.stack([*levels, *sides], axis=1))
    return np.concatenate(strips) if strips else np.zeros((1, 6))


class InArea(Generator):
    """The parameters of what has to do with an area: one of three words says which."""

    circle: Circle | None = Field(
        default=None, description="{at: [47.37, 8.54], radius: 2 km}, up to 500 km"
    )
    polygon: Outline | None = Field(
        default=None,
        description="3 to 2,000 points [lat, lon] around it, which must not cross; the last is "
        "joined to the first",
    )
    dataset: str | None = Field(
        default=None,
        min_length=1,
        description="The name of a GeoJSON file: all its polygons together, which must not overlap",
    )

    @model_validator(mode="after")
    def _one_area(self) -> Self:
        given = [self.circle, self.polygon, self.dataset]
        if sum(each is not None for each in given) != 1:
            raise ValueError("needs circle, polygon or dataset, one of them")
        if self.polygon is not None:
            area_of_polygon(self)
        return self

    def needs(self) -> tuple[Need, ...]:
        if self.dataset is None:
            return ()
        kind: Literal["geojson"] = "geojson"
        return (Need(self.dataset, kind, ("lat", "lon", "segment", "shape")),)

    def check_datasets(self, datasets: Mapping[str, Any]) -> None:
        dataset = datasets.get(self.dataset or "")
        if isinstance(dataset, Dataset):
            area_in(dataset)

    def area(self, cast: Cast) -> Area:
        """Return the area.

        Raises:
            DefinitionError: Its file is not there, or has no polygon that can be used.
        """
        if self.circle is not None:
            return Round(self.circle)
        if self.dataset is None:
            return area_of_polygon(self)
        dataset = cast.datasets.get(self.dataset)
        if dataset is None or dataset.kind != "geojson":
            raise DefinitionError(
                f"{self.word} needs the GeoJSON file {self.dataset!r}, it is not there"
            )
        return area_in(dataset)


def area_of_polygon(given: InArea) -> Area:
    """Return the area within the points of a document."""
    spots = given.polygon or ()
    lat, lon = (np.array([getattr(spot, axis) for spot in spots]) for axis in ("lat", "lon"))
    try:
        return Outlined([(lat, lon)], name="polygon")
    except DefinitionError as error:
        raise ValueError(str(error)) from None


def area_in(dataset: Dataset) -> Area:
    """Return the area within all polygons of a GeoJSON file."""
    kept = dataset.columns["shape"] == "polygon"
    count = int(np.count_nonzero(kept))
    if not count:
        raise DefinitionError(f"{dataset.name}: an area needs a polygon, it has none")
    if count > MAX_OUTLINE:
        raise DefinitionError(
            f"{dataset.name}: an area may have {MAX_OUTLINE:,} points, it has {count:,}; "
            "simplify its outline"
        )
    lat, lon, segment = (dataset.columns[name][kept] for name in ("lat", "lon", "segment"))
    cuts = np.flatnonzero(np.diff(segment)) + 1
    pieces = zip(np.split(lat, cuts), np.split(lon, cuts), strict=True)
    return Outlined(list(pieces), name=dataset.name)
