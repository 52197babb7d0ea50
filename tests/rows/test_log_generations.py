"""The log pipeline: all good columns of the generations before it at once, and none of the bad.

Rule: records are made by the real writer; where objects matter they lie in a real object store.
"""

import io
import sys
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pyarrow.parquet as pq
import pytest
import zstandard
from django.db import DatabaseError
from django.utils import timezone

from simulator import Chunk, Lot
from tests.simulator.tower.staging import EPOCH, Theatre, assignment, lot, play
from tests.web.logs.conftest import store_chunk
from web.logs import models as logs
from web.logs.writing import Filing
from web.platform import clock, storage

SENSOR = """
name: Sensor
id: "s-{index:04d}"
metrics:
  temperature: {walk: {start: 4, step: 0.2}}
  humidity: {uniform: {min: 30, max: 60}}
messages:
  telemetry:
    every: 1s
    topic: "plants/{id}/telemetry"
    qos: 1
    json: {id: "{id}", at: "{now:iso}", seq: "{seq}", t: "{temperature:.1f}", h: "{humidity:.1f}"}
"""
OUTAGE = storage.StorageUnavailable("the object store does not answer")
AT_MOST = 5.0  # s after it was settled that a record is in the store


class Stage(Theatre):
    """A tower in virtual time that notes when each chunk was written."""

    def __init__(self) -> None:
        super().__init__()
        self.written: list[tuple[float, Chunk]] = []  # s since the start
        self.tries = 0

    def _write(self, chunk: Chunk) -> None:
        self.tries += 1
        super()._write(chunk)
        self.written.append((self.loop.time(), chunk))


def staged(acts: Callable[[Stage], Coroutine[Any, Any, None]]) -> Stage:
    """Play one tower from its begin to its end, and return it."""
    stages: list[Stage] = []

    async def main() -> None:
        stages.append(Stage())
        await acts(stages[0])

    play(main)
    return stages[0]


def plain(
    count: int = 10, *, duration: float = 30.0, outage: tuple[float, float] = (0, 0)
) -> Stage:
    """Run sensors; the store is away between the two times of ``outage``."""

    async def acts(stage: Stage) -> None:
        begin, end = outage
        if end:
            stage.loop.call_at(begin, setattr, stage, "outage", OUTAGE)
            stage.loop.call_at(end, setattr, stage, "outage", None)
        given = lot(SENSOR, count=count, duration=duration)
        await stage.run(assignment(lot=given, count=count))

    return staged(acts)


def rows_of(data: bytes) -> list[dict[str, Any]]:
    return list(pq.read_table(io.BytesIO(data)).to_pylist())


def numbers(stage: Stage) -> Counter[tuple[int, int]]:
    """Return how often each send, by mock and sequence number, is in the store."""
    sends = [each for each in stage.records() if each["event"] == "send"]
    return Counter((each["mock"], each["sequence"]) for each in sends)


def test_a_record_arrives_almost_in_real_time() -> None:
    stage = plain()

    waits = [
        at - (record["settled"].timestamp() - EPOCH)
        for at, chunk in stage.written
        for record in rows_of(chunk.data)
    ]

    assert len(waits) > 250
    assert max(waits) <= AT_MOST


def test_the_log_is_complete_after_the_store_was_away() -> None:
    stage = plain(outage=(3.0, 20.0))

    sent = Counter((parcel.row, parcel.sequence) for parcel in stage.broker.got)
    assert stage.tries > len(stage.written)
    assert numbers(stage) == sent
    assert len(sent) > 250
    assert stage.last().dropped == 0


def test_sending_is_asynchronous_and_waits_for_no_log() -> None:
    def sends(stage: Stage) -> list[tuple[int, int, float, bytes]]:
        return [(p.row, p.sequence, p.sent, p.payload) for p in stage.broker.got]

    well, badly = plain(), plain(outage=(1.0, 29.0))

    assert badly.tries > len(badly.written)
    assert sends(well) == sends(badly)


