"""What the product says of a run once it is over, read past the product: its log and its boards.

Rule: index rows by SQL, chunks from the object store, both directly; pyarrow reads the chunks.
"""

import io
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import psycopg
import pyarrow.parquet as parquet

from simulator import parse
from simulator.fleet import Fleet
from tests.chaos.seeding import SEED, definition, parts_of
from tests.chaos.size import Size
from web.runs.boards import ShardReport

COLUMNS = ["event", "mock", "id", "sequence", "sent", "result", "reason"]
READ_TRIES = 5  # while small chunks are merged into larger ones, which takes the small ones away
A_LITTLE = timedelta(seconds=15)  # before a tower's last word; what it had then may not be stored
NAMED = re.compile(r"records from (\d\d):(\d\d):(\d\d) UTC on")


@dataclass
class Device:
    """What the log holds of one mock: (number, moment, result) of sends; of moves and gaps why."""

    sends: list[tuple[int, datetime, str]] = field(default_factory=list)
    moves: list[tuple[int, str, datetime]] = field(default_factory=list)  # next number, why, when
    gaps: list[tuple[int, str, datetime]] = field(default_factory=list)  # the same


@dataclass
class Log:
    """A run's whole log, by device."""

    devices: dict[str, Device]
    records: int
    chunks: int
    bytes: int
    reasons: dict[str, int]  # of failed sends

    def acknowledged(self) -> set[tuple[str, int]]:
        return {
            (name, number)
            for name, device in self.devices.items()
            for number, _, result in device.sends
            if result == "acknowledged"
        }


def read_log(database: str, store: Any, bucket: str, run: str) -> Log:
    """Return the log of a run that has ended, by its code."""
    for _ in range(READ_TRIES):
        try:
            return _read(store, bucket, _keys(database, run))
        except store.exceptions.NoSuchKey:
            continue
    raise AssertionError("chunks that the index names are not in the object store")


def _keys(database: str, run: str) -> list[str]:
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT c.key FROM logs_chunk c JOIN runs_run r ON r.id = c.run_id WHERE r.code = %s",
            [run],
        )
        return [key for (key,) in rows]


def _read(store: Any, bucket: str, keys: list[str]) -> Log:
    devices: dict[str, Device] = defaultdict(Device)
    reasons: dict[str, int] = defaultdict(int)
    log = Log(devices, records=0, chunks=len(keys), bytes=0, reasons=reasons)
    for key in keys:
        data = store.get_object(Bucket=bucket, Key=key)["Body"].read()
        log.bytes += len(data)
        table = parquet.read_table(io.BytesIO(data), columns=COLUMNS)
        log.records += len(table)
        for row in table.to_pylist():
            device = devices[row["id"]]
            if row["event"] == "send":
                device.sends.append((row["sequence"], row["sent"], row["result"]))
                if row["result"] == "failed":
                    reasons[row["reason"]] += 1
            elif row["event"] in ("moved", "gap"):
                told = device.moves if row["event"] == "moved" else device.gaps
                told.append((row["sequence"], row["reason"], row["sent"]))
    return log


def unexplained(device: Device, arrived: set[int]) -> list[int]:
    """Return the numbers that are missing in a device's log though nothing in it says why.

    A number may be missing where its tower was lost: the record of the move says from when on. So
    it may where there was no room for its record: that of the gap says the same.

    Args:
        device: What the log holds.
        arrived: Numbers that the subscriber has of it.
    """
    sent_at = {number: at for number, at, _ in device.sends}
    told = [*device.moves, *device.gaps]
    losses = [(number, _named(why, at)) for number, why, at in told if NAMED.search(why)]
    found: list[int] = []
    before = 0
    for number in sorted({*sent_at, *arrived}):
        if number not in sent_at or number > before + 1:
            after = sent_at.get(number)
            gap = before + 1, number if after is None else number - 1
            found += _unexplained(gap, after, losses)
        before = number
    return found


def _unexplained(
    gap: tuple[int, int], after: datetime | None, losses: list[tuple[int, datetime]]
) -> list[int]:
    """Return what of a gap (its first and last number) no loss explains.

    ``after`` is the moment of the send that follows; None: none is known.
    """
    told = [first for first, since in losses if after is None or after >= since - A_LITTLE]
    begin = max(gap[0], max(told, default=0))
    return list(range(begin, gap[1] + 1))


def _named(why: str, at: datetime) -> datetime:
    """Return the moment from which on records may be missing, on the day of the move."""
    match = NAMED.search(why)
    assert match
    hour, minute, second = (int(part) for part in match.groups())
    moment = at.astimezone(UTC).replace(hour=hour, minute=minute, second=second, microsecond=0)
    return moment - timedelta(days=1) if moment > at + timedelta(hours=12) else moment


def read_statuses(database: str, run: str) -> list[str]:
    """Return the status of each mock in its last board, by number."""
    with psycopg.connect(database) as connection:
        rows = connection.execute(
            "SELECT b.data FROM runs_board b JOIN runs_shard s ON s.id = b.shard_id"
            " JOIN runs_run r ON r.id = s.run_id WHERE r.code = %s",
            [run],
        ).fetchall()
    found: dict[int, str] = {}
    for (data,) in rows:
        report = ShardReport.unpack(bytes(data))
        numbers, codes = report.mocks["number"].tolist(), report.mocks["status"].tolist()
        found |= {n: report.statuses[code] for n, code in zip(numbers, codes, strict=True)}
    return [found[number] for number in sorted(found)]


def expected_statuses(size: Size) -> list[str]:
    """Return the status that each mock is in after its course, in virtual time, undisturbed."""
    document = parse(definition(every=size.every, course=size.course))
    found: list[str] = []
    first = 0
    for count in parts_of(size.mocks, size.parts):
        fleet = Fleet(
            document, first=first, count=count, total=size.mocks, base=first, size=count, seed=SEED
        )
        for t in np.arange(0.0, size.course + 2.0):
            due = fleet.due(float(t))
            if due.connect:
                fleet.connected(due.connect, float(t))
        found += [fleet.statuses[code] for code in fleet.status.tolist()]
        first += count
    return found
