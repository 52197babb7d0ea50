"""Records as mocks make them, as columns, thousands at once."""

from functools import cache

import numpy as np

from simulator.recording.block import Block

POOL = 200_000  # different payloads; each chunk takes others of them, in another order
FAILED = 0.005  # of the sends
MICROSECONDS = 1_000_000
FORM = (
    '{"t":%.2f,"humidity":%.1f,"pressure":%.1f,"position":{"lat":%.5f,"lon":%.5f},'
    '"firmware":"2.4.1","ok":true}'
)


@cache
def payloads() -> list[bytes]:
    """Return payloads of some 120 bytes with five values that are drawn."""
    drawn = np.random.default_rng(1).random((POOL, 5)) * [40, 100, 1_000, 180, 90]
    return [(FORM % tuple(row)).encode() for row in drawn.tolist()]


def block_of(mocks: int, each: int, *, start: float, every: float, seed: int) -> Block:
    """Return ``each`` records of each of ``mocks``, from ``start`` (Unix s) on, ``every`` s."""
    drawn = np.random.default_rng([seed, int(start)])
    count = mocks * each
    row = np.tile(np.arange(mocks, dtype=np.int32), each)
    turn = np.repeat(np.arange(each), mocks)
    offsets = drawn.random(mocks)[row] * every
    sent = ((start + turn * every + offsets) * MICROSECONDS).astype(np.int64)
    sent += drawn.integers(0, 900, count)
    failed = drawn.random(count) < FAILED
    first = int(drawn.integers(0, POOL))
    pool = payloads()
    texts = [pool[(first + place * 7) % POOL] for place in range(count)]
    before = int(start / every) - 360_000_000 + 1
    return Block(
        kind=np.zeros(count, np.uint8),
        row=row,
        sequence=(turn + before).astype(np.int64),
        status=np.zeros(count, np.uint8),
        outcome=np.where(failed, 3, 1).astype(np.uint8),
        scheduled=sent - drawn.integers(0, 4_000, count),
        planned=sent,
        sent=sent,
        settled=sent + drawn.integers(500, 20_000, count),
        written=np.ones(count, np.bool_),
        size=np.fromiter(map(len, texts), np.int64, count),
        messages=["telemetry"] * count,
        addresses=[f"plants/fukuoka/{mock}/telemetry" for mock in range(mocks)] * each,
        payloads=texts,
        reasons=["HTTP 503" if each else "" for each in failed.tolist()],
        devices=[""] * count,
    )
