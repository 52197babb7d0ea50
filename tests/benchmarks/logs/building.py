"""Builds chunks in processes of their own, which know nothing of Django."""

import time
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

from simulator.recording.chunks import Chunk, build_chunk
from simulator.recording.roster import Roster
from tests.benchmarks.logs.records import block_of

SHARD = 1_000  # mocks
EACH = 36  # records of a mock in a chunk: some 1.6 MB together, as merged chunks are
START = 1_800_000_000  # Unix s
EVERY = 5.0  # s between two records of a mock
RARE = "disk full"  # the reason of a few failures, in one chunk alone


def build(job: tuple[int, int, Path]) -> tuple[Chunk, str, float]:
    """Write one chunk to the store; return it without its bytes, its key, and s of CPU."""
    number, piece, store = job
    block = block_of(SHARD, EACH, start=START + piece * EACH * EVERY, every=EVERY, seed=number)
    if (number, piece) == (7, 3):
        block = replace(block, reasons=[reason and RARE for reason in block.reasons])
    began = time.process_time()
    chunk = build_chunk(f"{number}", piece, [block], roster(number))
    took = time.process_time() - began
    key = f"log/{number}/1-{piece:06d}-{uuid4().hex[:6]}.parquet"
    path = store / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(chunk.data)
    return replace(chunk, data=b"PAR1" + chunk.data[-8:]), f"{len(chunk.data)}:{key}", took


def roster(number: int) -> Roster:
    """Return who the mocks of a shard are."""
    first = number * SHARD
    names = [f"dev-{index:06d}" for index in range(first, first + SHARD)]
    return Roster(first, names, ("running", "alarm"))
