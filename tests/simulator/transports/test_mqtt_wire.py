"""MQTT connections of an exchange, in virtual time: every way in which a parcel can end."""

import asyncio

import pytest

from simulator.lot import Will
from simulator.transports import Identity
from simulator.transports.mqtt import MAX_IN_FLIGHT, MAX_WAITING
from simulator.transports.wire import WRITE_LIMIT
from tests.simulator.transports.virtual import Stage, run


def test_a_parcel_at_qos_0_is_settled_when_it_is_written() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        await asyncio.sleep(3)

        parcel = stage.send(qos=0)

        assert stage.diary.ends == [(parcel, 3.0, "")]
        assert parcel.sent == 3.0
        assert socket.written[-1] == b"\x30\x04\0\x01ax"
        await stage.exchange.close()

    run(main)


def test_a_parcel_at_qos_1_is_settled_by_its_acknowledgement() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        parcel = stage.send()
        await asyncio.sleep(2)
        assert stage.diary.ends == []

        socket.say(b"\x40\x02\0\x01")

        assert stage.diary.ends == [(parcel, 2.0, "")]
        assert parcel.sent == 0.0
        await stage.exchange.close()

    run(main)


def test_nothing_is_sent_before_the_broker_has_accepted() -> None:
    async def main() -> None:
        stage = Stage()
        stage.exchange.connect(0, Identity(client_id="c"))
        await stage.settle()

        stage.send()

        assert stage.diary.reasons == ["not connected: still connecting"]
        assert stage.diary.opens == []
        await stage.exchange.close()

    run(main)


def test_a_mock_with_subscriptions_is_open_once_they_are_granted() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect(subscriptions=("cmd/a",))
        assert stage.diary.opens == []

        socket.say(b"\x90\x03\0\x01\x01")

        assert stage.diary.opens == [0]
        await stage.exchange.close()

    run(main)


def test_a_received_message_is_acknowledged_and_told() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()

        socket.say(b"\x32\x08\0\x01a\0\x09hey")

        assert stage.diary.messages == [(0, "a", b"hey")]
        assert socket.written[-1] == b"\x40\x02\0\x09"
        await stage.exchange.close()

    run(main)


def test_a_refusal_is_the_reason_of_the_loss_and_of_what_is_sent_then() -> None:
    async def main() -> None:
        stage = Stage()
        stage.exchange.connect(0, Identity(client_id="c"))
        await stage.settle()

        stage.socket.say(b"\x20\x02\0\x05")
        stage.send()

        assert stage.diary.losses == [(0, "broker refused: not authorised")]
        assert stage.diary.reasons == ["not connected: broker refused: not authorised"]
        assert stage.socket.is_cut
        await stage.exchange.close()

    run(main)


def test_a_lost_connection_settles_what_is_in_flight_and_what_waits() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        for _ in range(MAX_IN_FLIGHT + 1):
            stage.send()

        socket.hang_up(ConnectionResetError())
        await stage.settle()

        assert stage.diary.reasons == [
            "connection lost before acknowledgement: connection reset"
        ] * MAX_IN_FLIGHT + ["connection lost before sending: connection reset"]
        assert stage.diary.losses == [(0, "connection reset")]
        await stage.exchange.close()

    run(main)


def test_what_does_not_fit_into_the_window_waits_and_then_follows() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        for _ in range(MAX_IN_FLIGHT):
            stage.send()
        written = len(socket.written)
        late = stage.send(address="late")
        assert len(socket.written) == written
        await asyncio.sleep(1)

        socket.say(b"\x40\x02\0\x01")

        assert b"late" in socket.written[-1]
        assert late.sent == 1.0
        await stage.exchange.close()

    run(main)


def test_past_the_window_and_the_queue_a_parcel_fails_with_a_reason() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()
        for _ in range(MAX_IN_FLIGHT + MAX_WAITING):
            stage.send()
        assert stage.diary.ends == []

        stage.send()

        assert stage.diary.reasons == ["200 messages are not acknowledged yet"]
        await stage.exchange.close()

    run(main)


