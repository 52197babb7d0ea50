"""Makes the log of a run: chunks as towers write and jobs merge them, and their index rows."""

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from django.utils import timezone
from pyarrow import parquet

from simulator.recording.block import Block
from simulator.recording.chunks import Chunk, build_chunk
from tests.benchmarks.logs.building import EACH, EVERY, RARE, SHARD, START, build, roster
from tests.benchmarks.logs.records import block_of
from web.accounts.models import Workspace
from web.logs import models
from web.logs.reading import Page, Query, find
from web.logs.rewriting import whole_of
from web.logs.writing import row_of
from web.runs.leasing import Lease
from web.runs.models import Run, Shard

MOCKS = 50_000
PROCESSES = 2
SECOND = timedelta(seconds=1)


@dataclass
class Made:
    """What was made, and what is asked of it."""

    run: Run
    mocks: int = MOCKS
    records: int = 0
    chunks: int = 0
    cpu: float = 0.0  # s
    end: float = START  # Unix s of the last record
    sizes: dict[str, tuple[int, int, int]] = field(default_factory=dict)  # whole, payload, rows

    def searches(self) -> dict[str, Callable[[int], Page]]:
        """Return searches by name; each takes the number of its round."""
        mock = partial(_mock, np.random.default_rng(5).integers(0, self.mocks, 1_000))
        middle = timezone.datetime.fromtimestamp((START + self.end) / 2, timezone.timezone.utc)
        run, hundred = self.run, {"limit": 100}
        return {
            "one mock's last 100": lambda n: find(run, Query(mocks=mock(n)), **hundred),
            "one mock's first 100": lambda n: find(
                run, Query(mocks=mock(n)), is_rising=True, **hundred
            ),
            "one mock's failures, 100": lambda n: find(
                run, Query(mocks=mock(n), results=("failed",)), **hundred
            ),
            "a rare reason in all mocks": lambda n: find(run, Query(reason=RARE), **hundred),
            "all failures, the last 50": lambda n: find(run, Query(results=("failed",))),
            "all mocks in one second in the middle, 50": lambda n: find(
                run, Query(since=middle + n * SECOND, until=middle + (n + 1) * SECOND)
            ),
            "all mocks, the last 50": lambda n: find(run),
            "a text in one mock's payloads, 50": lambda n: find(
                run, Query(mocks=mock(n), text=f'"t":{n}')
            ),
            "a text in all payloads, 50": lambda n: find(run, Query(text=f'"t":{n}')),
            "a text that nobody sent, one look": lambda n: find(run, Query(text=f"nobody {n}")),
        }


def _mock(mocks: Any, number: int) -> tuple[int, ...]:
    return (int(mocks[number]),)


def make(records: int, store: Path) -> Made:
    """Make so many records at least, below ``store``; return what they are."""
    workspace = Workspace.objects.create(name="Benchmark")
    run = Run.objects.create(
        workspace=workspace, name="Benchmark", mocks=MOCKS, duration=timedelta(days=1), seed=1
    )
    shards = Shard.objects.bulk_create(
        Shard(run=run, number=number, part=0, first=number * SHARD, count=SHARD, fence=1)
        for number in range(MOCKS // SHARD)
    )
    made = Made(run, sizes=sizes())
    slices = -(-records // (MOCKS * EACH))
    made.end = START + slices * EACH * EVERY
    jobs = [(shard.number, piece, store) for piece in range(slices) for shard in shards]
    with ProcessPoolExecutor(PROCESSES, get_context("spawn")) as pool:
        rows = []
        for (number, _, _), (chunk, key, took) in zip(jobs, pool.map(build, jobs), strict=True):
            rows.append(_row(run, shards[number], chunk, key))
            made.cpu += took
            made.records += chunk.rows
    models.Chunk.objects.bulk_create(rows, batch_size=500)
    made.chunks = len(rows)
    return made


def _row(run: Run, shard: Shard, chunk: Chunk, key: str) -> models.Chunk:
    size, _, name = key.partition(":")
    lease = Lease(shard.id, run.id, 0, shard.first, shard.count, "bench", 1)
    columns = row_of(chunk, lease) | {"size": int(size), "is_loose": False}
    return models.Chunk(**columns, key=name)


def sizes() -> dict[str, tuple[int, int, int]]:
    """Return what chunks of several kinds take: bytes, bytes of their payloads, records."""
    whole = list(blocks(1, EACH))
    small = list(blocks(15, 1))
    parts = [build_chunk("s", n, [block], roster(0)).data for n, block in enumerate(small)]
    return {
        "a chunk at full rate, 36,000 records": _size([_chunk(whole)]),
        "small ones, 1,000 records each": _size(parts),
        "15 small ones merged": _size([whole_of(parts).data]),
    }


def blocks(count: int, each: int) -> Iterator[Block]:
    """Yield blocks of one shard, one after the other, with so many records of each mock."""
    for number in range(count):
        start = START + number * each * EVERY
        yield block_of(SHARD, each, start=start, every=EVERY, seed=number)


def _chunk(some: list[Block]) -> bytes:
    return build_chunk("s", 0, some, roster(0)).data


def _size(chunks: list[bytes]) -> tuple[int, int, int]:
    whole = payload = rows = 0
    for data in chunks:
        metadata = parquet.read_metadata(pa.BufferReader(data))
        place = parquet.read_schema(pa.BufferReader(data)).get_field_index("payload")
        groups = [metadata.row_group(group) for group in range(metadata.num_row_groups)]
        payload += sum(group.column(place).total_compressed_size for group in groups)
        rows += metadata.num_rows
        whole += len(data)
    return whole, payload, rows
