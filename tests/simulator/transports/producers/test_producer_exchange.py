"""What all brokers with one shared client have in common, in virtual time, by a scripted client."""

import asyncio

import pytest

from simulator.errors import DefinitionError, Unreachable
from simulator.impairment import Impairment
from simulator.transports import Identity
from simulator.transports.producers.pump import MAX_WAITING
from tests.simulator.transports.producers.staging import Stage, staged


def test_all_mocks_share_one_client() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect(50)

        assert stage.diary.opens == list(range(50))
        assert len(stage.producers) == 1
        stage.exchange.connect(50, Identity())
        await stage.settle()
        assert stage.diary.opens[-1] == 50
        assert len(stage.producers) == 1

    staged(main)


def test_what_is_sent_is_handed_over_together_and_in_order() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect(2)
        parcels = [stage.send(number % 2, device="d" * (number == 3)) for number in range(4)]
        await stage.settle()

        assert [[each.sender for each in batch] for batch in stage.handed] == [
            ["m0", "m1", "m0", "d"]
        ]
        assert [parcel for parcel, _, _ in stage.diary.ends] == parcels
        assert stage.diary.reasons == [""] * 4
        assert {parcel.sent for parcel in parcels} == {0.0}
        assert stage.exchange.traffic.take() == (4, 0)

    staged(main)


def test_no_more_is_in_flight_than_the_target_says() -> None:
    async def main(stage: Stage) -> None:
        stage.answers = False
        await stage.connect()
        parcels = [stage.send() for _ in range(5)]
        await stage.settle()
        assert [len(batch) for batch in stage.handed] == [3]

        stage.producers[0].settle(parcels[1], "")
        await stage.settle()

        assert [len(batch) for batch in stage.handed] == [3, 1]
        assert [parcel for parcel, _, _ in stage.diary.ends] == [parcels[1]]

    staged(main, in_flight=3)


def test_messages_wait_for_others_where_the_client_likes_many() -> None:
    async def main(stage: Stage) -> None:
        stage.linger = 0.5
        await stage.connect()
        stage.send()
        await stage.pass_time(0.4)
        stage.send()
        assert stage.handed == []

        await stage.pass_time(0.2)

        assert [len(batch) for batch in stage.handed] == [2]
        (first, _), (second, _) = stage.handed[0]
        assert first.held == 0.5  # on purpose
        assert second.held == pytest.approx(0.1)

    staged(main)


def test_who_sends_more_than_is_taken_is_told() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect()
        stage.way.clear()
        for _ in range(MAX_WAITING + 1):
            stage.send()

        assert stage.diary.reasons == ["target takes messages too slowly: 20000 wait already"]
        stage.way.set()

    staged(main)


def test_what_is_not_acknowledged_or_not_sent_in_time_fails_once() -> None:
    async def main(stage: Stage) -> None:
        stage.answers = False
        await stage.connect()
        first = stage.send()
        second = stage.send()
        await stage.pass_time(20)

        stage.producers[0].settle(first, "")
        stage.producers[0].settle(second, "late")
        stage.send()
        await stage.settle()

        assert [(parcel, reason) for parcel, _, reason in stage.diary.ends] == [
            (first, "no acknowledgement within 20 s"),
            (second, "not sent within 20 s: others are in flight"),
        ]
        assert len(stage.handed) == 2

    staged(main, in_flight=1)


@pytest.mark.parametrize(
    "error", [Unreachable("the client is gone"), DefinitionError("the client is gone")]
)
def test_a_client_that_takes_nothing_is_the_reason(error: Exception) -> None:
    async def main(stage: Stage) -> None:
        stage.refusal = error
        await stage.connect()
        stage.send()
        await stage.settle()

        assert stage.diary.reasons == ["the client is gone"]
        assert stage.diary.losses == []

    staged(main)


def test_a_client_that_hangs_is_not_waited_for() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect()
        stage.way.clear()
        stage.send()
        await stage.pass_time(21)

        assert stage.diary.reasons == ["the client took no more messages in time"]
        stage.way.set()
        stage.send()
        await stage.settle()
        assert stage.diary.reasons[1:] == [""]

    staged(main)


