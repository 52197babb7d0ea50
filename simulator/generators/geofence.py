"""geofence: whether a position is in an area, and when it comes and goes."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from simulator.definition.metrics.generator import register
from simulator.generators.base import Cast, Column, Sample, Values, check_state
from simulator.generators.land.area import InArea

_OUTSIDE, _INSIDE, _UNKNOWN = 0, 1, 2
# By where it was and where it is. A mock without a reading before is just somewhere.
_EVENTS = np.array(
    [["outside", "entered"], ["left", "inside"], ["outside", "inside"]], dtype=object
)


@register("geofence")
class Geofence(InArea):
    """Whether the position that ``of`` names lies in a circle or in polygons.

    Gives true and false; with ``gives: event`` text: entered and left at the first reading on the
    other side, else inside and outside. No position is no value.
    """

    family: ClassVar[str] = "place"
    purpose: ClassVar[str] = "whether it is in the yard"
    examples: ClassVar[tuple[str, ...]] = (
        "{position: {place: {circle: {at: [35.681, 139.767], radius: 400 m}, wander: 5 m/s}}, "
        "fence: {geofence: {of: position, circle: {at: [35.681, 139.767], radius: 200 m}}}}",
        "{position: {place: {circle: {at: [47.37, 8.55], radius: 4 km}, each: reading}}, "
        "park: {geofence: {of: position, dataset: park.geojson, gives: event}}}",
    )

    of: str = Field(
        min_length=1, description="The metric with the parts lat and lon, such as a route"
    )
    gives: Literal["flag", "event"] = Field(
        default="flag",
        description="flag: true inside; event: entered, left, inside or outside",
    )

    def names(self) -> frozenset[str]:
        return frozenset({f"{self.of}.lat", f"{self.of}.lon"})

    def column(self, cast: Cast, metric: str) -> Column:
        return _Column(self, cast)


class _Column(Column):
    """Remembers, for events, where each mock was."""

    def __init__(self, geofence: Geofence, cast: Cast) -> None:
        self._of = geofence.of
        self._area = geofence.area(cast)
        self._is_event = geofence.gives == "event"
        self._was: NDArray[np.int8] = np.full(cast.count, _UNKNOWN, dtype=np.int8)

    def draw(self, sample: Sample) -> Values:
        lat, lon = (
            np.broadcast_to(np.asarray(sample.readings[f"{self._of}.{axis}"], float), len(sample))
            for axis in ("lat", "lon")
        )
        inside = self._area.contains(lat, lon)
        values: Values = inside
        known = ~(np.isnan(lat) | np.isnan(lon))
        if self._is_event:
            rows = sample.rows
            values = _EVENTS[self._was[rows], inside.astype(np.int8)]
            self._was[rows[known]] = inside[known]
        if not known.all():
            values = values.astype(object)
            values[~known] = None
        return values

    def state(self) -> dict[str, NDArray[Any]]:
        return {"was": self._was.copy()} if self._is_event else {}

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        check_state(state, self.state())
        if self._is_event:
            self._was = state["was"].astype(np.int8)
