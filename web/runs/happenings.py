"""What happened to a run's towers, for its timeline: a row each, and the table that people see.

Rule: rows are facts in words; what happened to many shards in one moment is told as one line.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models.functions import Now

from web.runs.leasing import Lease
from web.runs.models import Happening, HappeningKind, Run, Shard

TOGETHER = timedelta(seconds=10)  # what is this close, of one kind and tower, is one line
MOST_LINES = 100  # of a page; the oldest are left out
MOST_ROWS = 5_000  # that one page reads
MOST_WORDS = 500  # characters


def lost(shards: Iterable[Shard], *, heard: datetime, is_over: bool) -> None:
    """Note that the tower of some shards gave no sign of life any more; one statement."""
    kind = HappeningKind.GIVEN_UP if is_over else HappeningKind.LOST
    what = ", and the shard was not started again." if is_over else "."
    since = f"{heard:%H:%M:%S}"
    _note_all(
        _about(shard, kind, f"Tower {shard.tower} gave no sign of life since {since} UTC{what}")
        for shard in shards
    )


def ended(shard: Shard, *, words: str) -> None:
    """Note that a shard was ended without its tower."""
    _note_all([_about(shard, HappeningKind.GIVEN_UP, words)])


def moved(lease: Lease, *, gives_room: bool = False) -> None:
    """Note that a tower handed a shard over; inside of ``leasing.held``."""
    words = f"Tower {lease.tower} handed it over, with every message accounted for."
    if gives_room:
        words += " All towers are full, and a run that began nothing yet needed the room."
    _note_all([_of_lease(lease, HappeningKind.MOVED, words)])


def went_on(gaps: Mapping[Lease, float]) -> None:
    """Note that a tower goes on with shards, so many s after the last word of the one before; one
    statement."""
    _note_all(_went_on(lease, gap) for lease, gap in gaps.items())


def _went_on(lease: Lease, gap: float) -> Happening:
    words = f"Tower {lease.tower} went on after a gap of {gap:.0f} s: {lease.lost}."
    if not lease.lost:
        words = f"Tower {lease.tower} went on after {gap:.1f} s."
    return _of_lease(lease, HappeningKind.WENT_ON, words)


def _about(shard: Shard, kind: HappeningKind, words: str) -> Happening:
    return Happening(
        run_id=shard.run_id,
        kind=kind,
        at=Now(),
        shard=shard.number,
        mocks=shard.count,
        tower=shard.tower,
        words=words[:MOST_WORDS],
    )


def _of_lease(lease: Lease, kind: HappeningKind, words: str) -> Happening:
    return Happening(
        run_id=lease.run,
        kind=kind,
        at=Now(),
        shard=lease.number,
        mocks=lease.count,
        tower=lease.tower,
        words=words[:MOST_WORDS],
    )


def _note_all(rows: Iterable[Happening]) -> None:
    Happening.objects.bulk_create(rows)


@dataclass(slots=True)
class Line:
    """What happened to some shards of a run together."""

    at: datetime  # the first of them
    kind: str
    label: str
    tower: str
    words: str
    mocks: int = 0
    shards: list[int] = field(default_factory=list)


def lines(run: Run) -> list[Line]:
    """Return what happened to a run, newest first, at most ``MOST_LINES``."""
    rows = Happening.objects.filter(run=run).order_by("-at", "-id")[:MOST_ROWS]
    told = together(reversed(rows))
    return told[::-1][:MOST_LINES]


def together(rows: Iterable[Happening]) -> list[Line]:
    """Return rows, oldest first, as lines: those of one kind and tower, close in time, in one."""
    told: list[Line] = []
    open_lines: dict[tuple[str, str], Line] = {}
    for row in rows:
        key = (row.kind, row.tower)
        line = open_lines.get(key)
        if line is None or row.at - line.at > TOGETHER:
            label = HappeningKind(row.kind).label
            line = open_lines[key] = Line(row.at, row.kind, label, row.tower, row.words)
            told.append(line)
        line.mocks += row.mocks
        if row.shard is not None:
            line.shards.append(row.shard)
    return told
