"""One picture for each generator: lines, dots with a histogram, bands of words, a track.

Rule: the kind of picture follows from the values alone.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from docs.press.axes import across, frame, padded
from docs.press.drawn import Drawn, draw
from docs.press.svg import BOTTOM, COLOURS, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Drawing
from simulator import Dataset
from simulator.definition.metrics.generator import Generator

MAX_WORDS = len(COLOURS)  # different texts that a band can tell apart
FEW = 100  # readings in a band, where time is not what they hang on
LISTED = 6  # readings of each mock, where every one is another text
HISTOGRAM = 96  # px
BINS = 24

Series = Sequence[Sequence[Any]]  # for each mock its readings


def picture(kind: type[Generator], files: Mapping[str, Dataset]) -> str:
    """Return the SVG of a generator's first example: what three mocks read."""
    drawn = draw(kind, kind.examples[0], files)
    title = f"{kind.word}: what three mocks read of {kind.examples[0].strip()}"
    drawing = Drawing(title)
    if {"lat", "lon"} <= drawn.values.keys():
        _track(drawing, drawn)
    elif _is_words(next(iter(drawn.values.values()))):
        _words(drawing, drawn)
    elif kind.family == "random":
        _scatter(drawing, drawn)
    else:
        _lines(drawing, drawn)
    return drawing.svg()


def _is_words(series: Series) -> bool:
    return any(isinstance(value, str | bool) for mock in series for value in mock)


def _numbers(series: Series) -> list[float]:
    return [value for mock in series for value in mock if isinstance(value, int | float)]


def _lines(drawing: Drawing, drawn: Drawn) -> None:
    """Draw a line for each mock; of a value with parts, a line of mock 0 for each part."""
    series = [
        mock for part in drawn.values.values() for mock in (part if _single(drawn) else part[:1])
    ]
    span = drawn.duration if drawn.is_timed else float(len(series[0]) - 1)
    up = frame(drawing, *padded(*_bounds(series)))
    on = across(drawing, span, is_time=drawn.is_timed)
    for colour, mock in reversed(list(enumerate(series[: len(COLOURS)]))):
        step = span / (len(mock) - 1)
        for points in _runs(mock):
            drawing.line([(on.at(n * step), up.at(value)) for n, value in points], colour)
    if not _single(drawn):
        for colour, part in enumerate(drawn.values):
            drawing.text((LEFT + 8 + 90 * colour, TOP + 10), part, colour=colour)


def _single(drawn: Drawn) -> bool:
    return "" in drawn.values


def _bounds(series: Series) -> tuple[float, float]:
    numbers = _numbers(series) or [0.0]
    return float(min(numbers)), float(max(numbers))


def _runs(values: Sequence[Any]) -> list[list[tuple[int, float]]]:
    """Return readings with their numbers, in pieces between those that have no value."""
    numbered = enumerate(values)
    runs = groupby(numbered, key=lambda entry: isinstance(entry[1], int | float))
    return [list(run) for is_number, run in runs if is_number]


def _scatter(drawing: Drawing, drawn: Drawn) -> None:
    """Draw a dot for each reading, and at the right how often each stretch came."""
    series = next(iter(drawn.values.values()))
    numbers = _numbers(series)
    up = frame(drawing, *padded(*_bounds(series)), right=HISTOGRAM)
    span = float(len(series[0]) - 1)
    on = across(drawing, span, is_time=False, right=HISTOGRAM)
    for colour, mock in enumerate(series):
        drawing.dots(
            ((on.at(n), up.at(v)) for n, v in enumerate(mock) if isinstance(v, int | float)), colour
        )
    _histogram(drawing, numbers, low=up.low, high=up.high)


def _histogram(drawing: Drawing, numbers: Sequence[float], *, low: float, high: float) -> None:
    width = (high - low) / BINS
    counts = Counter(min(BINS - 1, int((value - low) / width)) for value in numbers)
    tall = (drawing.height - BOTTOM - TOP) / BINS
    left = WIDTH - RIGHT - HISTOGRAM + 10
    longest = (HISTOGRAM - 14) / max(counts.values(), default=1)
    boxes = [
        ((left, drawing.height - BOTTOM - (place + 1) * tall), (count * longest, tall - 1))
        for place, count in sorted(counts.items())
    ]
    drawing.boxes(boxes, colour=0, opacity=0.6)


