"""A tower from the first connection to the last record, in virtual time."""

import asyncio
import json
import logging
from collections import Counter, defaultdict
from functools import partial
from itertools import pairwise

import pytest

from simulator.errors import StaleLease
from simulator.recording import Link, Second
from simulator.tower import Tower
from simulator.tower.ending import ACKNOWLEDGED_WITHIN, NEVER_OPEN, RUN_ENDED
from simulator.transports import Exchange
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
        assert 3.0 < theatre.loop.time() < 3.0 + ACKNOWLEDGED_WITHIN + 2

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


def test_stopping_a_shard_leaves_the_others_alone() -> None:
    async def main() -> None:
        theatre = Theatre()
        shared = lot(count=20)

        theatre.loop.call_at(4.0, lambda: theatre.tower.stop("a"))
        await theatre.run(assignment("a", lot=shared), assignment("b", lot=shared, first=10))

        ended = {s.shard: at for at, s in theatre.told if s.state == "ended"}
        assert 4.0 < ended["a"] < 6.0
        assert 10.0 < ended["b"] < 13.0
        assert theatre.total("a").due < theatre.total("b").due

    play(main)


def test_draining_ends_every_shard_and_lets_run_return() -> None:
    async def main() -> None:
        theatre = Theatre()
        shared = lot(count=20, duration=1_000.0)

        theatre.loop.call_at(4.0, theatre.tower.drain)
        await theatre.run(assignment("a", lot=shared), assignment("b", lot=shared, first=10))

        assert theatre.loop.time() < 7.0
        for shard in ("a", "b"):
            assert theatre.last(shard).state == "ended"
            assert theatre.total(shard).due == theatre.total(shard).acknowledged > 20
            assert len(theatre.records(shard)) == theatre.total(shard).due + 10
        with pytest.raises(ValueError, match="cannot take c: it is draining"):
            theatre.tower.add(assignment("c"))

    play(main)


def test_a_bug_in_one_shard_ends_it_with_its_error_and_the_others_go_on() -> None:
    async def main() -> None:
        theatre = Theatre()
        shared = lot(count=20)

        def break_one() -> None:
            theatre.exchanges[0].broker = Broker(broken="send")

        theatre.loop.call_at(4.0, break_one)
        await theatre.run(assignment("a", lot=shared), assignment("b", lot=shared, first=10))

        broken, sound = theatre.last("a"), theatre.last("b")
        assert (broken.state, broken.error) == ("ended", "internal error: RuntimeError")
        assert (sound.state, sound.error) == ("ended", "")
        assert theatre.exchanges[0].is_closed
        assert sound.total.due > broken.total.due > 0

    play(main)


@pytest.mark.parametrize("where", ["connect", "sweep", "close"])
def test_whatever_breaks_the_shard_ends_and_run_returns(where: str) -> None:
    async def main() -> None:
        theatre = Theatre(Broker(broken=where))

        await theatre.run(assignment(duration=3.0))

        assert theatre.last().state == "ended"
        assert theatre.loop.time() < 15.0

    play(main)


def test_what_cannot_be_simulated_ends_at_once_and_says_why() -> None:
    async def main() -> None:
        theatre = Theatre()

        await theatre.run(assignment(text="name: Broken\nid: '{index}'\nmessagess: {}\n"))

        assert theatre.last().state == "ended"
        assert "messagess" in theatre.last().error
        assert len(theatre.last().board) == 10

    play(main)


def test_a_shard_is_taken_once() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.tower.add(assignment("a"))

        with pytest.raises(ValueError, match="cannot take a: it holds it already"):
            theatre.tower.add(assignment("a"))

    play(main)


def test_a_slow_call_of_each_second_holds_nothing_up_and_is_not_made_twice() -> None:
    async def main() -> None:
        theatre = Theatre()
        running = []

        async def slow() -> None:
            assert not running
            running.append(True)
            await asyncio.sleep(2.5)
            running.clear()
            await theatre.each_second()

        theatre.tower.add(assignment())
        await theatre.tower.run(each_second=slow)

        assert theatre.total().lateness.maximum <= 0.0101
        assert sum(s.due for _, snap in theatre.told for s in snap.seconds) == theatre.total().due

    play(main)


