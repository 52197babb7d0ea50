"""What an exchange does with many mocks: opening, trying again, closing, and nobody held up."""

import asyncio
import random

import pytest

from simulator.transports import Identity
from simulator.transports.line import Line
from simulator.transports.openings import MAX_OPENING
from simulator.transports.redial import Redial
from tests.simulator.transports.virtual import Stage, run


def test_the_backoff_doubles_up_to_thirty_seconds() -> None:
    line, redial = Line(0, Identity()), Redial(lambda: 1.0)

    waits = [redial.plan(line, 0.0) for _ in range(7)]

    assert waits == [1, 2, 4, 8, 16, 30, 30]


def test_the_jitter_is_full_and_from_the_source_that_is_handed_in() -> None:
    def moments(seed: int) -> list[float]:
        redial = Redial(random.Random(seed).random)
        return [redial.plan(Line(row, Identity()), 100.0) for row in range(200)]

    assert moments(1) == moments(1)
    assert moments(1) != moments(2)
    assert 100 <= min(moments(1)) < 100.1
    assert 100.9 < max(moments(1)) < 101


def test_a_cancelled_attempt_is_skipped() -> None:
    redial, lines = Redial(lambda: 0.5), [Line(row, Identity()) for row in range(2)]
    for line in lines:
        redial.plan(line, 0.0)

    redial.cancel(lines[0])

    assert redial.next() == 0.5
    assert redial.due(0.4) == []
    assert redial.due(0.5) == [lines[1]]
    assert redial.next() == float("inf")


def test_a_mock_that_cannot_connect_tries_again_and_again() -> None:
    async def main() -> None:
        stage = Stage()
        stage.road.failure = "connection refused"
        stage.exchange.connect(0, Identity(client_id="c"))

        await asyncio.sleep(100)

        gaps = [b - a for a, b in zip(stage.road.attempts, stage.road.attempts[1:], strict=False)]
        assert gaps == [0.5, 1, 2, 4, 8, 15, 15, 15, 15, 15]
        assert stage.diary.losses == [(0, "connection refused")] * 11
        await stage.exchange.close()

    run(main)


def test_a_connection_that_lasted_begins_the_backoff_anew() -> None:
    async def main() -> None:
        stage = Stage()
        stage.road.failure = "connection refused"
        stage.exchange.connect(0, Identity(client_id="c"))
        await asyncio.sleep(10)
        stage.road.failure = ""
        await asyncio.sleep(10)
        stage.socket.say(b"\x20\x02\0\0")
        await asyncio.sleep(10)
        before = len(stage.road.attempts)

        stage.socket.hang_up()
        await asyncio.sleep(0.6)

        assert stage.diary.losses[-1] == (0, "closed by the far side")
        assert len(stage.road.attempts) == before + 1
        await stage.exchange.close()

    run(main)


def test_a_connection_that_did_not_last_does_not() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()
        for wait in (0.5, 1, 2):
            stage.socket.hang_up()
            await asyncio.sleep(wait + 0.1)
            stage.socket.say(b"\x20\x02\0\0")

        assert stage.road.attempts == pytest.approx([0.0, 0.5, 1.6, 3.7])
        assert stage.diary.opens == [0, 0, 0, 0]
        await stage.exchange.close()

    run(main)


def test_at_most_two_hundred_connections_are_being_opened() -> None:
    async def main() -> None:
        stage = Stage()
        stage.road.gate.clear()
        for row in range(MAX_OPENING + 50):
            stage.exchange.connect(row, Identity(client_id=str(row)))
        await stage.settle()

        at_once = stage.road.pending
        stage.road.gate.set()
        await stage.settle()

        assert at_once == MAX_OPENING
        assert len(stage.road.sockets) == MAX_OPENING + 50
        await stage.exchange.close()

    run(main)


def test_a_mock_that_is_not_accepted_does_not_hold_up_the_others() -> None:
    async def main() -> None:
        stage = Stage()
        for row in range(MAX_OPENING * 2):
            stage.exchange.connect(row, Identity(client_id=str(row)))
        await stage.settle()

        await stage.connect(1_000)

        assert stage.diary.opens == [1_000]
        await stage.exchange.close()

    run(main)


