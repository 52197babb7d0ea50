"""What the tests of runs have, and records that are stored as a tower stores them."""

import io
from collections.abc import Callable, Sequence
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from simulator import Chunk
from simulator.recording.chunks import Contents, names_of
from simulator.recording.schema import RECORD_SCHEMA
from tests.web.runs.conftest import *  # noqa: F403 (fixtures are found by their names)
from tests.web.runs.conftest import START
from web.logs.reading import finding
from web.logs.writing import Filing
from web.runs.leasing import Lease, lease_shards

SECOND = 1_000_000  # µs


def store_chunk(chunk: Chunk, *, lease: Lease, prefix: str) -> None:
    """Store a chunk as a tower that holds the lease does."""
    [problem] = Filing(lambda _shard: (lease, prefix)).put([chunk])
    if problem:
        raise problem


def record(mock: int, sequence: int | None, *, at: float, **changes: Any) -> dict[str, Any]:
    """Return an acknowledged send of a mock, ``at`` seconds after the start, answered in 12 ms."""
    sent = int((START + at) * SECOND)
    values = {
        "event": "send",
        "mock": mock,
        "id": f"f-{mock:03d}",
        "sequence": sequence,
        "status": "running",
        "message": "telemetry",
        "address": f"fridges/f-{mock:03d}",
        "payload": b'{"t": 4.5}',
        "scheduled": sent - 1_000,
        "sent": sent,
        "settled": sent + 12_000,
        "result": "acknowledged",
        "reason": None,
    }
    return values | changes


def parquet_of(
    records: list[dict[str, Any]], *, row_group: int = 4_096, without: Sequence[str] = ()
) -> bytes:
    """Return records as a chunk's bytes, sorted by mock and time, perhaps of fewer columns."""
    ordered = sorted(records, key=lambda each: (each["mock"], each["sent"]))
    plain = pa.schema(
        [(f.name, pa.string() if pa.types.is_dictionary(f.type) else f.type) for f in RECORD_SCHEMA]
    )
    table = pa.Table.from_pylist(ordered, schema=plain).cast(RECORD_SCHEMA)
    sink = io.BytesIO()
    parquet.write_table(table.drop_columns(list(without)), sink, row_group_size=row_group)
    return sink.getvalue()


def contents_of(records: list[dict[str, Any]]) -> Contents:
    """Return what a tower would say of such a chunk."""
    mocks = [each["mock"] for each in records]
    return Contents(
        mocks=(min(mocks), max(mocks)),
        acknowledged=sum(each["result"] == "acknowledged" for each in records),
        kinds=names_of(each[name] or "" for each in records for name in ("event", "result")),
        messages=names_of(each["message"] or "" for each in records),
        statuses=names_of(each["status"] for each in records),
        reasons=names_of(each["reason"] or "" for each in records),
    )


@pytest.fixture(autouse=True)
def _no_look_takes_long(monkeypatch) -> None:
    """A look ends at its s too, which are not over because the machine is busy."""
    monkeypatch.setitem(finding.find.__kwdefaults__, "clock", lambda: 0.0)


@pytest.fixture
def lease(run) -> Lease:
    [taken] = lease_shards("tower-1", room=10_000)
    return taken


@pytest.fixture
def store(run, lease, object_store) -> Callable[..., None]:
    """Return a function that stores records as the next chunk of the run's shard.

    ``is_again``: it was tried before, and the tower does not know what became of it.
    """
    numbers = iter(range(1_000))
    filing = Filing(lambda _shard: (lease, run.prefix))

    def stored(
        records: list[dict[str, Any]],
        *,
        row_group: int = 4_096,
        number: int | None = None,
        is_again: bool = False,
    ) -> None:
        times = [each["sent"] / SECOND for each in records]
        chunk = Chunk(
            shard=lease.name,
            number=next(numbers) if number is None else number,
            rows=len(records),
            sends=sum(each["event"] == "send" for each in records),
            failed=sum(each["result"] == "failed" for each in records),
            first=min(times),
            last=max(times),
            data=parquet_of(records, row_group=row_group),
            contents=contents_of(records),
        )
        if is_again:
            object_store.is_down = True
            filing.put([chunk])
            object_store.is_down = False
        assert filing.put([chunk]) == [None]

    return stored