def test_a_call_of_each_second_that_fails_does_not_end_the_tower() -> None:
    async def main() -> None:
        theatre = Theatre()
        calls = []

        async def fails() -> None:
            calls.append(theatre.loop.time())
            if len(calls) < 4:
                raise RuntimeError("the database is away")
            await theatre.each_second()

        theatre.tower.add(assignment())
        await theatre.tower.run(each_second=fails)

        assert len(calls) > 8
        assert theatre.total().due == theatre.total().acknowledged

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


def test_an_outage_of_the_store_does_not_stop_sending() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.outage = OSError("no route to the store")

        def mend() -> None:
            theatre.outage = None

        theatre.loop.call_at(25.0, mend)
        await theatre.run(assignment(duration=30.0))

        assert theatre.total().due == theatre.total().acknowledged > 290
        assert theatre.last().dropped == 0
        assert len(theatre.records()) == theatre.total().due + 10

    play(main)


def test_a_store_that_stays_away_does_not_keep_the_shard_and_the_loss_is_told() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.outage = OSError("no route to the store")

        await theatre.run()

        assert theatre.last().state == "ended"
        assert theatre.last().dropped == theatre.total().due + 10
        assert theatre.loop.time() < 20.0

    play(main)


def test_a_stale_lease_ends_the_shard_at_once() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.outage = StaleLease("shard a is another tower's")

        await theatre.run(assignment(duration=1_000.0))

        assert theatre.last().error == "another tower holds this shard now"
        assert theatre.loop.time() < 15.0
        assert theatre.chunks == []

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
        assert theatre.loop.time() < 1.0 + ACKNOWLEDGED_WITHIN + 2

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


BUFFERED = """
name: Sensor
id: "s-{index}"
messages:
  telemetry: {every: 1s, topic: "plants/{id}", qos: 1, json: {seq: "{seq}", at: "{now:ms}"}}
buffer: {size: 4, rate: 5 per second}
"""


def test_what_is_buffered_through_an_outage_arrives_late_and_is_not_called_late() -> None:
    async def main() -> None:
        theatre = Theatre()
        text = BUFFERED.replace("size: 4", "size: 100")
        theatre.loop.call_at(4.0, lambda: theatre.exchanges[0].lose(5))
        theatre.loop.call_at(8.0, lambda: theatre.exchanges[0].regain(5))

        await theatre.run(assignment(lot=lot(text, count=10, duration=12.0)))

        total = theatre.total()
        assert total.due == total.acknowledged == theatre.last().board["sequence"].sum()
        sends = [row for row in theatre.records() if row["event"] == "send" and row["mock"] == 5]
        delays = [(row["sent"] - row["scheduled"]).total_seconds() for row in sends]
        assert 3 <= sum(delay > 0.5 for delay in delays) <= 4
        assert max(delays) > 3
        for row in sends:
            at = json.loads(row["payload"])["at"] / 1000
            assert at == pytest.approx(row["scheduled"].timestamp(), abs=0.002)
        assert total.lateness.maximum < 0.05

    play(main)


def test_what_a_full_buffer_drops_is_a_record_with_the_reason() -> None:
    async def main() -> None:
        theatre = Theatre()
        theatre.loop.call_at(2.0, lambda: theatre.exchanges[0].lose(5))

        await theatre.run(assignment(lot=lot(BUFFERED, count=10, duration=12.0)))

        total = theatre.total()
        assert total.due == total.acknowledged + total.failed
        failed = [row for row in theatre.records() if row["result"] == "failed"]
        assert {row["mock"] for row in failed} == {5}
        reasons = Counter(row["reason"] for row in failed)
        assert reasons.pop("the buffer of 4 messages is full, the oldest message goes") >= 5
        assert reasons == {"run ended with the message in the mock's buffer": 4}

    play(main)


def test_sends_that_fail_are_told_to_the_mocks_that_count_them() -> None:
    text = """
name: Sensor
id: "s-{index}"
messages: {telemetry: {every: 1s, topic: "plants/{id}", qos: 1, json: "{seq}"}}
statuses:
  up: {send: [telemetry], go: [{to: quiet, fails: 3}]}
  quiet: {send: []}
"""

    async def main() -> None:
        theatre = Theatre()
        theatre.loop.call_at(4.0, lambda: theatre.exchanges[0].lose(5))

        await theatre.run(assignment(lot=lot(text, count=10, duration=12.0)))

        moves = [row for row in theatre.records() if row["event"] == "status"]
        assert [(row["mock"], row["status"]) for row in moves] == [(5, "quiet")]
        failed = [row for row in theatre.records() if row["result"] == "failed"]
        assert len(failed) == 3

    play(main)
