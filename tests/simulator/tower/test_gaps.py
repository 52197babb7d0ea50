"""What a log cannot take is told in the log itself, in virtual time."""

import logging
from collections.abc import Callable
from typing import Any

import pytest

from simulator.recording import spool
from simulator.tower import Resume
from tests.simulator.tower.relay import Relay
from tests.simulator.tower.staging import Theatre, play

WHY = "could not be stored, and found no room"


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def outage(theatre: Theatre, begin: float, end: float) -> None:
    """Let the store take nothing for a while, s of the loop."""
    theatre.loop.call_at(begin, setattr, theatre, "outage", OSError("the store is away"))
    theatre.loop.call_at(end, setattr, theatre, "outage", None)


def gaps(relay: Relay) -> list[dict[str, Any]]:
    return [record for record in relay.records() if record["event"] == "gap"]


def missing(relay: Relay) -> list[tuple[int, int]]:
    """Return (mock, number) of what arrived and has no record."""
    known = {(r["mock"], r["sequence"]) for r in relay.records() if r["event"] == "send"}
    return sorted((p.row, p.sequence) for p in relay.broker.got if (p.row, p.sequence) not in known)


def handed_over(relay: Relay) -> Callable[[], Any]:
    """Return what runs a tower that is told to end while the store is away, and the next one."""

    async def main() -> None:
        theatre = relay.theatre()
        outage(theatre, 8.0, 60.0)
        theatre.loop.call_at(12.0, theatre.tower.hand_over)
        await theatre.run(relay.given)
        last = theatre.last()
        assert last.dropped > 0
        await relay.then(Resume(checkpoint=last.checkpoint, at=last.t))

    return main


def test_what_found_no_room_is_told_in_each_log_once_there_is_room(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(spool, "MAX_WAITING_ROWS", 100)
    monkeypatch.setattr(spool, "MAX_WAITING_BYTES", 1)
    relay = Relay(duration=60.0)

    async def main() -> None:
        theatre = relay.theatre()
        outage(theatre, 5.0, 30.0)
        await theatre.run(relay.given)

    play(main)

    lost = missing(relay)
    assert len(lost) == relay.theatres[0].last().dropped > 0
    told = gaps(relay)
    assert [record["mock"] for record in told] == list(range(10))
    for record in told:
        assert WHY in record["reason"]
        assert record["reason"].startswith("records from 22:13:")
        numbers = [number for mock, number in lost if mock == record["mock"]]
        assert max(numbers) < record["sequence"]


def test_what_a_tower_cannot_store_at_its_end_is_told_by_the_next_one() -> None:
    relay = Relay(duration=30.0)

    play(handed_over(relay))

    lost, told = missing(relay), gaps(relay)
    assert len(lost) > 10
    assert [record["mock"] for record in told] == list(range(10))
    assert f"{relay.theatres[0].last().dropped:,} of the 10 mocks" in told[0]["reason"]
    assert relay.theatres[1].last().dropped == relay.theatres[0].last().dropped


def test_a_log_that_lost_nothing_tells_of_no_gap() -> None:
    relay = Relay(duration=30.0)

    async def main() -> None:
        theatre = relay.theatre()
        outage(theatre, 5.0, 15.0)
        await theatre.run(relay.given)

    play(main)

    assert missing(relay) == gaps(relay) == []


def test_a_tower_that_hands_over_waits_for_a_store_that_comes_back() -> None:
    relay = Relay(duration=30.0)

    async def main() -> None:
        theatre = relay.theatre()
        outage(theatre, 8.0, 23.0)
        theatre.loop.call_at(12.0, theatre.tower.hand_over)
        await theatre.run(relay.given)
        last = theatre.last()
        assert last.dropped == 0
        await relay.then(Resume(checkpoint=last.checkpoint, at=last.t))

    play(main)

    assert missing(relay) == gaps(relay) == []
