"""Sessions of mocks that are let go and come back: what the broker may still know of them stays."""

import pytest

from simulator.protocols import mqtt
from tests.simulator.protocols.mqtt_making import CONNACK, RESUMED, ack, block, packet
from tests.simulator.transports.mqtt_stage import connect, on_stage
from tests.simulator.transports.virtual import Socket, Stage

VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])
LASTING = {
    "3.1.1": {"version": "3.1.1", "clean_start": False},
    "5": {"version": "5", "session_expiry": 60},
}
SAID = {"3.1.1": b"", "5": b"\0"}
GONE = "connection lost before acknowledgement: the mock disconnected"


async def come_back(stage: Stage, answer: bytes) -> Socket:
    """Let the mock go at once, whatever is under way, and connect it again."""
    stage.exchange.disconnect(0)
    await stage.pass_time(6)
    stage.exchange.connect(0, stage.identity())
    await stage.settle()
    stage.socket.say(answer)
    return stage.socket


@VERSIONS
def test_an_identifier_that_the_broker_may_hold_is_not_used_again(version: str) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=2, payload=b"first")
        socket.say(ack(0x50, 1))  # the broker has it now, and waits for its PUBREL

        socket = await come_back(stage, RESUMED[version])
        stage.send(qos=2, payload=b"second")

        after = socket.written[1:]
        assert after[0] == ack(0x62, 1)  # its PUBREL again
        assert after[1] == packet(0x34, b"\0\x01a\0\x02" + SAID[version] + b"second")
        assert stage.diary.reasons == [GONE]
        socket.say(ack(0x70, 1) + ack(0x50, 2) + ack(0x70, 2))
        assert stage.diary.reasons == [GONE, ""]

    on_stage(play, **LASTING[version])


@VERSIONS
def test_what_is_not_acknowledged_is_sent_again_though_nobody_waits_for_it(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send(qos=1)

        socket = await come_back(stage, RESUMED[version])
        stage.send(qos=1)

        tail = SAID[version] + b"x"
        assert socket.written[1:] == [
            packet(0x3A, b"\0\x01a\0\x01" + tail),
            packet(0x32, b"\0\x01a\0\x02" + tail),
        ]
        socket.say(ack(0x40, 1) + ack(0x40, 2))
        assert stage.diary.reasons == [GONE, ""]

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_mock_that_is_let_go_between_two_connections_keeps_its_identifiers(version: str) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=1)
        socket.hang_up(ConnectionResetError())
        await stage.settle()

        socket = await come_back(stage, RESUMED[version])

        assert socket.written[1][:1] == b"\x3a"  # sent again
        assert stage.diary.reasons == ["connection lost before acknowledgement: connection reset"]

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_command_that_came_before_the_mock_was_let_go_comes_no_second_time(version: str) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        command = b"\0\x01c\0\x07" + SAID[version] + b"on"
        for _ in range(2):
            socket.say(packet(0x34, command))
            socket = await come_back(stage, RESUMED[version])
        socket.say(packet(0x3C, command))

        assert stage.diary.messages == [(0, "c", b"on")]

    on_stage(play, **{**LASTING[version], "subscribe_qos": 2})


def test_a_session_that_has_ended_meanwhile_is_begun_anew() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=2)
        socket.say(ack(0x50, 1))
        stage.exchange.disconnect(0)
        await stage.pass_time(70)

        socket = await connect(stage)

        assert socket.written[0][9] & 0x02  # a clean start
        stage.send(qos=2)
        assert socket.written[1][5:7] == b"\0\x01"

    on_stage(play, **LASTING["5"])


@VERSIONS
def test_a_mock_that_comes_back_at_once_takes_up_what_its_last_connection_waits_for(
    version: str,
) -> None:
    async def play(stage: Stage) -> None:
        first = await connect(stage)
        stage.send(qos=1)
        stage.exchange.disconnect(0)  # it waits some seconds for the PUBACK
        stage.exchange.connect(0, stage.identity())
        await stage.settle()
        second = stage.socket

        first.hang_up()  # the broker lets only one of them live
        await stage.settle()
        second.say(RESUMED[version] + ack(0x40, 1))

        assert first is not second
        assert second.written[1][:1] == b"\x3a"
        assert stage.diary.reasons == [""]

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_session_that_the_broker_has_lost_leaves_nothing(version: str) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=2)
        socket.say(ack(0x50, 1))

        socket = await come_back(stage, CONNACK[version])
        stage.send(qos=2)

        assert [data[:1] for data in socket.written] == [b"\x10", b"\x34"]  # and no PUBREL
        assert stage.diary.reasons == [GONE]

    on_stage(play, **LASTING[version])


def test_a_server_that_keeps_no_session_has_none_to_come_back_to() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, packet(0x20, b"\0\0" + block(session_expiry=0)))
        stage.exchange.disconnect(0)

        assert stage.exchange.sessions() == {}

    on_stage(play, **LASTING["5"])


def test_the_session_of_a_mock_that_was_let_go_goes_along_to_another_tower() -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=2)
        socket.say(ack(0x50, 1))
        stage.exchange.disconnect(0)

        session: mqtt.Memory = stage.exchange.sessions()[0]

        assert session.awaited.keys() == {1}
        assert session.tokens() == []  # who lets it go settles what was in flight

    on_stage(play, **LASTING["3.1.1"])
