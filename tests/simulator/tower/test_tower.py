"""A tower from the first connection to the last record, in virtual time."""

import asyncio
import logging
from collections import defaultdict
from functools import partial
from itertools import pairwise

import pytest

from simulator.recording import Link, Second
from simulator.tower import Tower
from simulator.tower.ending import GRACE, NEVER_OPEN, RUN_ENDED
from simulator.transports import Exchange
from simulator.transports.wire import LINGER
from tests.simulator.tower.staging import (
    EPOCH,
    Broker,
    InlineWriter,
    Theatre,
    assignment,
    lot,
    play,
)
from tests.simulator.transports.virtual import Road


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL)


def settled(second: Second) -> int:
    return second.acknowledged + second.sent + second.failed


def test_every_send_that_falls_due_is_acknowledged_and_recorded() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run()

        total = theatre.total()
        assert total.due == total.acknowledged == len(theatre.broker.got) > 90
        sends = [row for row in theatre.records() if row["event"] == "send"]
        assert len(sends) == total.due
        assert {row["result"] for row in sends} == {"acknowledged"}

    play(main)


def test_no_sequence_number_is_missing_or_doubled() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run()

        numbers = defaultdict(list)
        for row in theatre.records():
            if row["event"] == "send":
                numbers[row["id"]].append(row["sequence"])
        assert len(numbers) == 10
        for sequence in numbers.values():
            assert sequence == list(range(1, len(sequence) + 1))
        assert theatre.last().board["sequence"].tolist() == [
            len(numbers[f"s-{row}"]) for row in range(10)
        ]

    play(main)


def test_sends_are_at_most_a_tick_late_and_the_tower_says_so() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run()

        assert theatre.total().lateness.maximum <= 0.0101
        assert theatre.total().latency.percentile(50) == pytest.approx(0.05, rel=0.03)

    play(main)


def test_nothing_is_sent_after_the_duration() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(duration=5.0))

        assert max(parcel.scheduled for parcel in theatre.broker.got) <= 5.0
        assert max(parcel.sent for parcel in theatre.broker.got) <= 5.02
        assert theatre.loop.time() < 7.0

    play(main)


def test_what_is_in_flight_at_the_end_is_waited_for_and_then_fails_with_the_reason() -> None:
    async def main() -> None:
        theatre = Theatre(Broker(latency=None))

        await theatre.run(assignment(duration=3.0))

        total = theatre.total()
        assert total.due == total.failed > 0
        assert [reason.text for reason in theatre.last().reasons] == [RUN_ENDED]
        assert 3.0 < theatre.loop.time() < 3.0 + GRACE + LINGER + 2

    play(main)


def test_a_late_acknowledgement_still_counts() -> None:
    async def main() -> None:
        theatre = Theatre(Broker(latency=2.5))

        await theatre.run(assignment(duration=3.0))

        assert theatre.total().due == theatre.total().acknowledged > 0

    play(main)


def test_a_refused_mock_does_not_stop_the_others() -> None:
    async def main() -> None:
        theatre = Theatre(Broker(refuses=frozenset({3})))

        await theatre.run()

        board = theatre.last().board
        assert board["acknowledged"][3] == 0
        assert (board["acknowledged"][[0, 1, 2, 4, 5, 6, 7, 8, 9]] > 8).all()
        assert board["failing"].tolist() == [0, 0, 0, 1, 0, 0, 0, 0, 0, 0]
        reasons = theatre.last().reasons
        assert reasons[board["reason"][3] - 1].text == "connection refused"
        (lost,) = [row for row in theatre.records() if row["event"] == "lost"]
        assert (lost["mock"], lost["reason"]) == (3, "connection refused")

    play(main)


def test_a_mock_that_never_gets_an_answer_is_lost_with_the_reason_at_the_end() -> None:
    async def main() -> None:
        theatre = Theatre(Broker(ignores=frozenset({3})))

        await theatre.run()

        lost = [row for row in theatre.records() if row["event"] == "lost"]
        assert [(row["mock"], row["reason"]) for row in lost] == [(3, NEVER_OPEN)]
        assert (theatre.total().losts, theatre.total().connects) == (1, 9)

    play(main)


def test_what_a_mock_would_send_while_it_is_down_is_its_loss_with_the_reason() -> None:
    async def main() -> None:
        theatre = Theatre()

        theatre.loop.call_at(4.0, lambda: theatre.exchanges[0].lose(5))
        await theatre.run()

        total = theatre.total()
        assert total.due == total.acknowledged + total.failed
        assert theatre.last().board["failed"].tolist() == [0] * 5 + [total.failed] + [0] * 4
        assert total.failed >= 5
        assert total.losts == 1

    play(main)


