"""Points of a run over time as columns: packed small, and many added up in one pass.

Rule: pure. What is read here was written here, or as a list of JSON by versions before.
"""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from simulator import FIGURES, Histogram, Second
from web.runs.apart import Apart

Integers = NDArray[np.int64]
Floats = NDArray[np.float64]

_HISTOGRAMS = ("latency", "lateness", "end_to_end")
BUCKETS = len(Histogram().counts)
_BREAKDOWNS = ("messages", "statuses")
_OTHER = {"at", *_HISTOGRAMS, *_BREAKDOWNS}
COUNTS = tuple(f.name for f in fields(Second) if f.name not in _OTHER)
VERSION = 2
QUICK = 3  # version of what is read soon and not kept: wider, and made in a tenth of the time
_LENGTH = 4  # bytes that tell how long the header is, little-endian
_LEVEL = 3  # of zlib: 6 saves a fiftieth and takes twice as long
_BEFORE = b"["  # what the JSON of versions before begins with


@dataclass(frozen=True, slots=True)
class Buckets:
    """One histogram of each of some points; only the buckets that counted something."""

    point: Integers  # position of the point that each bucket belongs to, in order
    bucket: Integers
    count: Integers
    maximum: Floats  # s, one a point


@dataclass(frozen=True, slots=True)
class Columns:
    """Some points: their beginnings (Unix s), counts by ``COUNTS``, histograms and breakdowns."""

    at: Integers
    counts: Integers  # points x COUNTS
    histograms: tuple[Buckets, ...]  # by _HISTOGRAMS
    apart: tuple[Apart, ...]  # by _BREAKDOWNS

    def __len__(self) -> int:
        return len(self.at)

    def pack(self) -> bytes:
        """Return it as bytes: zlib over :meth:`body`."""
        return zlib.compress(self.body(), _LEVEL)

    def pack_quickly(self) -> bytes:
        """Return it as bytes that are half as large again: zlib over :meth:`quick`."""
        return zlib.compress(self.quick(), 1)

    def counted(self) -> "Columns":
        """Return the points without histograms and breakdowns."""
        nothing = Buckets(_NONE, _NONE, _NONE, np.zeros(len(self)))
        none = Apart((), np.zeros((len(self), 0, len(FIGURES)), np.int64))
        return Columns(
            self.at, self.counts, (nothing,) * len(_HISTOGRAMS), (none,) * len(_BREAKDOWNS)
        )

    def body(self) -> bytes:
        """Return it as bytes: a header (JSON) and columns, each of the smallest whole type."""
        rows = [self.at, *self.counts.T]
        for each in self.histograms:
            # Neighbours are close, so differences are small and alike.
            rows += [np.diff(each.point, prepend=0), np.diff(each.bucket, prepend=0), each.count]
        names = []
        for apart in self.apart:
            known, figures = apart.rows()
            names.append(known)
            rows += figures
        narrow = [_narrowed(row) for row in rows]
        head = {
            "version": VERSION,
            "counts": COUNTS,
            "figures": FIGURES,
            "names": names,
            "columns": [[each.dtype.str, len(each)] for each in narrow],
        }
        told = orjson.dumps(head)
        maxima = b"".join(each.maximum.tobytes() for each in self.histograms)
        columns = b"".join(column.tobytes() for column in narrow)
        return b"".join((len(told).to_bytes(_LENGTH, "little"), told, columns, maxima))

    def quick(self) -> bytes:
        """Return it as bytes that take little time: a header (JSON), and columns as they are."""
        rows = [self.at, self.counts.ravel()]
        for each in self.histograms:
            is_small = not len(each.count) or int(each.count.max()) <= _MOST
            rows += [
                each.point.astype("<u4"),
                each.bucket.astype("<u2"),
                each.count.astype("<u4" if is_small else "<u8"),
            ]
        rows += [apart.counts.ravel() for apart in self.apart]
        head = {
            "version": QUICK,
            "counts": COUNTS,
            "figures": FIGURES,
            "names": [apart.names for apart in self.apart],
            "columns": [[each.dtype.str, len(each)] for each in rows],
        }
        told = orjson.dumps(head)
        parts = [each.tobytes() for each in (*rows, *(each.maximum for each in self.histograms))]
        return b"".join((len(told).to_bytes(_LENGTH, "little"), told, *parts))

    @classmethod
    def unpack(cls, data: bytes) -> "Columns":
        """Return the points that :meth:`pack` wrote, or a version before.

        Raises:
            ValueError: The bytes are none of these.
        """
        try:
            body = zlib.decompress(data)
        except zlib.error as error:
            raise ValueError("not points of a run") from error
        return cls.read(body)

    @classmethod
    def read(cls, body: bytes) -> "Columns":
        """Return the points that :meth:`body` or :meth:`quick` wrote, or a version before as JSON.

        Raises:
            ValueError: The bytes are none of these.
        """
        if body[:1] == _BEFORE:
            return cls.of([Second.from_dict(point) for point in orjson.loads(body)])
        end = _LENGTH + int.from_bytes(body[:_LENGTH], "little")
        head = orjson.loads(body[_LENGTH:end])
        if head["version"] not in (VERSION, QUICK):
            raise ValueError(f"points must be of version {VERSION}, got {head['version']}")
        rows = []
        for kind, length in head["columns"]:
            row = np.frombuffer(body, kind, length, end)
            end += row.nbytes
            rows.append(row.astype(np.int64))
        maxima = np.frombuffer(body, "<f8", -1, end)
        made = cls._of_quick if head["version"] == QUICK else cls._of_rows
        return made(rows, head, maxima=maxima)

    @classmethod
    def _of_quick(cls, rows: list[Integers], head: dict[str, Any], *, maxima: Floats) -> "Columns":
        at, names, figures = rows[0], head["counts"], head["figures"]
        histograms = []
        for place in range(len(_HISTOGRAMS)):
            point, bucket, count = rows[2 + 3 * place : 5 + 3 * place]
            histograms.append(Buckets(point, bucket, count, maxima[place * len(at) :][: len(at)]))
        lists = zip(head["names"], rows[2 + 3 * len(_HISTOGRAMS) :], strict=True)
        return cls(
            at,
            _of_now(rows[1].reshape(len(at), len(names)), names, COUNTS),
            tuple(histograms),
            tuple(
                Apart(
                    tuple(known),
                    _of_now(row.reshape(len(at), len(known), len(figures)), figures, FIGURES),
                )
                for known, row in lists
            ),
        )

    @classmethod
    def _of_rows(cls, rows: list[Integers], head: dict[str, Any], *, maxima: Floats) -> "Columns":
        names: list[str] = head["counts"]
        at, counted = rows[0], rows[1 : 1 + len(names)]
        counts = np.zeros((len(at), len(COUNTS)), np.int64)
        for name, row in zip(names, counted, strict=True):
            counts[:, COUNTS.index(name)] = row
        histograms = []
        for place in range(len(_HISTOGRAMS)):
            first = 1 + len(names) + 3 * place
            point, bucket, count = rows[first : first + 3]
            maximum = maxima[place * len(at) : (place + 1) * len(at)]
            histograms.append(Buckets(np.cumsum(point), np.cumsum(bucket), count, maximum))
        rest = rows[1 + len(names) + 3 * len(_HISTOGRAMS) :]
        return cls(at, counts, tuple(histograms), _apart_of(rest, head, points=len(at)))

    @classmethod
    def of(cls, points: Sequence[Second]) -> "Columns":
        """Return points as columns."""
        counts = [[getattr(point, name) for name in COUNTS] for point in points]
        return cls(
            np.array([point.at for point in points], np.int64),
            np.array(counts, np.int64).reshape(len(points), len(COUNTS)),
            tuple(_buckets([getattr(point, name) for point in points]) for name in _HISTOGRAMS),
            tuple(Apart.of([getattr(point, name) for point in points]) for name in _BREAKDOWNS),
        )

    def kept(self, keep: NDArray[np.bool_]) -> "Columns":
        """Return the points where ``keep`` is true."""
        place = np.cumsum(keep) - 1
        histograms = []
        for each in self.histograms:
            mine = keep[each.point]
            columns = place[each.point[mine]], each.bucket[mine], each.count[mine]
            histograms.append(Buckets(*columns, each.maximum[keep]))
        apart = tuple(Apart(each.names, each.counts[keep]) for each in self.apart)
        return Columns(self.at[keep], self.counts[keep], tuple(histograms), apart)

    @classmethod
    def joined(cls, parts: Iterable["Columns"]) -> "Columns":
        """Return all points of all parts, none added up."""
        known = list(parts) or [cls.of([])]
        before = np.cumsum([0, *(len(part) for part in known[:-1])])
        histograms = []
        for place in range(len(_HISTOGRAMS)):
            mine = [part.histograms[place] for part in known]
            points = [each.point + first for each, first in zip(mine, before, strict=True)]
            whole = Buckets(
                np.concatenate(points),
                np.concatenate([each.bucket for each in mine]),
                np.concatenate([each.count for each in mine]),
                np.concatenate([each.maximum for each in mine]),
            )
            histograms.append(whole)
        return cls(
            np.concatenate([part.at for part in known]),
            np.concatenate([part.counts for part in known]),
            tuple(histograms),
            tuple(
                Apart.joined([part.apart[place] for part in known])
                for place in range(len(_BREAKDOWNS))
            ),
        )

    def count(self, *names: str) -> int:
        """Return what all points counted of some of ``COUNTS``, together."""
        return int(self.counts[:, [COUNTS.index(name) for name in names]].sum())

    def histogram(self, name: str) -> Histogram:
        """Return one histogram of all points, without the sums of anything else."""
        each = self.histograms[_HISTOGRAMS.index(name)]
        counts = np.bincount(each.bucket, weights=each.count, minlength=BUCKETS).astype(np.int64)
        return Histogram.of(counts, maximum=float(each.maximum.max(initial=0.0)))

    def whole(self) -> Second:
        """Return all points as one sum, of the moment of the earliest."""
        if not len(self):
            return Second(at=0)
        begun = int(self.at.min())
        [sum_of_all] = self.summed(step=int(self.at.max()) - begun + 1, origin=begun)
        return sum_of_all

    def summed(self, *, step: int, origin: int) -> list[Second]:
        """Return the sums over each ``step`` s, counted from ``origin`` (Unix s), in order."""
        groups, place = np.unique((self.at - origin) // step, return_inverse=True)
        counts = np.zeros((len(groups), len(COUNTS)), np.int64)
        np.add.at(counts, place, self.counts)
        dense = [_dense(each, place, len(groups)) for each in self.histograms]
        apart = [each.summed(place, len(groups)) for each in self.apart]
        points = []
        for row, group in enumerate(groups.tolist()):
            point = Second(at=origin + group * step)
            for name, count in zip(COUNTS, counts[row].tolist(), strict=True):
                setattr(point, name, count)
            for name, (tallies, maxima) in zip(_HISTOGRAMS, dense, strict=True):
                setattr(point, name, Histogram.of(tallies[row], maximum=float(maxima[row])))
            for name, breakdowns in zip(_BREAKDOWNS, apart, strict=True):
                setattr(point, name, breakdowns[row])
            points.append(point)
        return points


def _buckets(histograms: Sequence[Histogram]) -> Buckets:
    filled = [np.flatnonzero(each.counts) for each in histograms]
    counts = [each.counts[where] for each, where in zip(histograms, filled, strict=True)]
    return Buckets(
        np.repeat(np.arange(len(filled)), [len(where) for where in filled]),
        np.concatenate([_NONE, *filled]),
        np.concatenate([_NONE, *counts]),
        np.array([each.maximum for each in histograms], np.float64),
    )


def _dense(each: Buckets, place: NDArray[Any], groups: int) -> tuple[Integers, Floats]:
    """Return a row of all buckets for each group, and its longest duration."""
    flat = place[each.point] * BUCKETS + each.bucket
    counts = np.bincount(flat, weights=each.count, minlength=groups * BUCKETS)
    maxima = np.zeros(groups)
    np.maximum.at(maxima, place, each.maximum)
    return counts.reshape(groups, BUCKETS).astype(np.int64), maxima


def _apart_of(rows: Sequence[Integers], head: dict[str, Any], *, points: int) -> tuple[Apart, ...]:
    """Return the breakdowns of stored points; those of a version before have none."""
    lists, figures = head.get("names", [[] for _ in _BREAKDOWNS]), head.get("figures", ())
    parts = [rows[place * len(figures) :] for place in range(len(lists))]
    return tuple(
        Apart.of_rows(names, part[: len(figures)], figures=figures, points=points)
        for names, part in zip(lists, parts, strict=True)
    )


def _of_now(table: Integers, names: Sequence[str], known: Sequence[str]) -> Integers:
    """Return a table whose last axis is by ``names``, by those that are known now."""
    if list(names) == list(known):
        return table
    told = np.zeros((*table.shape[:-1], len(known)), np.int64)
    for place, name in enumerate(names):
        if name in known:
            told[..., known.index(name)] = table[..., place]
    return told


def _narrowed(row: Integers) -> NDArray[Any]:
    """Return whole numbers as the smallest type that holds them all, little-endian."""
    low, high = (int(row.min()), int(row.max())) if len(row) else (0, 0)
    for kind in ("<i1", "<i2", "<i4"):
        if np.iinfo(kind).min <= low and high <= np.iinfo(kind).max:
            return row.astype(kind)
    return row.astype("<i8")


_MOST = 2**32 - 1
_NONE: Integers = np.zeros(0, np.int64)
