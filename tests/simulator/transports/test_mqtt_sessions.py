"""MQTT connections one after the other, in virtual time: what a session carries over a loss."""

from typing import Any

import pytest

from simulator.protocols import mqtt
from simulator.protocols.mqtt.handling import SESSION_LOST
from simulator.transports.mqtt import MAX_ANSWERS
from tests.simulator.protocols.mqtt_making import CONNACK, RESUMED, ack, block, packet, publish
from tests.simulator.transports.mqtt_stage import connect, on_stage
from tests.simulator.transports.virtual import Socket, Stage

VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])
LASTING: dict[str, dict[str, Any]] = {
    "3.1.1": {"version": "3.1.1", "clean_start": False},
    "5": {"version": "5", "clean_start": False, "session_expiry": 60},
}


async def lose(stage: Stage, answer: bytes = b"") -> Socket:
    """Break the connection, and let the next one be answered so."""
    before = len(stage.road.sockets)
    stage.socket.hang_up(ConnectionResetError())
    await stage.pass_time(2)
    assert len(stage.road.sockets) == before + 1
    if answer:
        stage.socket.say(answer)
    return stage.socket


@VERSIONS
def test_a_parcel_at_qos_2_is_settled_by_its_last_acknowledgement(version: str) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        parcel = stage.send(qos=2)

        socket.say(ack(0x50, 1))
        before = list(stage.diary.ends)
        await stage.pass_time(3)
        socket.say(ack(0x70, 1))

        assert socket.written[-1] == ack(0x62, 1)
        assert (before, stage.diary.ends) == ([], [(parcel, 3.0, "")])

    on_stage(play, version=version)


def test_the_answers_to_one_read_are_one_write() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        for _ in range(3):
            stage.send(qos=2)
        written = len(socket.written)

        socket.say(ack(0x50, 1) + ack(0x50, 2) + ack(0x50, 3))

        assert socket.written[written:] == [ack(0x62, 1) + ack(0x62, 2) + ack(0x62, 3)]

    on_stage(play)


@VERSIONS
def test_a_refused_parcel_at_qos_2_has_the_reason(version: str) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=2)

        socket.say(ack(0x50, 1, 0x97))

        words = "broker refused: quota exceeded"
        assert stage.diary.reasons == [words] if version == "5" else stage.diary.losses

    on_stage(play, version=version)


