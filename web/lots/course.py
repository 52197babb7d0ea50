"""How many mocks of a lot are on over time, as a small drawing.

Rule: a drawing is 600 x 72 units; whoever shows it sets size and colours.
"""

from dataclasses import dataclass
from datetime import timedelta
from itertools import groupby
from operator import itemgetter

import simulator
from web.lots.durations import duration_text
from web.lots.models import Lot
from web.lots.options import known_words

WIDE, HIGH = 600.0, 72.0
AIR = 2.0  # units above the line
MOST_NAMED = 12  # corners that are told in words


@dataclass(frozen=True, slots=True)
class Course:
    """The line, the area below it, and its corners in words."""

    line: str  # of an SVG path
    area: str
    peak: int  # mocks
    length: timedelta
    told: str


def course_of(lot: Lot) -> Course | None:
    """Return a lot's course; None where all mocks are on from begin to end, or it cannot run."""
    words = simulator.lot_words(lot.options, known_words(lot, list(lot.parts.all())))
    if words.value is None:
        return None
    corners = words.value.presence.lines(words.value.duration)
    if len({mocks for _, mocks in corners}) == 1:
        return None
    return drawn([(t, round(mocks)) for t, mocks in corners])


def drawn(corners: list[tuple[float, int]]) -> Course:
    """Return a course through corners: (s, mocks), the last one at its end, above 0 s."""
    end, peak = corners[-1][0], max(1, *(mocks for _, mocks in corners))
    places = [
        f"{t / end * WIDE:.1f} {HIGH - mocks / peak * (HIGH - AIR):.1f}" for t, mocks in corners
    ]
    line = f"M{'L'.join(places)}"
    return Course(
        line=line,
        area=f"{line}L{WIDE:.1f} {HIGH:.1f}L0.0 {HIGH:.1f}Z",
        peak=peak,
        length=timedelta(seconds=end),
        told=told(corners),
    )


def told(corners: list[tuple[float, int]]) -> str:
    """Return the corners in words: "5,000 from 10min to 30min, 0 at 40min"; of many not all."""
    named = []
    for mocks, several in groupby(corners[1:], key=itemgetter(1)):
        times = [duration_text(timedelta(seconds=t)) for t, _ in several]
        when = f"at {times[0]}" if len(set(times)) == 1 else f"from {times[0]} to {times[-1]}"
        named.append(f"{mocks:,} {when}")
    if len(named) > MOST_NAMED:
        named = [*named[: MOST_NAMED - 1], "…", named[-1]]
    return ", ".join(named)
