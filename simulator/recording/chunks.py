"""Blocks of records to one Parquet chunk, sorted by mock and time.

Rule: this runs in the writer's thread.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TypeAlias

import numpy as np

from simulator.recording.block import MICROSECONDS, Block, Kind, Outcome, join
from simulator.recording.layout import ARROW_SCHEMA, COLUMNS
from simulator.recording.parquet import ParquetFile
from simulator.recording.roster import Roster
from simulator.recording.sheet import Sheet

# Records in a row group: one mock's log is read by whole groups, and each group costs about 2 kB
# of statistics.
ROW_GROUP = 4_096
# Different words of one kind that a chunk's contents name, and characters of one: more say nothing
# that would let a reader pass the chunk over, and would make its index row long.
MOST_NAMES = 32
MOST_LETTERS = 200
ZSTD_LEVEL = 1  # level 3 saves 4 % and takes twice as long on telemetry


Names: TypeAlias = tuple[str, ...] | None  # None: not known, or too many to say


@dataclass(frozen=True, slots=True)
class Contents:
    """What is in a chunk, so that who looks for a record can pass it over.

    ``mocks`` are the numbers of its first and last one, ``acknowledged`` counts sends. ``kinds``
    are the events and results that occur, ``reasons`` why sends failed and connections were lost,
    and what caused a change of status.
    """

    mocks: tuple[int, int] | None = None
    acknowledged: int = 0
    kinds: Names = None
    messages: Names = None
    statuses: Names = None
    reasons: Names = None


@dataclass(frozen=True, slots=True)
class Chunk:
    """A part of one shard's log, ready to be stored.

    ``number`` counts from 0 in the shard. ``sends`` and ``failed`` count sends among its ``rows``
    records. ``first`` and ``last`` are the Unix seconds of its earliest and latest record (its
    column ``sent``). ``data`` is Parquet (zstd) in ``RECORD_SCHEMA``.
    """

    shard: str
    number: int
    rows: int
    sends: int
    failed: int
    first: float
    last: float
    data: bytes
    contents: Contents = Contents()


def build_chunk(
    shard: str,
    number: int,
    blocks: Sequence[Block],
    roster: Roster,
    *,
    breathe: Callable[[], None] = lambda: None,
) -> Chunk:
    """Make the chunk of all records in ``blocks``, at least one.

    ``breathe`` is called after each row group, some 6 ms of CPU, and may let others have a turn.
    """
    kind, outcome, sent = (join(blocks, name) for name in ("kind", "outcome", "sent"))
    return Chunk(
        shard=shard,
        number=number,
        rows=len(kind),
        sends=int(np.count_nonzero(kind == Kind.SEND)),
        failed=int(np.count_nonzero(outcome == Outcome.FAILED)),
        first=float(sent.min()) / MICROSECONDS,
        last=float(sent.max()) / MICROSECONDS,
        data=_parquet(blocks, roster, breathe),
        contents=contents_of(blocks, roster),
    )


def contents_of(blocks: Sequence[Block], roster: Roster) -> Contents:
    """Return what is in some blocks, at least one."""
    kind, outcome, row = (join(blocks, name) for name in ("kind", "outcome", "row"))
    results = [Outcome(code) for code in np.unique(outcome) if code]
    events = [Kind(code) for code in np.unique(kind)]
    statuses = [roster.statuses[code] for code in np.unique(join(blocks, "status"))]
    return Contents(
        mocks=(roster.first + int(row.min()), roster.first + int(row.max())),
        acknowledged=int(np.count_nonzero(outcome == Outcome.ACKNOWLEDGED)),
        kinds=names_of(each.name.lower() for each in (*events, *results)),
        messages=names_of(chain.from_iterable(block.messages for block in blocks)),
        statuses=names_of(statuses),
        reasons=names_of(chain.from_iterable(block.reasons for block in blocks)),
    )


def names_of(values: Iterable[str]) -> Names:
    """Return the different ones that are not empty, in order; None when they are too many."""
    names = sorted(set(values) - {""})
    is_short = len(names) <= MOST_NAMES and all(len(name) <= MOST_LETTERS for name in names)
    return tuple(names) if is_short else None


def _parquet(blocks: Sequence[Block], roster: Roster, breathe: Callable[[], None]) -> bytes:
    """Write one row group after the other, each with dictionaries of its own.

    With one dictionary for all, each row group holds the ids and addresses of all mocks: measured
    with 10,000 of them and the 13 groups of 50,000 records, 14 bytes a record more.
    """
    sheet = Sheet(blocks, roster)
    file = ParquetFile(COLUMNS, level=ZSTD_LEVEL, metadata={"ARROW:schema": ARROW_SCHEMA})
    for start in range(0, len(sheet), ROW_GROUP):
        file.add(sheet.part(start, ROW_GROUP), min(ROW_GROUP, len(sheet) - start))
        breathe()
    return file.finish()
