"""What a page tells of a dataset: its columns with kinds and ranges, first lines, and its map; of
a schema what it describes.

Rule: plain values only, for they lie in a JSON column; made once, when the file has been read.
"""

from datetime import UTC, datetime
from math import isfinite
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import simulator

Facts: TypeAlias = dict[str, Any]
FloatArray: TypeAlias = NDArray[np.float64]
IntArray: TypeAlias = NDArray[np.int64]
FIRST_LINES = 10
MOST_CELL = 60  # characters of a cell that are kept
MOST_LINE = 200  # characters of a schema's line
MOST_MESSAGES = 100  # of a schema that are named
MOST_OUTLINE = 400  # points of a track that are drawn
EARTH_RADIUS = 6_371_008.8  # m, mean radius, IUGG


def facts_of(dataset: simulator.Dataset) -> Facts:
    """Return what a page tells of the dataset.

    Returns:
        ``kind`` ("csv", "gpx", "geojson"), ``rows``, ``columns`` (each ``name``, ``kind``,
        ``range``, ``empty``), ``lines`` (the header first) and, for places, ``track``. For a schema
        (``kind`` "proto", "avsc") those of ``_schema``.
    """
    if dataset.text:
        return _schema(dataset)
    lines = [[cell[:MOST_CELL] for cell in line] for line in dataset.first_lines(FIRST_LINES)]
    return {
        "kind": dataset.kind,
        "rows": dataset.rows,
        "columns": [_column(dataset, name) for name in dataset.columns],
        "lines": lines,
        "track": None if dataset.kind == "csv" else _track(dataset),
    }


def table_facts(table: simulator.CredentialTable) -> Facts:
    """Return what a page tells of a credential table: nothing of what stands in it.

    Returns:
        ``kind`` ("credentials"), ``rows``, ``columns`` (each ``name``, ``kind`` and how many cells
        are ``empty``), and ``ends``: when the first of its certificates does, Unix s; None.
    """
    return {
        "kind": "credentials",
        "is_credentials": True,
        "rows": table.rows,
        "columns": [
            {"name": name, "kind": _kind_of(table, name), "empty": list(cells).count("")}
            for name, cells in table.columns.items()
        ],
        "ends": table.ends if isfinite(table.ends) else None,
    }


def _kind_of(table: simulator.CredentialTable, name: str) -> str:
    if name in table.public_columns:
        return "text"
    return "certificate" if name == "certificate" else "secret"


def _schema(dataset: simulator.Dataset) -> Facts:
    """Return ``kind``, ``rows``, the first ``lines`` of its text and its ``messages``, each with
    ``name`` and ``fields``, how many it has.
    """
    named = list(dataset.messages.items())[:MOST_MESSAGES]
    return {
        "kind": dataset.kind,
        "rows": dataset.rows,
        "lines": [line[:MOST_LINE] for (line,) in dataset.first_lines(FIRST_LINES)],
        "messages": [{"name": name, "fields": count} for name, count in named],
        "is_schema": True,
    }


def _column(dataset: simulator.Dataset, name: str) -> Facts:
    values, kind = dataset.columns[name], dataset.types[name]
    if kind == "text":
        known = np.array([value for value in values if value is not None], dtype=object)
        shown = f"{len(set(known)):,} different"
    else:
        numbers = dataset.times[name] if kind == "time" else values
        known = numbers[np.isfinite(numbers)]
        show = _moment if kind == "time" else _number
        shown = " to ".join(show(float(end)) for end in _ends(known))
    return {"name": name, "kind": kind, "range": shown, "empty": len(values) - len(known)}


def _ends(values: NDArray[Any]) -> tuple[Any, ...]:
    return (values.min(), values.max()) if len(values) else ()


def _number(value: float) -> str:
    return f"{value:.10g}"


def _moment(seconds: float) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def _track(dataset: simulator.Dataset) -> Facts:
    lat, lon = (np.asarray(dataset.columns[name], dtype=float) for name in ("lat", "lon"))
    segment = np.asarray(dataset.columns["segment"], dtype=np.int64)
    return {
        "kilometres": round(track_length(lat, lon, segment) / 1000, 3),
        "segments": int(segment[-1]) + 1,
        "shapes": _shapes(dataset, segment),
        "south": float(lat.min()),
        "north": float(lat.max()),
        "west": float(lon.min()),
        "east": float(lon.max()),
        "outline": outline(lat, lon, segment),
    }


def _shapes(dataset: simulator.Dataset, segment: IntArray) -> list[str]:
    """Return what a GeoJSON file holds, ``2 lines``, ``1 polygon``; nothing for a track."""
    if "shape" not in dataset.columns:
        return []
    firsts = np.flatnonzero(np.diff(segment, prepend=-1))
    names, counts = np.unique(dataset.columns["shape"][firsts].astype(str), return_counts=True)
    pairs = zip(names.tolist(), counts.tolist(), strict=True)
    return [f"{count:,} {name}{'' if count == 1 else 's'}" for name, count in pairs]


def track_length(lat: FloatArray, lon: FloatArray, segment: IntArray) -> float:
    """Return the length in metres of the way over points in degrees, on a sphere (haversine).

    From the last point of a segment to the first of the next there is no way.
    """
    phi, theta = np.radians(lat), np.radians(lon)
    half = (
        np.sin(np.diff(phi) / 2) ** 2
        + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(theta) / 2) ** 2
    )
    lengths = 2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return float(lengths[np.diff(segment) == 0].sum())


def outline(lat: FloatArray, lon: FloatArray, segment: IntArray) -> Facts:
    """Return the track as ``lines``, the ``points`` of SVG polylines, and the box around them.

    North is up; a degree of longitude is shortened by the cosine of the middle latitude. The longer
    side is 100, the shorter at least 20, and about ``MOST_OUTLINE`` points are kept.
    """
    kept = _thinned(segment)
    x = lon[kept] * np.cos(np.radians((lat.min() + lat.max()) / 2))
    y = -lat[kept]
    scale = 100 / max(np.ptp(x), np.ptp(y), 1e-9)
    width, height = (max(20.0, float(np.ptp(side) * scale)) for side in (x, y))
    x = np.abs((x - (x.min() + x.max()) / 2) * scale + width / 2)  # no "-0.00" at the edge
    y = np.abs((y - (y.min() + y.max()) / 2) * scale + height / 2)
    cuts = np.flatnonzero(np.diff(segment[kept])) + 1
    pieces = zip(np.split(x, cuts), np.split(y, cuts), strict=True)
    lines = [" ".join(f"{a:.2f},{b:.2f}" for a, b in zip(*piece, strict=True)) for piece in pieces]
    start = [round(float(x[0]), 2), round(float(y[0]), 2)]
    return {"lines": lines, "start": start, "width": round(width, 2), "height": round(height, 2)}


def _thinned(segment: IntArray) -> IntArray:
    """Return the points to draw: each n-th, and the first and last of the first segments."""
    count = len(segment)
    ends = np.flatnonzero(np.diff(segment))[: MOST_OUTLINE // 2]
    step = max(1, -(-count // MOST_OUTLINE))
    return np.unique(np.concatenate([np.arange(0, count, step), ends, ends + 1, [count - 1]]))
