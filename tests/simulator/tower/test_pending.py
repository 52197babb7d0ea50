"""Shards that wait to begin, and what was ordered of them."""

from simulator.tower.pending import Pending
from tests.simulator.tower.staging import assignment


def waiting() -> Pending:
    """One shard that waits, of which something was ordered."""
    pending = Pending()
    pending.put(assignment(shard="a"))
    pending.order("a", lambda shard: shard.stop())
    return pending


def test_what_was_ordered_is_told_once() -> None:
    pending = waiting()

    assert [len(pending.orders("a")) for _ in range(2)] == [1, 0]


def test_nothing_is_kept_for_a_shard_that_is_not_begun() -> None:
    pending = waiting()

    pending.drop("a")

    pending.put(assignment(shard="a"))  # which comes back
    assert pending.orders("a") == []


def test_nothing_is_kept_where_none_is_begun() -> None:
    pending = waiting()

    pending.clear()

    assert not pending
    assert pending.orders("a") == []
