"""Small line drawings as SVG paths, made on the server.

Rule: a drawing is 120 × 36 units; whoever shows it sets size and colours.
"""

from collections.abc import Sequence

WIDE, HIGH = 120.0, 36.0
AIR = 3.0  # units above and below the line


def path_of(
    times: Sequence[float], values: Sequence[float | None], limits: tuple[float, float]
) -> str:
    """Return the ``d`` of a line through numbers; it breaks where there is none.

    Args:
        times: Rising.
        values: As many.
        limits: The lowest and the highest value of the drawing.
    """
    low, high = limits
    begin, span = times[0], (times[-1] - times[0]) or 1.0
    pieces: list[str] = []
    is_drawn = False
    for time, value in zip(times, values, strict=True):
        if value is None:
            is_drawn = False
            continue
        share = (value - low) / (high - low) if high > low else 0.5
        x, y = (time - begin) / span * WIDE, HIGH - AIR - share * (HIGH - 2 * AIR)
        pieces.append(f"{'L' if is_drawn else 'M'}{x:.1f} {y:.1f}")
        is_drawn = True
    return "".join(pieces)


def limits_of(values: Sequence[float | None]) -> tuple[float, float]:
    """Return the lowest and the highest number; (0, 0) without any."""
    numbers = [value for value in values if value is not None]
    return (min(numbers), max(numbers)) if numbers else (0.0, 0.0)
