"""A metric that is read on a clock of its own, as a column."""

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

from simulator.generators.base import Column, Drawn, Sample
from simulator.generators.readings.track import Track


class Clocked(Column):
    """What a track has at the time of each reading."""

    def __init__(self, track: Track) -> None:
        self._track = track

    def draw(self, sample: Sample) -> Drawn:
        return self._track.at(sample.rows, sample.t)

    def state(self) -> dict[str, NDArray[Any]]:
        return self._track.state()

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._track.restore(state)
