"""The frame of a picture: round numbers at its left, a time or a count below.

Rule: what stands at an axis is as people say it: 6 h, not 21600.
"""

import math

from docs.press.svg import BOTTOM, LEFT, RIGHT, TOP, WIDTH, Drawing, Scale

TICKS = 5  # at most, at an axis
_STEPS = (1, 2, 2.5, 5, 10)
_UNITS = (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0), ("ms", 0.001))
_ROUND = (1, 2, 3, 5, 6, 10, 12, 15, 20, 30, 50, 60, 90, 100, 120, 200, 365, 500, 1_000)


def round_ticks(low: float, high: float) -> list[float]:
    """Return up to ``TICKS`` round numbers from ``low`` to ``high``."""
    rough = (high - low) / TICKS or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(power * each for each in _STEPS if power * each >= rough * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [(first + n) * step for n in range(TICKS + 1) if (first + n) * step <= high + step / 1e6]


def time_ticks(span: float) -> list[tuple[float, str]]:
    """Return moments within ``span`` s, with what is written at each."""
    unit, factor = next((each for each in _UNITS if span >= 2 * each[1]), _UNITS[-1])
    count = span / factor
    step = next((each for each in _ROUND if count / each <= 8), _ROUND[-1])
    return [(n * step * factor, f"{n * step:g} {unit}") for n in range(int(count / step) + 1)]


def frame(drawing: Drawing, low: float, high: float, *, right: float = 0.0) -> Scale:
    """Draw the numbers at the left, ``right`` px kept free; return the scale that goes up."""
    bottom = drawing.height - BOTTOM
    scale = Scale(low, high, bottom, TOP)
    for value in round_ticks(low, high):
        y = scale.at(value)
        drawing.rule((LEFT, y), (WIDTH - RIGHT - right, y))
        drawing.text((LEFT - 6, y + 4), f"{value + 0.0:,.6g}", anchor="end")
    return scale


def across(drawing: Drawing, span: float, *, is_time: bool, right: float = 0.0) -> Scale:
    """Write the times (``span`` in s), or the readings' numbers, below; return the scale."""
    scale = Scale(0.0, span, LEFT, WIDTH - RIGHT - right)
    whole = [(v, f"{v:g}") for v in round_ticks(0.0, span) if v < 0.9 * span]
    ticks = time_ticks(span) if is_time else whole
    for value, text in ticks:
        drawing.text((scale.at(value), drawing.height - 8), text, anchor="middle")
    if not is_time:
        end = WIDTH - RIGHT - right
        drawing.text((end, drawing.height - 8), "readings", anchor="end")
    return scale


def padded(low: float, high: float) -> tuple[float, float]:
    """Return bounds with a little air, never of no width."""
    air = (high - low) * 0.05 or abs(high) * 0.1 or 1.0
    return low - air, high + air
