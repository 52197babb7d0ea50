"""Framed messages of an exchange, in virtual time: login, answers in their order, commands."""

import asyncio
from typing import Any

import pytest

from simulator.lot.framing import MAX_FRAME
from tests.simulator.transports.virtual import Socket, Stage, run

ANSWERED = {"acknowledgement": {"ok": "OK*", "refused": "ERR*"}}


def stage_for(**target: Any) -> Stage:
    return Stage(protocol="tcp", **target)


async def end(stage: Stage, socket: Socket) -> None:
    """Let the far side hang up, so that nothing is waited for."""
    socket.hang_up()
    await stage.settle()
    await stage.exchange.close()


def test_a_message_that_is_written_is_sent() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        assert stage.diary.opens == [0]

        parcel = stage.send(payload=b"hi")

        assert socket.written == [b"hi\n"]
        assert stage.diary.ends == [(parcel, 0.0, "")]
        assert parcel.sent == 0.0
        await stage.exchange.close()
        assert socket.is_closed

    run(main)


def test_a_payload_that_cannot_be_framed_fails_alone() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()

        stage.send(payload=b"a\nb")
        stage.send(payload=b"ab")

        assert stage.diary.reasons == ["payload has the delimiter b'\\n' in it", ""]
        assert socket.written == [b"ab\n"]
        await stage.exchange.close()

    run(main)


def test_frames_are_commands_without_a_topic() -> None:
    async def main() -> None:
        stage = stage_for(incoming={"kind": "length", "size": 1})
        socket = await stage.connect(row=3)

        for piece in (b"\x02o", b"n\x00\x03of", b"f"):
            socket.say(piece)

        assert stage.diary.messages == [(3, "", b"on"), (3, "", b"off")]
        await stage.exchange.close()

    run(main)


def test_answers_settle_messages_in_their_order() -> None:
    async def main() -> None:
        stage = stage_for(**ANSWERED)
        socket = await stage.connect()
        first, second = stage.send(), stage.send()
        assert stage.diary.ends == []
        await asyncio.sleep(1)

        socket.say(b"reboot\nOK 1\nERR full\r\nOK\n")

        assert stage.diary.ends == [
            (first, 1.0, ""),
            (second, 1.0, "refused by the far side: ERR full"),
        ]
        assert stage.diary.messages == [(0, "", b"reboot"), (0, "", b"OK")]
        await stage.exchange.close()

    run(main)


def test_messages_wait_when_a_hundred_are_in_flight() -> None:
    async def main() -> None:
        stage = stage_for(**ANSWERED)
        socket = await stage.connect()
        for _ in range(200):
            stage.send()
        assert len(socket.written) == 100

        stage.send()
        socket.say(b"OK\n")

        assert stage.diary.reasons == ["100 messages wait for an answer already", ""]
        assert len(socket.written) == 101
        await end(stage, socket)

    run(main)


def test_an_answer_that_does_not_come_ends_the_connection() -> None:
    async def main() -> None:
        stage = stage_for(acknowledge_within=5, **ANSWERED)
        await stage.connect()
        stage.send()
        await stage.pass_time(1)
        stage.send()

        await stage.pass_time(5)

        why = "no acknowledgement within 5 s"
        assert stage.diary.reasons == [why, f"connection lost before acknowledgement: {why}"]
        assert stage.diary.losses == [(0, why)]
        await stage.exchange.close()

    run(main)


def test_a_mock_logs_in_with_its_own_secrets() -> None:
    async def main() -> None:
        stage = stage_for(preamble=r"LOGIN {username} {token} {x}\r\n")

        socket = await stage.connect(username="u", token="a\\b")

        assert socket.written == [b"LOGIN u a\\b {x}\r\n"]
        await stage.exchange.close()

    run(main)


def test_a_preamble_of_its_own_goes_over_the_targets() -> None:
    async def main() -> None:
        stage = stage_for(preamble="{id}")

        socket = await stage.connect(preamble=r"\x01c0")

        assert socket.written == [b"\x01c0"]
        await stage.exchange.close()

    run(main)


def test_a_mock_is_in_after_its_welcome() -> None:
    async def main() -> None:
        stage = stage_for(preamble="hello", welcome="WELCOME*")
        socket = await stage.connect()
        assert stage.diary.opens == []

        socket.say(b"WELCOME c0\nreset\n")

        assert stage.diary.opens == [0]
        assert stage.diary.messages == [(0, "", b"reset")]
        await stage.exchange.close()

    run(main)


def test_another_first_frame_lets_nobody_in() -> None:
    async def main() -> None:
        stage = stage_for(welcome="WELCOME")
        socket = await stage.connect()

        socket.say(b"unknown\tdevice\nWELCOME\n")

        assert stage.diary.losses == [(0, "not let in: unknown device")]
        await stage.exchange.close()

    run(main)


def test_a_welcome_that_does_not_come_is_told() -> None:
    async def main() -> None:
        stage = stage_for(welcome="WELCOME")
        await stage.connect()

        await stage.pass_time(20)

        assert stage.diary.losses[0] == (0, "no welcome within 20 s")
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("framing", "data", "why"),
    [
        ({"kind": "line"}, bytes(MAX_FRAME + 1), "a line of more than 262,144 bytes"),
        (
            {"kind": "length", "size": 2, "counts_itself": True},
            b"\0\1",
            "a frame of 1 bytes, its length has 2",
        ),
    ],
)
def test_what_is_no_frame_ends_the_connection(
    framing: dict[str, Any], data: bytes, why: str
) -> None:
    async def main() -> None:
        stage = stage_for(framing=framing)
        socket = await stage.connect()

        socket.say(data)

        assert stage.diary.losses == [(0, why)]
        await stage.exchange.close()

    run(main)


def test_a_target_that_reads_too_slowly_is_named() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        socket.protocol.pause_writing()

        stage.send()

        assert stage.diary.reasons == ["target reads too slowly: 262145 bytes wait"]
        await stage.exchange.close()

    run(main)


def test_a_mock_that_leaves_waits_for_its_answers() -> None:
    async def main() -> None:
        stage = stage_for(**ANSWERED)
        socket = await stage.connect()
        stage.send()
        stage.exchange.disconnect(0)
        assert not socket.is_closed

        socket.say(b"OK\n")
        await stage.settle()

        assert stage.diary.reasons == [""]
        assert socket.is_closed
        await stage.exchange.close()

    run(main)


def test_a_mock_that_leaves_does_not_wait_for_ever() -> None:
    async def main() -> None:
        stage = stage_for(**ANSWERED)
        socket = await stage.connect()
        stage.send()
        stage.exchange.disconnect(0)

        await stage.pass_time(6)

        why = "connection lost before acknowledgement: the mock disconnected"
        assert stage.diary.reasons == [why]
        assert socket.is_closed
        await stage.exchange.close()

    run(main)
