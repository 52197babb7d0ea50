"""Runs cut into shards: slices of a part, small enough to spread and to hand over.

Rule: pure; whoever asked for the rows stores them.
"""

from collections.abc import Iterable, Iterator

import simulator
from web.runs.models import Run, Shard

SHARD_MOCKS = 1_000  # small enough to spread and to hand over, large enough for columns
SHARD_DEVICES = 10_000  # of gateways, with those behind them: a tenth of what one fleet takes

Piece = tuple[int, int, int]  # position of a part in the lot, number of the first mock, count


def shards_of(run: Run, lot: simulator.Lot) -> Iterator[Shard]:
    """Yield the shards of a new run: those of the lot, then those of what its orders add."""
    own = [(place, part.first, part.count) for place, part in enumerate(lot.parts)]
    yield from cut(run, lot, [*own, *pieces_of(lot.additions)], number=0)


def pieces_of(additions: Iterable[simulator.Addition]) -> list[Piece]:
    """Return what is to be cut of additions."""
    return [(each.part, each.first, each.count) for each in additions]


def cut(run: Run, lot: simulator.Lot, pieces: Iterable[Piece], *, number: int) -> Iterator[Shard]:
    """Yield equal slices of each piece, numbered from ``number`` on."""
    for part, begin, whole in pieces:
        rate = float(run.parts[part].get("rate", 0.0))
        for first, count in slices(begin, whole, most=most_of(lot.parts[part])):
            yield Shard(
                run=run, number=number, part=part, first=first, count=count, rate=count * rate
            )
            number += 1


def most_of(part: simulator.Part) -> int:
    """Return how many mocks of a part make a shard; gateways are fewer, by what is behind them."""
    children: dict[str, int] = part.document.get("children") or {}
    return max(1, min(SHARD_MOCKS, SHARD_DEVICES // (1 + children.get("count", 0))))


def slices(first: int, count: int, *, most: int = SHARD_MOCKS) -> Iterator[tuple[int, int]]:
    """Yield (first, count) of the fewest slices of at most ``most``, nearly equal."""
    pieces = -(-count // most)
    for piece in range(pieces):
        begin, end = count * piece // pieces, count * (piece + 1) // pieces
        yield first + begin, end - begin
