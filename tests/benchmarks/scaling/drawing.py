"""Stories as one picture: what was done against the work, and dynos below, a column a story."""

from collections.abc import Sequence

from tests.benchmarks.scaling.stories import Compared

WIDTH, HEIGHT, GAP, LEFT, TOP = 400, 150, 70, 60, 60  # px of a panel, and around it
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #586474 }
.title { font-weight: 600; fill: #17202b }
.bad { fill: none; stroke: #b45309; stroke-width: 2 }
.good { fill: none; stroke: #0f766e; stroke-width: 2 }
.work { fill: none; stroke: #bcc4cf; stroke-width: 2; stroke-dasharray: 4 3 }
.axis { fill: none; stroke: #dfe3e9 }
"""


def picture(stories: Sequence[Compared]) -> str:
    """Return the picture as SVG."""
    width = len(stories) * (WIDTH + GAP) + LEFT
    height = TOP + 2 * (HEIGHT + GAP)
    body = [f"<style>{STYLE}</style>", '<rect width="100%" height="100%" fill="#ffffff"/>']
    for number, story in enumerate(stories):
        body += _column(story, x=LEFT + number * (WIDTH + GAP))
    body += _legend(y=height - 12)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" height="{height}" role="img">{"".join(body)}</svg>\n'
    )


def _column(story: Compared, *, x: int) -> list[str]:
    done = {"work": story.ours.work, "bad": story.throughput.done, "good": story.ours.done}
    dynos = {"bad": story.throughput.dynos, "good": story.ours.dynos}
    return [
        f'<text class="title" x="{x}" y="22">{story.title}</text>',
        *_panel(done, f"done, {story.work}", x=x, y=TOP),
        *_panel(dynos, "dynos", x=x, y=TOP + HEIGHT + GAP),
    ]


def _panel(lines: dict[str, Sequence[float]], name: str, *, x: int, y: int) -> list[str]:
    top = max(max(values) for values in lines.values())
    minutes = len(next(iter(lines.values()))) / 60
    drawn = [
        f'<path class="axis" d="M{x} {y}V{y + HEIGHT}H{x + WIDTH}"/>',
        f'<text x="{x}" y="{y - 8}">{name}</text>',
        f'<text x="{x - 6}" y="{y + 10}" text-anchor="end">{top:,.0f}</text>',
        f'<text x="{x - 6}" y="{y + HEIGHT}" text-anchor="end">0</text>',
        f'<text x="{x + WIDTH}" y="{y + HEIGHT + 16}" text-anchor="end">{minutes:.0f} min</text>',
    ]
    for kind, values in lines.items():
        points = " ".join(
            f"{x + WIDTH * at / len(values):.1f},{y + HEIGHT * (1 - value / top):.1f}"
            for at, value in _thinned(values)
        )
        drawn.append(f'<polyline class="{kind}" points="{points}"/>')
    return drawn


def _thinned(values: Sequence[float]) -> list[tuple[int, float]]:
    """Return the mean of each piece, at its middle; a piece is two pixels at least."""
    step = max(1, len(values) // (WIDTH // 2))
    pieces = [(at, values[at : at + step]) for at in range(0, len(values), step)]
    return [(at + step // 2, sum(piece) / len(piece)) for at, piece in pieces]


def _legend(*, y: int) -> list[str]:
    drawn, x = [], LEFT
    for kind, name in (("work", "what came"), ("bad", "by throughput"), ("good", "ours")):
        drawn.append(f'<path class="{kind}" d="M{x} {y - 4}h24"/>')
        drawn.append(f'<text x="{x + 30}" y="{y}">{name}</text>')
        x += 140
    return drawn
