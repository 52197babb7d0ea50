"""A small writer of SVG: a frame with axes, and what is drawn into it.

Rule: the same numbers give the same bytes, and every colour has a light and a dark value.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 720, 190  # px
LEFT, RIGHT, TOP, BOTTOM = 56, 14, 10, 24  # px around the frame

# Light and dark, each readable on the page's own background.
COLOURS = ("#0b6bcb", "#c2410c", "#15803d", "#7c3aed", "#a16207", "#be185d")
DARK = ("#60a5fa", "#fb923c", "#4ade80", "#c4b5fd", "#facc15", "#f9a8d4")
INK, DARK_INK = "#57606a", "#9da7b3"
GRID, DARK_GRID = "#d8dee4", "#30363d"


def _style() -> str:
    light = "".join(f".c{i}{{color:{colour}}}" for i, colour in enumerate(COLOURS))
    dark = "".join(f".c{i}{{color:{colour}}}" for i, colour in enumerate(DARK))
    return (
        f"text{{font:11px system-ui,sans-serif;fill:{INK}}}.g{{stroke:{GRID}}}{light}"
        ".l{fill:none;stroke:currentColor;stroke-width:1.5;stroke-linejoin:round}"
        ".d{fill:none;stroke:currentColor;stroke-width:3;stroke-linecap:round}"
        ".f{fill:currentColor}.t{fill:currentColor;font:12px ui-monospace,monospace}"
        f"@media(prefers-color-scheme:dark){{text{{fill:{DARK_INK}}}.g{{stroke:{DARK_GRID}}}"
        f"{dark}}}"
    )


STYLE = _style()

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Scale:
    """A stretch of numbers laid out on a stretch of pixels."""

    low: float
    high: float
    start: float  # px of ``low``
    end: float  # px of ``high``

    def at(self, value: float) -> float:
        """Return where ``value`` stands, px."""
        width = self.high - self.low
        share = (value - self.low) / width if width else 0.5
        return self.start + share * (self.end - self.start)


@dataclass(slots=True)
class Drawing:
    """What has been drawn so far; ``text`` is the file."""

    title: str
    height: int = HEIGHT
    parts: list[str] = field(default_factory=list)

    def line(self, points: Sequence[Point], colour: int) -> None:
        """Draw a line through ``points``, px."""
        self._path("l", colour, _run(points))

    def dots(self, points: Iterable[Point], colour: int) -> None:
        """Draw a dot at each of ``points``, px."""
        self._path("d", colour, "".join(f"M{_px(x)} {_px(y)}h0" for x, y in points))

    def boxes(
        self, boxes: Iterable[tuple[Point, Point]], *, colour: int, opacity: float = 1.0
    ) -> None:
        """Fill boxes, each its upper left corner and its size, px."""
        path = "".join(
            f"M{_px(x)} {_px(y)}h{_px(width)}v{_px(height)}h{_px(-width)}z"
            for (x, y), (width, height) in boxes
        )
        self._path("f", colour, path, opacity)

    def text(self, place: Point, text: str, *, anchor: str = "start", colour: int = -1) -> None:
        """Write ``text``, its base line at ``place``, px; in a colour it is a value's."""
        style = f' class="c{colour} t"' if colour >= 0 else ""
        x, y = place
        self.parts.append(
            f'<text{style} x="{_px(x)}" y="{_px(y)}" text-anchor="{anchor}">{escape(text)}</text>'
        )

    def rule(self, start: Point, end: Point) -> None:
        """Draw a line of the grid, px."""
        (x, y), (to_x, to_y) = start, end
        self.parts.append(f'<path class="g" d="M{_px(x)} {_px(y)}L{_px(to_x)} {_px(to_y)}"/>')

    def svg(self) -> str:
        """Return the file."""
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {self.height}"'
            f' role="img"><title>{escape(self.title)}</title><style>{STYLE}</style>'
        )
        return "\n".join([head, *self.parts, "</svg>"]) + "\n"

    def _path(self, style: str, colour: int, path: str, opacity: float = 1.0) -> None:
        if path:
            faint = f' opacity="{opacity:g}"' if opacity < 1 else ""
            self.parts.append(f'<path class="c{colour} {style}" d="{path}"{faint}/>')


def _run(points: Sequence[Point]) -> str:
    """Return a path through points, each as far as it is from the one before."""
    steps: list[str] = []
    before = (0, 0)
    for number, (x, y) in enumerate(points):
        tenths = round(x * 10), round(y * 10)
        if not number:
            steps.append(f"M{_tenths(tenths[0])} {_tenths(tenths[1])}l")
        elif tenths != before:
            gap = "" if steps[-1].endswith("l") else " "
            steps.append(f"{gap}{_tenths(tenths[0] - before[0])} {_tenths(tenths[1] - before[1])}")
        before = tenths
    return "".join(steps) if len(steps) > 1 else ""


def _px(value: float) -> str:
    return _tenths(round(value * 10))


def _tenths(value: int) -> str:
    sign = "-" if value < 0 else ""
    whole, tenth = divmod(abs(value), 10)
    return f"{sign}{whole}.{tenth}" if tenth else f"{sign}{whole}"