@pytest.mark.parts("s3")
def test_each_record_is_written_once(stored_run, stored_lease) -> None:
    stage = plain(duration=12.0)
    chunks = [replace(chunk, shard=stored_lease.name) for chunk in stage.chunks]

    filing = Filing(lambda _shard: (stored_lease, stored_run.prefix))
    for chunk in chunks:
        assert filing.put([chunk]) == [None]
        [refused] = filing.put([chunk])  # its answer was lost: the row is there already,
        assert isinstance(refused, DatabaseError)
        assert filing.put([chunk]) == [None]  # which the next try knows

    keys = [key for key in storage.keys(stored_run.prefix) if "/log/" in key]
    rows = [row for key in keys for row in rows_of(storage.get(key)) if row["event"] == "send"]
    assert len(keys) == len(chunks) == logs.Chunk.objects.count() > 1
    assert len(rows) == len({(row["mock"], row["sequence"]) for row in rows})
    assert len(rows) == len(stage.broker.got)


def test_bandwidth_is_small() -> None:
    stage = plain(200, duration=20.0)

    stored = sum(len(chunk.data) for chunk in stage.chunks)
    rows = sum(chunk.rows for chunk in stage.chunks)
    payloads = [parcel.payload for parcel in stage.broker.got]
    packed = len(zstandard.compress(b"".join(payloads)))
    assert rows > 3_000
    assert stored <= 40 * rows + packed
    assert stored < 0.8 * sum(map(len, payloads))


def test_a_steady_load_makes_few_requests_however_much_is_sent() -> None:
    little, much = plain(5, duration=20.0), plain(100, duration=20.0)

    assert len(much.broker.got) > 15 * len(little.broker.got)
    assert much.tries <= little.tries + 1
    assert much.tries <= 20.0 / 3.0


def test_nothing_has_to_be_sized_beforehand() -> None:
    sizing = {"shards", "capacity", "throughput", "partitions", "units"}
    stage = plain(1_000, duration=4.0)

    assert not sizing & set(Lot.model_fields)
    assert len(stage.broker.got) > 3_000
    assert sum(numbers(stage).values()) == len(stage.broker.got)
    assert stage.last().dropped == 0


@pytest.mark.parts("s3")
def test_old_logs_are_deleted_by_themselves(stored_run, stored_lease) -> None:
    old, new = (replace(chunk, shard=stored_lease.name) for chunk in plain(duration=6.0).chunks[:2])
    now = timezone.now()
    moments = {old: now - timedelta(days=91), new: now - timedelta(days=89)}
    for chunk, at in moments.items():
        moved = replace(chunk, first=at.timestamp(), last=at.timestamp())
        store_chunk(moved, lease=stored_lease, prefix=stored_run.prefix)

    for tick in clock.timetable():
        if tick.name == "web.logs.ticks.clean":
            tick.call()

    [kept] = logs.Chunk.objects.all()
    assert kept.number == new.number
    assert [key for key in storage.keys(stored_run.prefix) if "/log/" in key] == [kept.key]


# Python keeps such a hook until the process ends, so there is one, with a switch.
_opened: list[list[str]] = []


def _note(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "open" and _opened and set(str(arguments[1])) & set("wax+"):
        _opened[-1].append(str(arguments[0]))


@contextmanager
def files_written() -> Iterator[list[str]]:
    """Give the names of files that are opened to be written."""
    if not getattr(files_written, "is_on", False):
        sys.addaudithook(_note)
        files_written.is_on = True  # type: ignore[attr-defined]
    _opened.append([])
    try:
        yield _opened[-1]
    finally:
        _opened.pop()


def test_no_file_system_is_written(tmp_path) -> None:
    with files_written() as found:
        (tmp_path / "seen").write_text("by the hook")
    with files_written() as written:
        stage = plain(duration=8.0)

    assert found == [str(tmp_path / "seen")]
    assert stage.chunks
    assert written == []