def test_a_mock_that_gives_up_while_it_is_opened_leaves_nothing() -> None:
    async def main() -> None:
        stage = Stage()
        stage.road.gate.clear()
        for row in range(MAX_OPENING + 1):
            stage.exchange.connect(row, Identity(client_id=str(row)))
        await stage.settle()

        stage.exchange.disconnect(0)  # being opened
        stage.exchange.disconnect(MAX_OPENING)  # in the queue
        stage.exchange.connect(0, Identity(client_id="0"))
        stage.exchange.disconnect(0)  # cancelled before its first step
        await stage.settle()
        stage.road.gate.set()
        await stage.settle()

        assert len(stage.road.sockets) == MAX_OPENING - 1
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_mock_that_gives_up_between_two_attempts_is_not_tried_again() -> None:
    async def main() -> None:
        stage = Stage()
        stage.road.failure = "connection refused"
        stage.exchange.connect(0, Identity(client_id="c"))
        await stage.settle()

        stage.exchange.disconnect(0)
        await asyncio.sleep(100)

        assert len(stage.road.attempts) == 1
        await stage.exchange.close()

    run(main)


def test_connecting_a_connected_mock_changes_nothing() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()

        stage.exchange.connect(0, Identity(client_id="other"))
        await stage.settle()

        assert len(stage.road.sockets) == 1
        await stage.exchange.close()

    run(main)


def test_closing_ends_every_connection_in_order() -> None:
    async def main() -> None:
        stage = Stage()
        for row in range(3):
            await stage.connect(row)

        await stage.exchange.close()

        assert [socket.written[-1] for socket in stage.road.sockets] == [b"\xe0\0"] * 3
        assert all(socket.is_closed for socket in stage.road.sockets)

    run(main)


def test_a_connection_that_does_not_close_is_cut() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        socket.is_stuck = True
        stage.exchange.disconnect(0)

        await stage.pass_time(4)
        before = socket.is_cut
        await stage.pass_time(1)

        assert (before, socket.is_cut) == (False, True)
        await stage.exchange.close()

    run(main)


def test_closing_is_bounded_and_settles_what_is_in_flight() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()
        stage.road.gate.clear()
        stage.exchange.connect(1, Identity(client_id="never"))
        await stage.settle()
        stage.send()

        await stage.exchange.close()

        assert stage.loop.time() == 5.0
        reason = "connection lost before acknowledgement: the mock disconnected"
        assert stage.diary.reasons == [reason]
        assert stage.socket.is_cut

    run(main)


def test_a_listener_may_let_a_mock_go_when_it_is_lost() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()
        stage.diary.lost = lambda row, _: stage.exchange.disconnect(row)  # type: ignore[method-assign]

        stage.socket.hang_up()
        await asyncio.sleep(60)

        assert len(stage.road.attempts) == 1
        await stage.exchange.close()

    run(main)


def crowded(stage: Stage) -> int:
    """Have one mock more than may be opened at once; return its row."""
    stage.road.gate.clear()
    for row in range(MAX_OPENING + 1):
        stage.exchange.connect(row, Identity(client_id=str(row)))
    return MAX_OPENING


def test_a_mock_in_the_queue_takes_nothing_until_it_is_its_turn() -> None:
    async def main() -> None:
        stage = Stage()
        last = crowded(stage)
        line = stage.exchange._lines[last]
        before = line.wire
        stage.exchange.identify(last, Identity(client_id="another"))
        stage.road.gate.set()
        await stage.settle()

        assert before is None
        assert b"another" in stage.socket.written[0]
        await stage.exchange.close()

    run(main)


def test_a_mock_in_the_queue_that_is_broken_off_is_lost_and_tried_again() -> None:
    async def main() -> None:
        stage = Stage()
        last = crowded(stage)
        stage.exchange.break_off(last, "storm")
        stage.road.gate.set()
        await stage.settle()
        before = len(stage.road.sockets)
        await asyncio.sleep(1)

        assert stage.diary.losses == [(last, "storm")]
        assert (before, len(stage.road.sockets)) == (MAX_OPENING, MAX_OPENING + 1)
        await stage.exchange.close()

    run(main)


def test_a_mock_in_the_queue_is_not_dialled_a_second_time() -> None:
    async def main() -> None:
        stage = Stage()
        last = crowded(stage)
        stage.exchange.redial(last, 0.0)
        await asyncio.sleep(1)
        stage.road.gate.set()
        await stage.settle()

        assert len(stage.road.sockets) == MAX_OPENING + 1
        await stage.exchange.close()

    run(main)