def test_without_an_acknowledgement_a_parcel_fails_after_the_targets_time() -> None:
    async def main() -> None:
        stage = Stage(acknowledge_within=20)
        socket = await stage.connect()
        stage.send()

        await stage.pass_time(19)
        before = list(stage.diary.reasons)
        await stage.pass_time(2)
        socket.say(b"\x40\x02\0\x01")  # too late, but not illegal

        assert before == []
        assert stage.diary.reasons == ["no acknowledgement within 20 s"]
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_what_waits_for_the_window_too_long_fails_unsent() -> None:
    async def main() -> None:
        stage = Stage(acknowledge_within=5)
        await stage.connect()
        for _ in range(MAX_IN_FLIGHT + 1):
            stage.send()

        await stage.pass_time(6)

        assert stage.diary.reasons[-1] == "not sent within 5 s: others are in flight"
        assert len(stage.diary.ends) == MAX_IN_FLIGHT + 1
        await stage.exchange.close()

    run(main)


def test_a_target_that_reads_too_slowly_is_said_so() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        assert socket.high == WRITE_LIMIT
        socket.protocol.pause_writing()

        stage.send(qos=0)
        socket.protocol.resume_writing()
        stage.send(qos=0)

        assert stage.diary.reasons == [
            f"target reads too slowly: {WRITE_LIMIT + 1} bytes wait",
            "",
        ]
        await stage.exchange.close()

    run(main)


def test_a_topic_that_cannot_be_published_on_costs_only_its_parcel() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect()

        stage.send(address="a/#", qos=0)
        stage.send(qos=0)

        assert stage.diary.reasons == ["topic must be a name without + and #, got 'a/#'", ""]
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("subscriptions", "answer", "reason"),
    [
        ((), b"", "no CONNACK within 20 s"),
        (("a",), b"\x20\x02\0\0", "no SUBACK within 20 s"),
    ],
)
def test_a_broker_that_does_not_accept_in_time_is_given_up(
    subscriptions: tuple[str, ...], answer: bytes, reason: str
) -> None:
    async def main() -> None:
        stage = Stage()
        stage.exchange.connect(0, Identity(client_id="c", subscriptions=subscriptions))
        await stage.settle()
        stage.socket.say(answer)

        await stage.pass_time(20)

        assert stage.diary.losses == [(0, reason)]
        await stage.exchange.close()

    run(main)


def test_garbage_is_a_violation_with_words_and_settles_what_is_in_flight() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.send()
        stage.send()

        socket.say(b"\x40\x02\0\x01\xf0garbage")

        reason = "unexpected reserved packet 15 from the broker"
        assert stage.diary.reasons == ["", f"connection lost before acknowledgement: {reason}"]
        assert stage.diary.losses == [(0, reason)]
        await stage.exchange.close()

    run(main)


def test_a_mock_that_disconnects_says_so_and_is_not_lost() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()

        stage.exchange.disconnect(0)
        await stage.settle()
        stage.send()

        assert socket.written[-1] == b"\xe0\0"
        assert socket.is_closed
        assert not socket.is_cut
        assert stage.diary.losses == []
        assert stage.diary.reasons == ["not connected: disconnected"]
        await stage.exchange.close()

    run(main)


def test_a_mock_that_disconnects_waits_for_its_last_acknowledgement() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.send()

        stage.exchange.disconnect(0)
        assert not socket.is_closed
        socket.say(b"\x40\x02\0\x01")

        assert stage.diary.reasons == [""]
        assert socket.written[-1] == b"\xe0\0"
        await stage.exchange.close()

    run(main)


def test_a_mock_that_disconnects_does_not_wait_for_ever() -> None:
    async def main() -> None:
        stage = Stage()
        socket = await stage.connect()
        stage.send()

        stage.exchange.disconnect(0)
        await stage.pass_time(5)

        reason = "connection lost before acknowledgement: the mock disconnected"
        assert stage.diary.reasons == [reason]
        assert socket.written[-1] == b"\xe0\0"
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_an_own_will_stands_before_the_targets() -> None:
    async def main() -> None:
        stage = Stage(will={"topic": "everyone"})

        first = await stage.connect(0)
        second = await stage.connect(1, will=Will(topic="gone/1"))

        assert b"everyone" in first.written[0]
        assert b"gone/1" in second.written[0]
        await stage.exchange.close()

    run(main)


def test_an_identity_that_mqtt_cannot_say_costs_one_mock() -> None:
    async def main() -> None:
        stage = Stage()
        stage.exchange.connect(0, Identity(client_id="a", password="s3cret"))
        stage.exchange.connect(1, Identity(client_id="a", subscriptions=("a/#/b",)))

        await stage.connect(2)

        first, second = stage.diary.losses
        assert first == (0, "a password needs a user name (MQTT 3.1.1)")
        assert second[1].startswith("topic filter must have + and # as whole levels")
        assert stage.diary.opens == [2]
        assert len(stage.road.attempts) == 1
        await stage.exchange.close()

    run(main)
