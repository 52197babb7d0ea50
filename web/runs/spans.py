"""When faults on purpose were in force, as shards tell it: packed, and all shards seen as one.

Rule: pure.
"""

from collections.abc import Iterable, Sequence
from math import inf
from typing import Any

from simulator import Span


def packed(spans: Iterable[Span]) -> list[list[Any]]:
    """Return spans for JSON, which knows no infinity."""
    return [[None if part == inf else part for part in span] for span in spans]


def unpacked(stored: Iterable[Sequence[Any]]) -> list[Span]:
    """Return the spans that :func:`packed` wrote."""
    return [Span._make(inf if part is None else part for part in span) for span in stored]


def summed(shards: Iterable[Iterable[Span]]) -> list[Span]:
    """Return the spans of all shards seen as one, by their beginning.

    Mocks are added. One that ended by hand ended at a slightly other moment in each shard: the last
    of them counts.
    """
    known: dict[tuple[str, int], Span] = {}
    for span in (span for spans in shards for span in spans):
        key = span.place, span.turn
        before = known.get(key)
        if before is not None:
            end, mocks = max(before.end, span.end), before.mocks + span.mocks
            span = before._replace(end=end, mocks=mocks)  # noqa: PLW2901 (the two as one)
        known[key] = span
    return sorted(known.values(), key=lambda span: (span.begin, span.place))