def test_a_mistake_of_ours_costs_the_connection_and_nothing_else(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main(stage: Stage) -> None:
        stage.refusal = ZeroDivisionError()
        await stage.connect()
        stage.send()
        await stage.settle()

        why = "internal error: ZeroDivisionError"
        assert stage.diary.reasons == [f"connection lost before acknowledgement: {why}"]
        assert stage.diary.losses == [(0, why)]
        stage.refusal = None
        await stage.pass_time(1)
        assert stage.diary.opens == [0, 0]

    staged(main)
    assert "handing over failed" in caplog.text


def test_a_mistake_while_connecting_is_told_and_tried_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def main(stage: Stage) -> None:
        stage.failure = ZeroDivisionError()
        await stage.connect(2)
        await stage.settle()

        why = "internal error: ZeroDivisionError"
        assert stage.diary.losses == [(0, why), (1, why)]
        stage.failure = None
        await stage.pass_time(1)
        assert sorted(stage.diary.opens) == [0, 1]

    staged(main)
    assert "connecting failed" in caplog.text


def test_a_mistake_beside_what_is_handed_over_costs_the_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise ZeroDivisionError

    async def main(stage: Stage) -> None:
        stage.answers = False
        await stage.connect()
        stage.send()
        await stage.settle()

        stage.producers[0].begin(fail())
        await stage.settle()

        why = "internal error: ZeroDivisionError"
        assert stage.diary.losses == [(0, why)]
        assert stage.diary.reasons == [f"connection lost before acknowledgement: {why}"]

    staged(main)
    assert "the client of a library failed" in caplog.text


def test_a_loss_is_told_for_all_mocks_and_everything_is_settled() -> None:
    async def main(stage: Stage) -> None:
        stage.answers = False
        await stage.connect(2)
        stage.send(0)
        stage.send(1)
        await stage.settle()

        stage.producers[0].lost("closed by the far side")
        stage.send(1)
        await stage.settle()

        lost = "connection lost before acknowledgement: closed by the far side"
        unsent = "connection lost before sending: closed by the far side"
        assert stage.diary.reasons == [lost, unsent, "not connected: closed by the far side"]
        assert stage.diary.losses == [(0, "closed by the far side"), (1, "closed by the far side")]
        assert stage.closed == stage.producers

    staged(main, in_flight=1)


def test_it_is_tried_again_with_growing_waits_until_it_stands() -> None:
    async def main(stage: Stage) -> None:
        stage.failure = Unreachable("connection refused")
        await stage.connect(2)
        assert stage.diary.losses == [(0, "connection refused"), (1, "connection refused")]
        stage.exchange.connect(2, Identity())

        await stage.pass_time(12)
        stage.failure = None
        await stage.pass_time(10)

        assert stage.attempts == pytest.approx([0, 0.5, 1.5, 3.5, 7.5, 15.5], abs=0.1)
        assert stage.diary.opens == [0, 1, 2]
        assert (2, "connection refused") in stage.diary.losses
        assert len(stage.closed) == 5

    staged(main)


def test_a_target_that_cannot_be_is_not_tried_again() -> None:
    async def main(stage: Stage) -> None:
        stage.failure = DefinitionError("Kinesis needs an access key")
        await stage.connect()
        await stage.pass_time(60)

        assert stage.diary.losses == [(0, "Kinesis needs an access key")]
        assert stage.attempts == [0]

    staged(main)


def test_a_client_that_never_connects_is_given_up() -> None:
    async def main(stage: Stage) -> None:
        stage.gate.clear()
        await stage.connect()
        await stage.pass_time(20.1)

        assert stage.diary.losses == [(0, "no connection within 20 s")]
        stage.gate.set()

    staged(main)


def test_a_client_that_is_gone_says_nothing_of_the_next_one() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect()
        stage.producers[0].lost("reset")
        await stage.pass_time(1)
        stage.producers[0].lost("reset")
        await stage.settle()

        assert stage.diary.losses == [(0, "reset")]
        assert stage.diary.opens == [0, 0]

    staged(main)


def test_who_disconnects_is_told_no_more_and_sends_no_more() -> None:
    async def main(stage: Stage) -> None:
        stage.answers = False
        await stage.connect(2)
        parcel = stage.send(0)
        await stage.settle()
        stage.exchange.disconnect(0)
        stage.send(0)
        stage.producers[0].settle(parcel, "")
        stage.producers[0].lost("reset")

        assert stage.diary.reasons == ["not connected: disconnected", ""]
        assert stage.diary.losses == [(1, "reset")]

    staged(main)


def test_at_the_end_what_is_under_way_is_waited_for() -> None:
    async def main(stage: Stage) -> None:
        stage.answers = False
        await stage.connect()
        answered, silent = stage.send(), stage.send()
        await stage.settle()
        closing = asyncio.create_task(stage.exchange.close())
        await asyncio.sleep(1)
        stage.producers[0].settle(answered, "")

        await closing

        assert stage.diary.ends == [
            (answered, 1.0, ""),
            (silent, 5.0, "connection lost before acknowledgement: the mock disconnected"),
        ]
        assert stage.closed == stage.producers

    staged(main)


def test_a_mock_can_be_away_and_comes_back_alone() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect(2)
        stage.exchange.impair(0, Impairment(is_away=True, why="fault: storm"))
        stage.send(0)
        stage.send(1)
        await stage.pass_time(60)
        assert stage.diary.losses == [(0, "fault: storm")]
        assert stage.diary.reasons == ["not connected: fault: storm", ""]

        stage.exchange.impair(0, None)
        await stage.pass_time(1)

        assert stage.diary.opens == [0, 1, 0]
        assert len(stage.producers) == 1

    staged(main)


def test_a_silent_mock_reaches_nobody() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect()
        stage.exchange.impair(0, Impairment(is_silent=True))
        stage.send()
        await stage.pass_time(21)
        stage.exchange.impair(0, None)
        stage.send()
        await stage.settle()

        assert stage.diary.reasons == ["no acknowledgement within 20 s", ""]
        assert len(stage.handed) == 1

    staged(main)


def test_a_mock_that_is_broken_off_comes_back_as_after_any_loss() -> None:
    async def main(stage: Stage) -> None:
        await stage.connect(2)
        stage.exchange.break_off(0, "fault: cut")
        assert not stage.exchange.scribble(0, b"x")
        await stage.pass_time(1)
        stage.exchange.break_off(0, "fault: cut")
        stage.exchange.redial(0, 0.0)
        await stage.pass_time(0.1)

        assert stage.diary.losses == [(0, "fault: cut")] * 2
        assert stage.diary.opens == [0, 1, 0, 0]

    staged(main)
