"""Blocks of records to one Parquet chunk, sorted by mock and time.

Rule: this runs in the writer's thread.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from simulator.recording.block import MICROSECONDS, Block, Kind, Outcome, join
from simulator.recording.layout import ARROW_SCHEMA, COLUMNS
from simulator.recording.parquet import ParquetFile
from simulator.recording.roster import Roster
from simulator.recording.sheet import Sheet

# Records in a row group: one mock's log is read by whole groups, and each group costs about 2 kB
# of statistics.
ROW_GROUP = 4_096
ZSTD_LEVEL = 1  # level 3 saves 4 % and takes twice as long on telemetry


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


def build_chunk(shard: str, number: int, blocks: Sequence[Block], roster: Roster) -> Chunk:
    """Make the chunk of all records in ``blocks``, at least one."""
    kind, outcome, sent = (join(blocks, name) for name in ("kind", "outcome", "sent"))
    return Chunk(
        shard=shard,
        number=number,
        rows=len(kind),
        sends=int(np.count_nonzero(kind == Kind.SEND)),
        failed=int(np.count_nonzero(outcome == Outcome.FAILED)),
        first=float(sent.min()) / MICROSECONDS,
        last=float(sent.max()) / MICROSECONDS,
        data=_parquet(blocks, roster),
    )


def _parquet(blocks: Sequence[Block], roster: Roster) -> bytes:
    """Write one row group after the other, each with dictionaries of its own.

    With one dictionary for all, each of the 13 row groups of 50,000 records holds the ids and
    addresses of all mocks: with 10,000 of them 14 bytes a record more.
    """
    sheet = Sheet(blocks, roster)
    file = ParquetFile(COLUMNS, level=ZSTD_LEVEL, metadata={"ARROW:schema": ARROW_SCHEMA})
    for start in range(0, len(sheet), ROW_GROUP):
        file.add(sheet.part(start, ROW_GROUP), min(ROW_GROUP, len(sheet) - start))
    return file.finish()
