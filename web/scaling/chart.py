"""The lines of the operators' chart, as points of SVG.

Rule: pure. A gap in what was looked at is a gap in the line; the scale begins at 0.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

WIDTH, HEIGHT = 900, 180  # units of the picture
GAP = timedelta(minutes=2)
MOST = 450  # points of a line: one each two units; of more the highest of each piece counts

Value = tuple[datetime, float | None]


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its name, the pieces between its gaps, and where its scale ends."""

    name: str
    pieces: list[str]  # as ``points`` of a polyline
    top: float
    last: float | None


def line(name: str, values: Sequence[Value], *, begin: datetime, end: datetime) -> Line:
    """Return the line of (moment, value) in order; None is a gap."""
    known = [value for _, value in values if value is not None]
    top = nice(max(known, default=0.0))
    span = max(1.0, (end - begin).total_seconds())
    pieces: list[list[str]] = [[]]
    before: datetime | None = None
    for at, value in thinned(values, most=MOST):
        if value is None or (before and at - before > max(GAP, 3 * (end - begin) / MOST)):
            pieces.append([])
        if value is not None:
            x = WIDTH * (at - begin).total_seconds() / span
            pieces[-1].append(f"{x:.1f},{HEIGHT * (1 - value / top):.1f}")
            before = at
    return Line(
        name, [" ".join(each) for each in pieces if each], top, known[-1] if known else None
    )


def thinned(values: Sequence[Value], *, most: int) -> list[Value]:
    """Return at most ``most`` values: of each piece of neighbours the highest."""
    step = -(-len(values) // most) or 1
    pieces = (values[start : start + step] for start in range(0, len(values), step))
    return [max(piece, key=lambda each: -1.0 if each[1] is None else each[1]) for piece in pieces]


def nice(value: float) -> float:
    """Return the end of a scale that holds the value: 1, 2, 5, 10, 20, 50, ..."""
    end = 1.0
    while end < value:
        for factor in (2.0, 5.0, 10.0):
            if end * factor >= value:
                return end * factor
        end *= 10.0
    return end