@VERSIONS
def test_what_was_in_flight_is_sent_again_and_settled_after_a_loss(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        parcels = [stage.send(qos=qos) for qos in (1, 2)]

        socket = await lose(stage, RESUMED[version])
        during = list(stage.diary.ends)
        socket.say(ack(0x40, 1) + ack(0x50, 2) + ack(0x70, 2))

        said = b"\0" if version == "5" else b""
        assert socket.written[1] == (
            packet(0x3A, b"\0\x01a\0\x01" + said + b"x")
            + packet(0x3C, b"\0\x01a\0\x02" + said + b"x")
        )
        assert during == []
        assert [(parcel, reason) for parcel, _, reason in stage.diary.ends] == [
            (parcel, "") for parcel in parcels
        ]
        assert [parcel.sent for parcel in parcels] == [0.0, 0.0]  # when it was written first

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_session_that_the_far_side_lost_is_told_of_what_was_in_flight(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send(qos=1)
        stage.send(qos=2)

        await lose(stage, CONNACK[version])

        assert stage.diary.reasons == [SESSION_LOST] * 2
        assert stage.diary.opens == [0, 0]

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_clean_session_keeps_nothing_over_a_loss(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send()

        await lose(stage, CONNACK[version])

        assert stage.diary.reasons == ["connection lost before acknowledgement: connection reset"]

    on_stage(play, version=version)


def test_a_session_that_the_server_does_not_keep_is_not_kept_here() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, packet(0x20, b"\0\0" + block(session_expiry=0)))
        stage.send()

        stage.socket.hang_up()

        await stage.settle()
        assert len(stage.diary.ends) == 1

    on_stage(play, **LASTING["5"])


def test_a_session_is_given_up_when_it_has_expired() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send()
        stage.road.failure = "connection refused"
        stage.socket.hang_up(ConnectionResetError())

        await stage.pass_time(55)
        before = list(stage.diary.reasons)
        await stage.pass_time(40)

        assert before == []
        assert stage.diary.reasons == ["connection lost before acknowledgement: connection refused"]

    on_stage(play, **LASTING["5"])


@VERSIONS
def test_a_mock_that_is_let_go_between_two_connections_settles_what_it_kept(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send()
        stage.socket.hang_up(ConnectionResetError())
        await stage.settle()

        stage.exchange.disconnect(0)

        assert stage.diary.reasons == ["connection lost before acknowledgement: connection reset"]

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_mock_that_is_let_go_while_it_connects_again_settles_what_it_kept(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send()
        socket = await lose(stage)

        stage.exchange.disconnect(0)
        await stage.settle()

        why = "connection lost before acknowledgement: the mock disconnected"
        assert (stage.diary.reasons, socket.is_closed) == ([why], True)

    on_stage(play, **LASTING[version])


@VERSIONS
def test_what_is_sent_again_has_its_time_for_an_acknowledgement_anew(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send(qos=1)
        stage.send(qos=2)
        await stage.pass_time(15)
        await lose(stage, RESUMED[version])

        await stage.pass_time(18)
        before = list(stage.diary.reasons)
        await stage.pass_time(3)

        assert before == []
        assert stage.diary.reasons == ["no acknowledgement within 20 s"] * 2

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_resumed_session_has_its_subscriptions(version: str) -> None:
    async def play(stage: Stage) -> None:
        said = b"\0" if version == "5" else b""
        socket = await connect(stage, subscriptions=("cmd",))
        socket.say(packet(0x90, b"\0\x01" + said + b"\x01"))

        socket = await lose(stage, RESUMED[version])

        assert stage.diary.opens == [0, 0]
        assert len(socket.written) == 1  # CONNECT alone
        socket = await lose(stage, CONNACK[version])
        assert socket.written[-1][0] == 0x82  # nothing was there: subscribed again
        assert stage.diary.opens == [0, 0]

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_command_at_qos_2_comes_once_over_a_loss(version: str) -> None:
    async def play(stage: Stage) -> None:
        said = {"said": {}} if version == "5" else {}
        socket = await connect(stage)
        socket.say(publish("cmd", b"go", head=0x34, id_=7, **said))

        socket = await lose(stage, RESUMED[version])
        socket.say(publish("cmd", b"go", head=0x3C, id_=7, **said) + ack(0x62, 7))

        assert stage.diary.messages == [(0, "cmd", b"go")]
        assert socket.written[-1] == ack(0x50, 7) + ack(0x70, 7)

    on_stage(play, subscribe_qos=2, **LASTING[version])


def test_new_parcels_wait_until_all_is_sent_again() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        for address in ("one", "two"):
            stage.send(address=address)
        socket = await lose(stage, packet(0x20, b"\x01\0" + block(receive_maximum=1)))

        stage.send(address="new")
        first = len(socket.written)
        socket.say(ack(0x40, 1))
        socket.say(ack(0x40, 2))
        socket.say(ack(0x40, 1))  # free again, so "new" has it

        assert first == 2  # CONNECT, and "one" again
        assert [data[4:7] for data in socket.written[1:]] == [b"one", b"two", b"new"]
        assert stage.diary.reasons == ["", "", ""]

    on_stage(play, **LASTING["5"])


def test_the_servers_receive_maximum_holds_back_further_parcels() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage, packet(0x20, b"\0\0" + block(receive_maximum=2)))

        for number in range(4):
            stage.send(qos=1 + number % 2)
        first = len(socket.written)
        socket.say(ack(0x50, 2))  # not the last acknowledgement: it makes no room
        second = len(socket.written)
        socket.say(ack(0x70, 2))

        assert (first, second, len(socket.written)) == (3, 4, 5)

    on_stage(play, version="5")


def test_what_the_server_does_not_take_costs_only_its_parcel() -> None:
    async def play(stage: Stage) -> None:
        terms = block(maximum_packet_size=1_024, maximum_qos=1, retain_available=0)
        await connect(stage, packet(0x20, b"\0\0" + terms))

        stage.send(payload=b"x" * 2_000)
        stage.send(qos=2)
        stage.send(retain=True)
        stage.send(qos=0)

        assert stage.diary.reasons == [
            "the broker takes packets of at most 1024 bytes, got 2009",
            "the broker takes QoS 0 to 1, got QoS 2",
            "the broker takes no retained messages",
            "",
        ]

    on_stage(play, version="5")


def test_a_subscription_that_the_server_excludes_is_the_reason() -> None:
    async def play(stage: Stage) -> None:
        answer = packet(0x20, b"\0\0" + block(wildcard_available=0))

        await connect(stage, answer, subscriptions=("cmd/#",))

        words = "the broker takes no subscription with a wildcard: cmd/#"
        assert stage.diary.losses == [(0, words)]

    on_stage(play, version="5")


@pytest.mark.parametrize(("keep_alive", "pings"), [(5, 1), (0, 0)])
def test_the_servers_keep_alive_is_held(keep_alive: int, pings: int) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage, packet(0x20, b"\0\0" + block(server_keep_alive=keep_alive)))

        await stage.pass_time(8)

        assert socket.written.count(b"\xc0\0") == pings

    on_stage(play, version="5")


def test_a_violation_is_answered_before_the_connection_closes() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send()

        socket.say(ack(0x40, 9))

        why = "PUBACK for packet 9, which is not in flight"
        assert socket.written[-1] == b"\xe0\x01\x82"
        assert (socket.is_closed, socket.is_cut) == (True, False)
        assert stage.diary.losses == [(0, why)]
        assert stage.diary.reasons == [f"connection lost before acknowledgement: {why}"]

    on_stage(play, version="5")


def test_the_servers_disconnect_is_the_reason() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)

        socket.say(packet(0xE0, b"\x8b" + block(reason_string="back at 5")))

        assert stage.diary.losses == [(0, "broker disconnected: server shutting down (back at 5)")]

    on_stage(play, version="5")


def test_a_far_side_that_sends_and_does_not_read_is_given_up() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        socket.get_write_buffer_size = lambda: MAX_ANSWERS + 1  # type: ignore[method-assign]
        socket.protocol.pause_writing()

        socket.say(publish("cmd", b"x", head=0x32, id_=1))

        words = f"target reads too slowly: {MAX_ANSWERS + 1} bytes wait"
        assert stage.diary.losses == [(0, words)]

    on_stage(play)


def test_what_waits_for_room_is_lost_with_the_connection_and_what_is_kept_is_not() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        for _ in range(mqtt.MAX_IN_FLIGHT + 1):
            stage.send()

        stage.socket.hang_up(ConnectionResetError())
        await stage.settle()

        assert stage.diary.reasons == ["connection lost before sending: connection reset"]

    on_stage(play, **LASTING["5"])


def test_what_a_command_leads_to_does_not_lose_what_came_with_it() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=2)
        stage.send(qos=1)
        socket.say(ack(0x50, 1))
        stage.exchange.received = lambda *_: stage.exchange.break_off(0, "on purpose")

        socket.say(publish("cmd", b"x") + ack(0x70, 1) + ack(0x40, 2))

        assert stage.diary.reasons == ["", ""]

    on_stage(play)