def test_connections_and_changes_of_status_are_records_with_their_cause() -> None:
    text = """
name: Two
id: "two-{index}"
messages:
  m: {every: 1s, topic: "t/{id}", qos: 1, json: {a: 1}}
statuses:
  first: {send: [m], go: [{to: second, after: 3s}]}
  second: {send: [m], go: [{to: gone, after: 2s}]}
  gone: {connected: false}
"""

    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(text=text, count=1))

        events = [row for row in theatre.records() if row["event"] != "send"]
        assert [(row["event"], row["status"], bool(row["reason"])) for row in events] == [
            ("connect", "first", False),
            ("status", "second", True),
            ("status", "gone", True),
        ]
        assert theatre.exchanges[0].open == set()

    play(main)


def test_what_comes_right_with_the_connection_is_heard() -> None:
    text = """
name: Two
id: "two-{index}"
messages:
  m: {every: 1s, topic: "t/{id}", json: {a: 1}}
statuses:
  first: {send: [m], go: [{to: second, "on": {topic: "cmd/{id}", where: {do: it}}}]}
  second: {send: [m]}
"""

    async def main() -> None:
        theatre = Theatre(Broker(greeting=b'{"do": "it"}'))

        await theatre.run(assignment(text=text, count=1))

        (move,) = [row for row in theatre.records() if row["event"] == "status"]
        assert (move["status"], move["reason"]) == ("second", "command on its connection")

    play(main)


def test_a_shard_ends_when_its_last_mock_has_ended() -> None:
    text = """
name: Short
id: "short-{index}"
messages:
  m: {every: 1s, topic: "t/{id}", qos: 1, json: {a: 1}}
statuses:
  active: {send: [m], go: [{to: worn, after: 3s}]}
  worn: {end: true}
"""

    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(text=text, duration=1_000.0))

        assert theatre.loop.time() < 6.0
        assert set(theatre.last().board["link"].tolist()) == {Link.ENDED}

    play(main)


def test_each_second_of_wall_time_is_told_once_and_they_add_up() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run()

        seconds = [second for _, snapshot in theatre.told for second in snapshot.seconds]
        assert [second.at - int(EPOCH) for second in seconds][:10] == list(range(10))
        assert Second.summed(seconds) == theatre.total()
        assert settled(theatre.total()) == theatre.total().due

    play(main)


def test_mocks_are_the_same_however_the_run_is_cut_into_shards() -> None:
    def sends(*cuts: tuple[str, int, int]) -> set[tuple[int, int, bytes]]:
        found = set()

        async def main() -> None:
            theatre = Theatre()
            shared = lot(count=12)
            await theatre.run(
                *(assignment(name, lot=shared, first=a, count=n) for name, a, n in cuts)
            )
            for name, _, _ in cuts:
                for row in theatre.records(name):
                    if row["event"] == "send" and row["sequence"] <= 8:
                        found.add((row["mock"], row["sequence"], row["payload"]))

        play(main)
        return found

    whole = sends(("a", 0, 12))

    assert len(whole) == 12 * 8
    assert sends(("a", 0, 5), ("b", 5, 7)) == whole


def test_an_hour_passes_in_a_moment() -> None:
    text = """
name: Slow
id: "s-{index}"
messages:
  m: {every: 1min ± 10s, topic: "t/{id}", qos: 1, json: {a: "{seq}"}}
"""

    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(text=text, count=3, duration=3_600.0))

        assert 3 * 55 < theatre.total().acknowledged <= 3 * 61

    play(main)


class SilentRoad(Road):
    """Leads to a broker that accepts everybody, and acknowledges nothing."""

    async def open(self, factory, turn: int, line: object = None) -> None:
        await super().open(factory, turn)
        asyncio.get_running_loop().call_soon(self.sockets[-1].say, b"\x20\x02\0\0")


def test_the_real_exchange_ends_what_nobody_acknowledged_with_that_reason() -> None:
    async def main() -> None:
        theatre = Theatre(make_exchange=partial(Exchange, road=SilentRoad()))

        await theatre.run(assignment(duration=1.0))

        assert theatre.total().due == theatre.total().failed > 0
        assert [reason.text for reason in theatre.last().reasons] == [RUN_ENDED]
        assert theatre.loop.time() < 1.0 + GRACE + LINGER + 2

    play(main)


def test_a_wall_clock_that_is_set_back_ends_no_second_twice() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower._wall = lambda: EPOCH + theatre.loop.time() * 0.999  # it is slowed down

        await theatre.run()

        calls = sorted({at for at, _ in theatre.told})
        assert all(later - sooner > 0.9 for sooner, later in pairwise(calls[:-1]))

    play(main)


def test_a_tower_that_keeps_no_records_counts_all_the_same() -> None:
    async def main() -> None:
        theatre = Theatre()
        silent = Tower(
            name="silent",
            write=None,
            clock=theatre.loop.time,
            wall=lambda: EPOCH + theatre.loop.time(),
            make_exchange=theatre.broker.exchange,
            make_writer=InlineWriter,
        )
        theatre.tower = silent

        await theatre.run()

        assert theatre.total().due == theatre.total().acknowledged > 90
        assert theatre.last().dropped == 0

    play(main)
