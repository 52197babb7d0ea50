"""Sessions that go on in another tower: what is in flight, and what the broker may know of them."""

import pytest

from simulator.fleet import checkpoint
from simulator.transports import sessions
from tests.simulator.protocols.mqtt_making import RESUMED, ack, packet
from tests.simulator.transports.mqtt_stage import connect, on_stage
from tests.simulator.transports.virtual import Socket, Stage

VERSIONS = pytest.mark.parametrize("version", ["3.1.1", "5"])
LASTING = {
    "3.1.1": {"version": "3.1.1", "clean_start": False},
    "5": {"version": "5", "session_expiry": 60},
}
SAID = {"3.1.1": b"", "5": b"\0"}
GONE = "connection lost before acknowledgement: the mock disconnected"
AWAY = 1_000.0  # s by which the clocks of two towers differ


async def move(stage: Stage, *, is_lost: bool = False) -> Stage:
    """Let another exchange go on, by the bytes of a checkpoint; the first one ends."""
    left = stage.exchange.sessions(leave=not is_lost)
    columns = sessions.columns_of(left, lambda at: at + AWAY)
    data = checkpoint.pack({}, columns)
    if not is_lost:
        await stage.exchange.close()
    other = Stage(**stage.target.model_dump())
    back = sessions.sessions_of(checkpoint.unpack(data, {}), lambda at: at - AWAY)
    for row, session in back.items():
        other.exchange.adopt(row, sessions.apart(session) if is_lost else session)
    return other


async def resume(other: Stage, version: str) -> Socket:
    other.exchange.connect(0, other.identity())
    await other.settle()
    other.socket.say(RESUMED[version])
    return other.socket


@VERSIONS
def test_what_is_in_flight_is_sent_again_and_settled_by_the_next_tower(version: str) -> None:
    async def play(stage: Stage) -> None:
        first = await connect(stage)
        parcel = stage.send(qos=1, sequence=7, message="telemetry", scheduled=3.5, fault="late")

        other = await move(stage)
        second = await resume(other, version)
        second.say(ack(0x40, 1))

        assert first.written[-1] == b"\xe0\x00"
        assert stage.diary.reasons == []
        assert second.written[1:] == [packet(0x3A, b"\0\x01a\0\x01" + SAID[version] + b"x")]
        [(settled, _, _)] = other.diary.ends
        assert other.diary.reasons == [""]
        for name in parcel.__slots__:
            assert getattr(settled, name) == getattr(parcel, name)
        await other.exchange.close()

    on_stage(play, **LASTING[version])


@VERSIONS
def test_the_second_half_of_qos_2_goes_on_where_it_was(version: str) -> None:
    async def play(stage: Stage) -> None:
        socket = await connect(stage)
        stage.send(qos=2, sequence=1)
        socket.say(ack(0x50, 1))

        other = await move(stage)
        second = await resume(other, version)
        second.say(ack(0x70, 1))

        assert second.written[1:] == [ack(0x62, 1)]
        assert other.diary.reasons == [""]
        await other.exchange.close()

    on_stage(play, **LASTING[version])


@VERSIONS
def test_after_a_loss_nothing_is_sent_again_and_no_identifier_is_used_twice(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send(qos=1)
        stage.send(qos=1)

        other = await move(stage, is_lost=True)
        second = await resume(other, version)
        other.send(qos=1)

        identifier = (2 + sessions.APART + 1).to_bytes(2)
        tail = SAID[version] + b"x"
        assert second.written[1:] == [packet(0x32, b"\0\x01a" + identifier + tail)]
        await other.exchange.close()

    on_stage(play, **LASTING[version])


@VERSIONS
def test_a_session_that_the_broker_has_lost_says_so_of_what_was_in_flight(version: str) -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send(qos=1)

        other = await move(stage)
        await connect(other)

        assert other.diary.reasons == [
            "the broker has lost the session: it has nothing of it any more"
        ]
        await other.exchange.close()

    on_stage(play, **LASTING[version])


def test_a_session_that_ends_with_its_connection_does_not_go_along() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage)
        stage.send(qos=1)

        assert stage.exchange.sessions(leave=True) == {}
        await stage.exchange.close()
        assert stage.diary.reasons == [
            "connection lost before acknowledgement: the mock disconnected"
        ]

    on_stage(play, version="3.1.1")
