"""Which small chunks of a shard become one: neighbours, as many as make a good size.

Rule: pure. Sizes are bytes of objects; merging again and again is kept to about twice.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from web.logs.models import Chunk

Place: TypeAlias = tuple[int, int]  # lease and number that somebody has read up to

LOOSE_BELOW = 1024 * 1024  # bytes; a smaller chunk is merged with its neighbours
TARGET = 1_500_000  # bytes that chunks have together when they are merged for good
MOST_ROWS = 100_000  # records of a merged chunk: some 150 MB while it is made
# Neighbours of one size class that are merged before they are enough for good: so that a shard that
# sends little has at most some dozens of small ones.
CROWD = 16
STEPS = (16 * 1024, 128 * 1024)  # bytes; where one class ends and the next begins


def is_loose(size: int, rows: int) -> bool:
    """Whether a chunk of so many bytes and records is to be merged with its neighbours."""
    return size < LOOSE_BELOW and rows < MOST_ROWS // 2


def groups(
    chunks: Sequence[Chunk], *, is_over: bool, places: Sequence[Place] = ()
) -> list[list[Chunk]]:
    """Return the groups of chunks that are to become one each, none with fewer than two.

    Args:
        chunks: All of one shard, in the order of lease and number.
        is_over: No more will come, so that what is left is merged however small.
        places: A group never reaches over one of these.
    """
    found = []
    for stretch in stretches(chunks, places):
        rest = stretch
        while group := full(rest):
            found.append(group)
            rest = rest[len(group) :]
        found += [rest] if is_over else crowds(rest)
    return [group for group in found if len(group) > 1]


def stretches(chunks: Sequence[Chunk], places: Sequence[Place]) -> Iterator[list[Chunk]]:
    """Yield the loose chunks that lie together, with no place between two of them."""

    def side(chunk: Chunk) -> tuple[bool, int]:
        end = (chunk.fence, chunk.through)
        return chunk.is_loose, sum(place < end for place in places)

    for (is_loose, _), together in groupby(chunks, side):
        if is_loose:
            yield list(together)


def full(chunks: Sequence[Chunk]) -> list[Chunk]:
    """Return the first ones that together are enough for good; nothing while they are not."""
    size = rows = 0
    for count, chunk in enumerate(chunks, 1):
        size, rows = size + chunk.size, rows + chunk.rows
        if size >= TARGET or rows >= MOST_ROWS:
            return list(chunks[:count])
    return []


def crowds(chunks: Sequence[Chunk]) -> list[list[Chunk]]:
    """Return neighbours of the least size class that are ``CROWD`` or more."""
    for limit in STEPS:
        found = [
            list(together)
            for is_small, together in groupby(chunks, lambda chunk: chunk.size < limit)  # noqa: B023
            if is_small
        ]
        if many := [group for group in found if len(group) >= CROWD]:
            return many
    return []
