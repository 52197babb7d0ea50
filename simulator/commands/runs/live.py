"""What a terminal shows while a run goes on: one table, drawn anew each second.

Rule: made from ``Progress`` alone; a terminal that is too narrow loses columns, never figures.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from simulator.commands.summary import SHARES, Progress
from simulator.recording import Histogram

MOST_REASONS = 8  # lines of reasons; more would push the figures off a small terminal


class Screen:
    """The table on standard error."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def show(self, progress: Progress, elapsed: float) -> None:
        """Draw the figures; ``elapsed`` in s since the start."""
        self._live.update(picture(progress, elapsed), refresh=True)


@contextmanager
def screen() -> Iterator[Screen]:
    """Open the table; it is taken away in the end, when the summary says it all."""
    with Live(console=Console(stderr=True), auto_refresh=False, transient=True) as live:
        yield Screen(live)


def picture(progress: Progress, elapsed: float) -> Group:
    """Return all that the screen shows."""
    done = min(elapsed, progress.duration)
    bar = ProgressBar(total=progress.duration, completed=done, width=40)
    left = progress.duration - done
    head = Table.grid(padding=(0, 2))
    head.add_row(Text("running" if left > 0 else "ending"), bar, Text(f"{left:,.0f} s left"))
    parts: list[RenderableType] = [head, _figures(progress), _times(progress)]
    if progress.notice:
        parts.append(Text(progress.notice, style="bold yellow"))
    reasons = progress.reasons(MOST_REASONS)
    return Group(*parts, *(Text(f"{count:>9,}  {text}", style="red") for text, count in reasons))


def _figures(progress: Progress) -> Table:
    total, recent = progress.total, progress.recent
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    cells = {
        "connected": f"{progress.connected:,} of {progress.mocks:,}",
        "messages/s": f"{recent.delivered:,}",
        "due": f"{total.due:,}",
        "sent": f"{total.sent:,}",
        "acknowledged": f"{total.acknowledged:,}",
        "failed": f"{total.failed:,}",
        "lost": f"{total.losts:,}",
        "MB out": f"{(total.wire_out or total.bytes) / 1e6:,.1f}",
    }
    for name in cells:
        table.add_column(name, justify="right", header_style="dim")
    table.add_row(*cells.values())
    return table


def _times(progress: Progress) -> Table:
    """Latency and lateness: of the last second, and of all."""
    table = Table(box=None, padding=(0, 2), pad_edge=False)
    table.add_column("ms", header_style="dim")
    for share in SHARES:
        table.add_column(f"p{share:g}", justify="right", header_style="dim")
    table.add_column("max", justify="right", header_style="dim")
    for name, histogram in (
        ("latency, now", progress.recent.latency),
        ("latency", progress.total.latency),
        ("end to end", progress.total.end_to_end),
        ("lateness, now", progress.recent.lateness),
        ("lateness", progress.total.lateness),
    ):
        if histogram.total:
            table.add_row(name, *_milliseconds(histogram))
    return table


def _milliseconds(histogram: Histogram) -> list[str]:
    values = [histogram.percentile(share) or 0.0 for share in SHARES] + [histogram.maximum]
    return [f"{value * 1e3:,.1f}" for value in values]
