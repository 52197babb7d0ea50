"""A lot's pace at work in a tower, in virtual time."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Any

import pytest

from simulator.lot.pace import Pace
from simulator.tower import Assignment
from simulator.tower.alarm import TICK
from simulator.transports import Identity, Parcel
from tests.simulator.tower.staging import (
    EPOCH,
    Broker,
    PaperExchange,
    Theatre,
    assignment,
    lot,
    play,
)


def stall(theatre: Theatre, *, at: float, seconds: float) -> None:
    """Have the loop do nothing else for a while, as a busy machine does."""

    def hold() -> None:
        theatre.loop._selector.now += seconds  # type: ignore[attr-defined]

    theatre.loop.call_at(at, hold)


class CostlyExchange(PaperExchange):
    """Takes time for what it is handed: for each write, whatever is in it."""

    COST = 0.00013  # s

    def send(self, row: int, parcel: Parcel) -> None:
        asyncio.get_running_loop()._selector.now += self.COST  # type: ignore[attr-defined]
        super().send(row, parcel)

    def send_all(self, row: int, parcels: Sequence[Parcel]) -> None:
        asyncio.get_running_loop()._selector.now += self.COST  # type: ignore[attr-defined]
        for parcel in parcels:
            super().send(row, parcel)


def busy(rate: float, **fields: Any) -> Assignment:
    """A hundred mocks that send ``rate`` messages/s in all."""
    whole = lot(count=100, **fields)
    part = whole.parts[0].model_copy(update={"rate": rate / 100})
    return assignment(lot=whole.model_copy(update={"parts": [part]}), count=100)


def test_a_tower_that_is_busy_three_quarters_of_its_time_is_no_later_than_two_ticks() -> None:
    async def main() -> None:
        theatre = Theatre(make_exchange=costly)

        await theatre.run(busy(5_800, duration=0.5))

        assert theatre.total().lateness.total > 2_500
        assert theatre.total().lateness.percentile(99) < 2 * TICK

    play(main)


def test_a_tower_that_has_more_to_do_than_it_can_joins_what_each_mock_has() -> None:
    async def main() -> None:
        theatre = Theatre(make_exchange=costly)

        await theatre.run(busy(16_000, duration=0.4))

        total = theatre.total()
        assert total.lateness.total > 6_000
        assert total.lateness.total / 0.4 > 1.5 / CostlyExchange.COST, "one write a message"

    play(main)


def test_sends_that_are_late_already_leave_time_for_mocks_that_are_being_connected() -> None:
    async def main() -> None:
        theatre = Theatre(make_exchange=partial(costly, kind=SlowlyConnecting))

        await theatre.run(busy(8_000, duration=1.6))

        sends = [
            row["sent"].timestamp() - EPOCH for row in theatre.records() if row["event"] == "send"
        ]
        while_opening = sum(0.4 <= at < 0.9 for at in sends)
        afterwards = sum(1.1 <= at < 1.6 for at in sends)
        assert while_opening < 0.7 * afterwards
        assert afterwards > 0.9 * 0.5 / SlowlyConnecting.COST, "nobody waits any more"

    play(main)


class SlowlyConnecting(CostlyExchange):
    """Makes a connection each 10 ms, and is slow with writes."""

    COST = 0.0005

    def connect(self, row: int, identity: Identity) -> None:
        self.wanted.add(row)
        asyncio.get_running_loop().call_later(0.01 * row, self._answer, row)

    def send_all(self, row: int, parcels: Sequence[Parcel]) -> None:
        for parcel in parcels:
            self.send(row, parcel)


def costly(
    target: Any, *, listener: Any, clock: Any, kind: type[CostlyExchange] = CostlyExchange
) -> PaperExchange:
    return kind(Broker(latency=None), listener, clock)


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


def test_a_target_that_throws_all_mocks_out_is_not_told_as_a_slow_generator() -> None:
    async def main() -> None:
        theatre = Theatre()

        def throw_out() -> None:
            for row in range(10):
                theatre.exchanges[0].lose(row)

        def let_in() -> None:
            for row in range(10):
                theatre.exchanges[0].regain(row)

        theatre.loop.call_at(4.2, throw_out)
        stall(theatre, at=4.3, seconds=2.0)
        theatre.loop.call_at(4.4, let_in)

        await theatre.run()

        assert theatre.last().limited is None
        assert theatre.total().limited == 0
        assert theatre.total().lateness.maximum > 1.0, "what is late is told all the same"

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
