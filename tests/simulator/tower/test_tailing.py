"""A shard's snapshots hold copies of what somebody watches, a second after it was settled."""

import logging

import pytest

from simulator.recording import Watch
from tests.simulator.tower.staging import EPOCH, Broker, Theatre, assignment, play

MICROSECONDS = 1_000_000


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def watched(theatre: Theatre) -> list[tuple[float, dict]]:
    """Return the copies, and when a snapshot told of each; s since the run's start."""
    return [(at, copy) for at, snapshot in theatre.told for copy in snapshot.tail]


def test_what_a_watched_mock_sends_is_told_within_a_second() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower.add(assignment())
        theatre.tower.watch("a", Watch(frozenset({3})))

        await theatre.tower.run(each_second=theatre.each_second)

        copies = watched(theatre)
        sends = [row for row in theatre.records() if row["mock"] == 3]
        assert len(copies) == len(sends) > 8
        assert {copy["id"] for _, copy in copies} == {"s-3"}
        assert all(at - (copy["settled"] / MICROSECONDS - EPOCH) <= 1.1 for at, copy in copies)

    play(main)


def test_nothing_is_copied_for_nobody() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower.add(assignment())
        theatre.tower.watch("a", Watch(frozenset({3})))
        theatre.loop.call_later(
            4.5, lambda: (theatre.tower.watch("a", None), theatre.tower.watch("gone", None))
        )

        await theatre.tower.run(each_second=theatre.each_second)

        assert 0 < max(at for at, _ in watched(theatre)) < 5

    play(main)


def test_records_with_a_watched_reason_are_told_of_all_mocks() -> None:
    async def main() -> None:
        theatre = Theatre(Broker(refuses=frozenset({2, 5})))
        theatre.tower.add(assignment())
        theatre.tower.watch("a", Watch(reasons=frozenset({"connection refused"})))

        await theatre.tower.run(each_second=theatre.each_second)

        assert {copy["reason"] for _, copy in watched(theatre)} == {"connection refused"}
        assert {copy["mock"] for _, copy in watched(theatre)} == {2, 5}

    play(main)