def _words(drawing: Drawing, drawn: Drawn) -> None:
    """Draw a band for each mock, coloured by its text; many texts are written out."""
    series = [[_word(value) for value in mock] for mock in next(iter(drawn.values.values()))]
    words = sorted({word for mock in series for word in mock if word})
    if len(words) > MAX_WORDS or _is_fixed(series):
        _listed(drawing, series)
        return
    if not drawn.is_timed:
        series = [mock[:FEW] for mock in series]
    span = drawn.duration if drawn.is_timed else float(len(series[0]))
    on = across(drawing, span, is_time=drawn.is_timed)
    tall = (HEIGHT - BOTTOM - TOP - 24) / len(series)
    for row, mock in enumerate(series):
        top = TOP + 24 + row * tall
        drawing.text((LEFT - 6, top + tall / 2 + 2), f"mock {row}", anchor="end")
        for colour, word in enumerate(words):
            stretches = [
                (on.at(first * span / len(mock)), on.at(end * span / len(mock)))
                for first, end in _stretches(mock, word)
            ]
            boxes = [((x, top), (to - x, tall - 6)) for x, to in stretches]
            drawing.boxes(boxes, colour=colour)
    for colour, word in enumerate(words):
        drawing.text((LEFT + colour * (WIDTH - LEFT) / MAX_WORDS, TOP + 10), word, colour=colour)


def _is_fixed(series: Sequence[Sequence[str]]) -> bool:
    """Whether each mock has a text of its own that never changes: an identity."""
    return len({mock[0] for mock in series}) > 1 and all(len(set(mock)) == 1 for mock in series)


def _word(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return "" if value is None else str(value)


def _stretches(values: Sequence[str], word: str) -> list[tuple[int, int]]:
    """Return where ``word`` stands: first reading, and the one after the last."""
    stretches, place = [], 0
    for value, run in groupby(values):
        length = len(list(run))
        if value == word:
            stretches.append((place, place + length))
        place += length
    return stretches


def _listed(drawing: Drawing, series: Sequence[Sequence[str]]) -> None:
    """Write the first readings of each mock."""
    width = (WIDTH - RIGHT - 10) / len(series)
    for column, mock in enumerate(series):
        x = 10 + column * width
        drawing.text((x, TOP + 12), f"mock {column}")
        shown = mock[:LISTED] if len(set(mock[:LISTED])) > 1 else mock[:1]
        for row, word in enumerate(shown):
            most = int(width / 7.6)
            text = word if len(word) <= most else f"{word[: most - 1]}…"
            drawing.text((x, TOP + 34 + row * 22), text, colour=column)


def _track(drawing: Drawing, drawn: Drawn) -> None:
    """Draw where each mock goes, north up, a degree of longitude as long as it is there."""
    places = list(zip(drawn.values["lon"], drawn.values["lat"], strict=True))
    every_lon, every_lat = _bounds(drawn.values["lon"]), _bounds(drawn.values["lat"])
    middle = (every_lon[0] + every_lon[1]) / 2, (every_lat[0] + every_lat[1]) / 2
    narrow = _cosine(middle[1])
    room = (WIDTH - 2 * LEFT) / max((every_lon[1] - every_lon[0]) * narrow, 1e-9)
    scale = min(room, (HEIGHT - 2 * TOP) / max(every_lat[1] - every_lat[0], 1e-9))

    def at(lon: float, lat: float) -> tuple[float, float]:
        x = WIDTH / 2 + (lon - middle[0]) * narrow * scale
        return x, HEIGHT / 2 - (lat - middle[1]) * scale

    for colour, (lons, lats) in reversed(list(enumerate(places))):
        points = [at(x, y) for x, y in zip(lons, lats, strict=True) if x is not None]
        if len(set(points)) > 1:
            drawing.line(points, colour)
        drawing.dots(points[:1], colour)
        drawing.text((LEFT / 2, TOP + 12 + 16 * colour), f"mock {colour}", colour=colour)


def _cosine(degrees: float) -> float:
    return max(math.cos(math.radians(degrees)), 0.01)
