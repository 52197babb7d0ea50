"""A lot's pace at work in a tower, in virtual time."""

import asyncio
from collections import Counter

import pytest

from simulator.lot.pace import Pace
from tests.simulator.tower.staging import EPOCH, Theatre, assignment, lot, play


def stall(theatre: Theatre, *, at: float, seconds: float) -> None:
    """Have the loop do nothing else for a while, as a busy machine does."""

    def hold() -> None:
        theatre.loop._selector.now += seconds  # type: ignore[attr-defined]

    theatre.loop.call_at(at, hold)


def test_a_stalled_generator_says_so_with_tower_and_moment() -> None:
    async def main() -> None:
        theatre = Theatre()
        stall(theatre, at=4.2, seconds=2.0)

        await theatre.run()

        limited = theatre.last().limited
        assert limited is not None
        assert limited.tower == "test"
        assert EPOCH + 4 <= limited.since <= EPOCH + 7
        assert limited.lateness == pytest.approx(2.0, abs=0.2)
        assert theatre.total().limited == limited.seconds
        assert theatre.total().latency.maximum < 0.1, "no latency of the target's"

    play(main)


def test_a_generator_in_time_says_nothing() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run()

        assert theatre.last().limited is None
        assert theatre.total().limited == theatre.total().skipped == 0

    play(main)


def test_what_is_skipped_is_recorded_as_failed_with_the_reason() -> None:
    async def main() -> None:
        theatre = Theatre()
        stall(theatre, at=4.2, seconds=3.0)
        pace = Pace.model_validate({"late": {"skip_after": "1s"}})

        await theatre.run(assignment(lot=lot(pace=pace)))

        total = theatre.total()
        reasons = Counter(row["reason"] for row in theatre.records() if row["event"] == "send")
        text = "skipped: the generator was late by more than 1 s"
        assert total.skipped == total.failed == reasons[text] >= 15
        assert total.due == total.acknowledged + total.failed
        assert total.lateness.maximum <= 1.1

    play(main)


def test_a_lot_sends_no_faster_than_its_cap_and_settles_what_still_waits() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(lot=lot(pace=Pace(send_rate=4))))

        total = theatre.total()
        assert 36 <= total.acknowledged <= 42
        assert total.due == total.acknowledged + total.failed > 90
        assert theatre.last().limited is None, "a cap is no lateness"
        reasons = {row["reason"] for row in theatre.records() if row["result"] == "failed"}
        assert reasons == {"run ended with the message waiting for the lot's send rate"}

    play(main)


def test_shards_have_their_share_of_the_cap() -> None:
    async def main() -> None:
        theatre = Theatre()
        whole = lot(count=10, pace=Pace(send_rate=5))

        await theatre.run(
            assignment("a", lot=whole, first=0, count=4),
            assignment("b", lot=whole, first=4, count=6),
        )

        assert theatre.total("a").acknowledged == pytest.approx(20, abs=2)
        assert theatre.total("b").acknowledged == pytest.approx(30, abs=2)

    play(main)


def test_caps_do_not_change_what_is_in_a_message() -> None:
    sent: list[dict[bytes, str]] = []

    async def main(pace: Pace) -> None:
        theatre = Theatre()
        await theatre.run(assignment(lot=lot(pace=pace, duration=5.0)))
        sent.append({parcel.payload: parcel.address for parcel in theatre.broker.got})

    for pace in (Pace(), Pace(mock_rate=0.8), Pace(send_rate=7)):
        play(lambda pace=pace: main(pace))  # type: ignore[misc]

    free, own, whole = sent
    assert own.items() < free.items()
    assert whole.items() < free.items()


def test_a_mock_that_connects_again_is_counted_as_such() -> None:
    async def main() -> None:
        theatre = Theatre()
        loop = asyncio.get_running_loop()
        loop.call_at(3.0, lambda: theatre.exchanges[0].lose(2))
        loop.call_at(4.0, lambda: theatre.exchanges[0].regain(2))

        await theatre.run()

        assert (theatre.total().connects, theatre.total().reconnects) == (11, 1)

    play(main)


def test_bytes_on_the_wire_are_counted_in_each_second() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run()

        total = theatre.total()
        assert total.wire_out == sum(len(parcel.payload) for parcel in theatre.broker.got) > 0

    play(main)


def test_an_exchange_is_told_its_share_of_the_connections() -> None:
    async def main() -> None:
        theatre = Theatre()
        whole = lot(count=10, pace=Pace(connect_rate=50))

        await theatre.run(assignment("a", lot=whole, count=4))

        assert theatre.exchanges[0].connect_rate == pytest.approx(20)

    play(main)
