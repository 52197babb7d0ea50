"""The ready definitions with a picture of what each of them sends.

Rule: a page draws nothing; the pictures lie in ``pictures.json``, which ``manage.py draw_library``
makes, and a test holds them to the definitions.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import simulator
from web.definitions.sparklines import limits_of, path_of

PICTURES = Path(__file__).parent / "pictures.json"
MOST_LINES = 2  # of one picture
POINTS = 72  # of one line
PLACE_PARTS = (".lat", ".lon", ".altitude", ".bearing")  # say little as a line


@dataclass(frozen=True, slots=True)
class Card:
    """One ready definition as the page shows it."""

    name: str
    title: str
    summary: str
    text: str
    lines: tuple[str, ...]  # SVG paths


@cache
def cards() -> tuple[Card, ...]:
    """Return every ready definition, by its title."""
    drawn = json.loads(PICTURES.read_text())
    return tuple(
        Card(one.name, one.title, one.summary, one.text, tuple(drawn[one.name]["lines"]))
        for one in simulator.ready()
        if one.name in drawn
    )


def pictures() -> dict[str, Any]:
    """Draw all ready definitions, in half a minute: name -> {of: hash of text, lines: paths}."""
    return {
        one.name: {"of": hash_of(one.text), "lines": list(lines_of(one.text))}
        for one in simulator.ready()
    }


def hash_of(text: str) -> str:
    """Return what tells a text from its later versions."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of a definition's picture: a day of the first metrics that are numbers."""
    outlook = simulator.outlook(simulator.parse(text, datasets={}), points=POINTS)
    moving = [
        metric
        for name, metric in outlook.metrics.items()
        if not name.endswith(PLACE_PARTS) and metric.high is not None and metric.low != metric.high
    ]
    for metric in moving[:MOST_LINES]:
        yield path_of(metric.t, metric.values, limits_of(metric.values))
