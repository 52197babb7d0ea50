"""GPX files: the points of a track, in order.

Rule: the points of all tracks and segments make one line; without any, those of the routes do;
waypoints are places beside the line and are not read. A document type is refused, because entities
in it could grow without bound.
"""

from array import array
from typing import BinaryIO, NoReturn
from xml.parsers import expat

import numpy as np

from simulator.datasets.dataset import Dataset, read_contents
from simulator.datasets.times import unix_seconds
from simulator.errors import DatasetError

MAX_POINTS = 1_000_000  # eleven days at one point a second
_LIMITS = {"lat": 90.0, "lon": 180.0}  # degrees, either side of 0
_POINTS = {"trkpt": "track", "rtept": "route"}
_PIECES = frozenset({"trkseg", "rte"})  # what points stand in
_WIDTH = 5  # lat, lon, altitude, time, piece
_MAX_TEXT = 100  # characters of one number or time; what is longer is neither


def read_gpx(name: str, data: bytes | BinaryIO) -> Dataset:
    """Read a GPX 1.0 or 1.1 file, one row a point.

    Columns: ``lat``, ``lon`` (degrees), ``altitude`` (m; NaN: missing), ``segment`` (whole, from 0:
    which of the segments with points), and ``time`` (Unix s) where every point has one.

    Raises:
        DatasetError: It is too large, no XML, no GPX, has no points, or a point has no place on
            earth; the text names the file and the line.
    """
    contents = read_contents(name, data)
    reader = _Reader(name)
    reader.read(contents)
    points = reader.points["track"] or reader.points["route"]
    if not points:
        raise DatasetError(f"{name}: the file must have points of a track or a route, it has none")
    table = np.frombuffer(points, dtype=np.float64).reshape(-1, _WIDTH).T.copy()
    lat, lon, altitude, time, piece = table
    segment = np.append(0, np.cumsum(np.diff(piece) > 0))
    columns = {"lat": lat, "lon": lon, "altitude": altitude, "segment": segment}
    if np.isnan(time).any():
        return Dataset(kind="gpx", name=name, columns=columns)
    return Dataset(kind="gpx", name=name, columns=columns | {"time": time}, times={"time": time})


class _Reader:
    """What is known while the file goes by: the point that is open, and those before it."""

    def __init__(self, name: str) -> None:
        self.points = {kind: array("d") for kind in _POINTS.values()}  # _WIDTH numbers a point
        self._name = name
        self._point = [0.0] * _WIDTH
        self._piece = 0
        self._is_open = False
        self._depth = 0
        self._text: list[str] = []
        self._parser = expat.ParserCreate(namespace_separator=" ")
        self._parser.buffer_text = True
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._text.append

    def read(self, contents: bytes) -> None:
        try:
            self._parser.Parse(contents, True)
        except expat.ExpatError as error:
            text = expat.ErrorString(error.code)
            raise DatasetError(
                f"{self._name}: line {error.lineno}, column {error.offset + 1}: "
                f"the file must be XML: {text}"
            ) from None

    def _refuse(self, text: str) -> NoReturn:
        raise DatasetError(f"{self._name}: line {self._parser.CurrentLineNumber}: {text}")

    def _doctype(self, *_: object) -> None:
        self._refuse("a document type (<!DOCTYPE>) is not allowed in a GPX file")

    def _start(self, element: str, attributes: dict[str, str]) -> None:
        word = element.rpartition(" ")[2]
        if self._depth == 0 and word != "gpx":
            self._refuse(f"a GPX file must begin with <gpx>, got <{word}>")
        self._depth += 1
        self._text.clear()
        if word in _POINTS:
            lat, lon = (self._degrees(attributes, axis) for axis in _LIMITS)
            self._point = [lat, lon, np.nan, np.nan, self._piece]
            self._is_open = True
        elif word in _PIECES:
            self._piece += 1

    def _end(self, element: str) -> None:
        word = element.rpartition(" ")[2]
        self._depth -= 1
        if word in _POINTS:
            self._keep(_POINTS[word])
        elif self._is_open and word == "ele":
            self._point[2] = self._altitude()
        elif self._is_open and word == "time":
            self._point[3] = self._time()
        self._text.clear()

    def _keep(self, kind: str) -> None:
        self._is_open = False
        self.points[kind].extend(self._point)
        if len(self.points[kind]) > MAX_POINTS * _WIDTH:
            self._refuse(f"a file may have {MAX_POINTS:,} points, it has more")

    def _degrees(self, attributes: dict[str, str], axis: str) -> float:
        text = attributes.get(axis, "")
        limit = _LIMITS[axis]
        try:
            degrees = float(text)
        except ValueError:
            degrees = np.nan
        if not -limit <= degrees <= limit:
            self._refuse(
                f"{axis} must be from {-limit:g} to {limit:g} degrees, got {text[:_MAX_TEXT]!r}"
            )
        return degrees

    def _altitude(self) -> float:
        text = self._taken_text()
        try:
            altitude = float(text)
        except ValueError:
            altitude = np.inf
        if not np.isfinite(altitude):
            self._refuse(f"ele must be a number of metres, got {text!r}")
        return altitude

    def _time(self) -> float:
        text = self._taken_text()
        try:
            return unix_seconds(text)
        except ValueError:
            self._refuse(f"time must be ISO 8601, 2026-01-31T12:00:00Z, got {text!r}")

    def _taken_text(self) -> str:
        return "".join(self._text).strip()[:_MAX_TEXT]
