"""What a page tells of a dataset: its columns with kinds and ranges, its first lines, its track.

Rule: plain values only, for they lie in a JSON column; made once, when the file has been read.
"""

from datetime import UTC, datetime
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

import simulator

Facts: TypeAlias = dict[str, Any]
FIRST_LINES = 10
MOST_CELL = 60  # characters of a cell that are kept
MOST_OUTLINE = 400  # points of a track that are drawn
EARTH_RADIUS = 6_371_008.8  # m, mean radius, IUGG


def facts_of(dataset: simulator.Dataset) -> Facts:
    """Return what a page tells of the dataset.

    Returns:
        ``kind`` ("csv", "gpx"), ``rows``, ``columns`` (each ``name``, ``kind``, ``least``,
        ``most``, ``empty``), ``lines`` (the header first) and, for a track, ``track``.
    """
    lines = [[cell[:MOST_CELL] for cell in line] for line in dataset.first_lines(FIRST_LINES)]
    return {
        "kind": dataset.kind,
        "rows": dataset.rows,
        "columns": [_column(dataset, name) for name in dataset.columns],
        "lines": lines,
        "track": _track(dataset) if dataset.kind == "gpx" else None,
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
    return {
        "length": track_length(lat, lon),
        "south": float(lat.min()),
        "north": float(lat.max()),
        "west": float(lon.min()),
        "east": float(lon.max()),
        "outline": outline(lat, lon),
    }


def track_length(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> float:
    """Return the length in metres of the way over points in degrees, on a sphere (haversine)."""
    phi, theta = np.radians(lat), np.radians(lon)
    half = (
        np.sin(np.diff(phi) / 2) ** 2
        + np.cos(phi[:-1]) * np.cos(phi[1:]) * np.sin(np.diff(theta) / 2) ** 2
    )
    return float(2 * EARTH_RADIUS * np.arcsin(np.sqrt(np.clip(half, 0, 1))).sum())


def outline(lat: NDArray[np.float64], lon: NDArray[np.float64]) -> Facts:
    """Return the track as an SVG polyline's ``points``, with ``width`` and ``height`` of its box.

    North is up; a degree of longitude is shortened by the cosine of the middle latitude. The longer
    side is 100, the shorter at least 20, and at most ``MOST_OUTLINE`` points are kept.
    """
    step = max(1, -(-len(lat) // (MOST_OUTLINE - 1)))
    x = np.append(lon[::step], lon[-1]) * np.cos(np.radians((lat.min() + lat.max()) / 2))
    y = -np.append(lat[::step], lat[-1])
    x, y = x - x.min(), y - y.min()
    scale = 100 / max(x.max(), y.max(), 1e-9)
    width, height = (max(20.0, float(side.max() * scale)) for side in (x, y))
    x, y = (
        side * scale + (box - side.max() * scale) / 2 for side, box in ((x, width), (y, height))
    )
    points = " ".join(f"{px:.2f},{py:.2f}" for px, py in zip(x, y, strict=True))
    return {"points": points, "width": round(width, 2), "height": round(height, 2)}
