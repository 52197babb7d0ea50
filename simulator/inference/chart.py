"""A recording against its simulation as a picture: one panel a column, SVG.

Rule: plain text out, the same for the same figures; readable on light and on dark ground.
"""

from collections.abc import Sequence
from html import escape

from simulator.inference.fitting import Comparison

WIDTH, PANEL, MARGIN = 960, 180, 36  # px
RECORDED, SIMULATED, TEXT = "#8a8f98", "#2f7ed8", "#6b7280"


def svg_of(comparisons: Sequence[Comparison]) -> str:
    """Return the picture of columns; the recording is grey, the simulation blue."""
    height = PANEL * max(1, len(comparisons))
    panels = "".join(_panel(each, top=PANEL * place) for place, each in enumerate(comparisons))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        f'font-family="sans-serif" font-size="12" fill="{TEXT}">{panels}</svg>\n'
    )


def _panel(compared: Comparison, *, top: int) -> str:
    known = [v for v in (*compared.recorded, *compared.simulated) if v is not None]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    scale = (PANEL - 2 * MARGIN) / ((high - low) or 1.0)
    base = top + PANEL - MARGIN
    lines = "".join(
        f'<path d="{_path(values, low=low, scale=scale, base=base)}" fill="none" '
        f'stroke="{colour}" stroke-width="1.2"/>'
        for values, colour in ((compared.recorded, RECORDED), (compared.simulated, SIMULATED))
    )
    before, after = compared.before, compared.after
    title = (
        f"{compared.column}: recorded {before.mean:.4g} ± {before.deviation:.3g}, "
        f"simulated {after.mean:.4g} ± {after.deviation:.3g}"
    )
    return (
        f'<text x="{MARGIN}" y="{top + 20}">{escape(title)}</text>{lines}'
        f'<text x="4" y="{base}">{low:.4g}</text><text x="4" y="{top + MARGIN}">{high:.4g}</text>'
    )


def _path(values: Sequence[float | None], *, low: float, scale: float, base: float) -> str:
    """Return a line through values, broken where there is none."""
    step = (WIDTH - 2 * MARGIN) / max(1, len(values) - 1)
    commands = []
    verb = "M"
    for place, value in enumerate(values):
        if value is None:
            verb = "M"
            continue
        x, y = MARGIN + place * step, base - (value - low) * scale
        commands.append(f"{verb}{x:.1f} {y:.1f}")
        verb = "L"
    return "".join(commands)
