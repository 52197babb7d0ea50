"""Mocks beyond a lot's size: which part they follow, and which numbers they have.

Rule: a pure function of the lot and of the sizes that were asked for, one after the other; so it is
the same in all shards, towers and runs with the same orders. What a lot has is never numbered anew.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter

from simulator.lot.order import Order
from simulator.lot.orders import Count

MAX_ADDITIONS = 200  # of one run; each has shards of its own


@dataclass(frozen=True, slots=True, kw_only=True)
class Addition:
    """Mocks of one part that a run has beyond its lot.

    They are neighbours of each other alone: what reads ``mock(index - 1)``, or a mean over all,
    reads these. Rows of datasets are dealt on where those ``before`` them end.
    """

    part: int  # position in the lot's parts
    first: int  # number of its first mock in the run
    count: int
    before: int  # mocks of the part with lower numbers


def additions(counts: Sequence[int], sizes: Sequence[int]) -> list[Addition]:
    """Return what a lot with parts of ``counts`` mocks has more of when it grows to ``sizes``.

    A size that is not above all before it adds nothing. Each new mock follows the part that has the
    fewest, measured by the lot; the first of several. Of one growth those of the first part come
    first. About 20 ms for 50,000 mocks.
    """
    have, size = list(counts), sum(counts)
    turns = [((2 * count + 1) / count, part) for part, count in enumerate(counts)]
    heapq.heapify(turns)
    found: list[Addition] = []
    for wanted in sizes:
        more = [0] * len(counts)
        for _ in range(wanted - size):
            part = turns[0][1]
            more[part] += 1
            turn = (2 * (have[part] + more[part]) + 1) / counts[part]
            heapq.heapreplace(turns, (turn, part))
        found += _numbered(more, have, size)
        have = [before + new for before, new in zip(have, more, strict=True)]
        size = max(size, wanted)
    return found


def sizes_of(orders: Sequence[Order]) -> list[int]:
    """Return how many mocks the orders of a lot have on, in the order of their moments."""
    return [each.mocks for each in sorted(orders, key=attrgetter("at")) if isinstance(each, Count)]


def _numbered(more: Sequence[int], have: Sequence[int], first: int) -> Iterator[Addition]:
    for part, (count, before) in enumerate(zip(more, have, strict=True)):
        if count:
            yield Addition(part=part, first=first, count=count, before=before)
            first += count
