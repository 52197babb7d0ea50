"""The points of one shard that are still growing, or not in the database yet.

Rule: each second becomes columns once, however often it is told and stored.
"""

from collections.abc import Iterable

from simulator import Second
from web.runs.points import Columns
from web.runs.series import BLOCK, points_of


class Trail:
    """Points in order; those that are newer here than in the database are ``recent``."""

    def __init__(self, *, step: int, start: float) -> None:
        """``step`` is a point's length in seconds; ``start`` the Unix time of the run's start."""
        self._step = step
        self._origin = int(start)
        self._points: dict[int, Second] = {}
        self._columns: dict[int, Columns] = {}  # of each of the points
        self._unsaved: set[int] = set()
        self.recent = Columns.of([])

    def add(self, seconds: Iterable[Second]) -> None:
        """Add seconds, in any order."""
        for point in points_of(seconds, step=self._step, start=self._origin):
            known = self._points.get(point.at)
            self._put(Second.summed([known, point]) if known else point)
            if point.at in self._unsaved or point.at < self._newest_unsaved():
                self._unsaved.add(point.at)
                self.recent = self._joined(self._unsaved)
            else:
                self._unsaved.add(point.at)
                self.recent = Columns.joined([self.recent, self._columns[point.at]])

    def load(self, points: Iterable[Second]) -> None:
        """Go on from points that the database has, of who had the shard before."""
        for point in points:
            self._put(point)

    def blocks(self) -> dict[int, Columns]:
        """Return the rows to write, whole, named by their first second since the run's start."""
        wanted = sorted({self._block(at) for at in self._unsaved})
        return {
            first: self._joined(at for at in self._points if self._block(at) == first)
            for first in wanted
        }

    def saved(self) -> None:
        """Note that all rows are written; only the newest can still grow and is kept."""
        self._unsaved.clear()
        self.recent = Columns.of([])
        newest = self._block(max(self._points, default=self._origin))
        for at in [each for each in self._points if self._block(each) < newest]:
            del self._points[at], self._columns[at]

    def _put(self, point: Second) -> None:
        self._points[point.at] = point
        self._columns[point.at] = Columns.of([point])

    def _newest_unsaved(self) -> int:
        return max(self._unsaved, default=0)

    def _joined(self, moments: Iterable[int]) -> Columns:
        return Columns.joined(self._columns[at] for at in sorted(moments))

    def _block(self, at: int) -> int:
        length = self._step * BLOCK
        return (at - self._origin) // length * length
