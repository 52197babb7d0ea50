"""A mock whose password or token ends soon: another connection takes over, and nothing is lost."""

import asyncio
import gc
from collections.abc import Callable
from typing import Any

import pytest

from simulator.transports.mqtt import MAX_HELD
from tests.simulator.protocols.mqtt_making import CONNACK, RESUMED, ack, packet
from tests.simulator.transports.mqtt_stage import connect, on_stage
from tests.simulator.transports.virtual import Stage

GOODBYE = b"\xe0\x00"
SUBSCRIBED = packet(0x90, b"\0\x01\x01")


def is_connect(data: bytes, password: bytes) -> bool:
    return data[:1] == b"\x10" and data.endswith(password)


async def renewed(stage: Stage, password: str = "new"):
    """Show another password, and return the socket before and the one after."""
    before = stage.socket
    assert stage.exchange.renew(0, stage.identity(username="u", password=password))
    await stage.settle()
    return before, stage.socket


def test_the_old_connection_says_goodbye_before_the_new_one_says_anything() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")

        before, after = await renewed(stage)

        assert before.written[1:] == [GOODBYE]
        assert (after.written, before.is_closed) == ([], False)
        before.hang_up()  # the broker has read it
        await stage.settle()
        assert is_connect(after.written[0], b"new")

    on_stage(play)


def test_nothing_is_told_as_lost_and_nothing_fails() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        before, after = await renewed(stage)
        for qos in (0, 1, 0):
            stage.send(qos=qos)
        before.hang_up()
        await stage.settle()
        stage.send(qos=0)
        waiting = list(stage.diary.ends)

        after.say(CONNACK["3.1.1"])
        after.say(ack(0x40, 1))

        assert waiting == []
        assert stage.diary.reasons == [""] * 4
        assert [data[0] for data in after.written] == [0x10, 0x30, 0x32, 0x30, 0x30]
        assert (stage.diary.opens, stage.diary.losses) == ([0], [])

    on_stage(play)


def test_what_is_in_flight_is_acknowledged_first() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        stage.send(qos=1)
        stage.send(qos=2)
        before, after = await renewed(stage)
        during = list(before.written)

        before.say(ack(0x40, 1))
        before.say(ack(0x50, 2))
        before.say(ack(0x70, 2))

        assert GOODBYE not in during
        assert before.written[-1] == GOODBYE
        assert stage.diary.reasons == ["", ""]
        before.hang_up()
        await stage.settle()
        assert len(after.written) == 1

    on_stage(play)


def test_a_broker_that_does_not_hang_up_is_waited_for_no_longer_than_a_moment() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        before, after = await renewed(stage)

        await stage.pass_time(3)

        assert before.is_cut
        assert is_connect(after.written[0], b"new")

    on_stage(play)


def test_a_connection_that_is_not_ready_yet_is_not_replaced_before_it_is() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        before, second = await renewed(stage)
        before.hang_up()
        await stage.settle()
        stage.send(qos=0)
        _, still = await renewed(stage, "newest")
        waiting = list(stage.diary.ends)

        second.say(CONNACK["3.1.1"])
        await stage.pass_time(2)
        second.hang_up()
        await stage.settle()

        assert (still, waiting) == (second, [])
        assert stage.diary.reasons == [""]
        assert is_connect(stage.socket.written[0], b"newest")

    on_stage(play)


def test_what_is_never_acknowledged_fails_and_does_not_hold_up_the_others() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        stage.send(qos=1)
        before, after = await renewed(stage)
        stage.send(qos=1)

        await stage.pass_time(8)
        after.say(CONNACK["3.1.1"])
        after.say(ack(0x40, 1))

        assert before.is_closed
        lost = "connection lost before acknowledgement: the mock disconnected"
        assert stage.diary.reasons == [lost, ""]

    on_stage(play)


def test_a_session_that_lasts_goes_on_and_keeps_its_subscription() -> None:
    async def play(stage: Stage) -> None:
        who = {"username": "u", "password": "old", "subscriptions": ("c",)}
        socket = await connect(stage, **who)
        socket.say(SUBSCRIBED)
        stage.send(qos=1)
        stage.exchange.renew(0, stage.identity(**{**who, "password": "new"}))
        await stage.settle()
        before, after = socket, stage.socket
        before.say(ack(0x40, 2))
        before.hang_up()
        await stage.settle()

        after.say(RESUMED["3.1.1"])
        stage.send(qos=1)

        assert len(after.written) == 2  # CONNECT, and the message: no SUBSCRIBE again
        assert stage.diary.reasons == [""]

    on_stage(play, clean_start=False)


def test_a_connection_that_breaks_in_its_last_moments_is_followed_all_the_same() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        stage.send(qos=1)
        before, after = await renewed(stage)

        before.hang_up(ConnectionResetError())
        await stage.settle()
        after.say(CONNACK["3.1.1"])
        stage.send(qos=0)

        lost = "connection lost before acknowledgement: connection reset"
        assert stage.diary.reasons == [lost, ""]
        assert stage.diary.losses == []

    on_stage(play)


def test_a_new_connection_that_cannot_be_made_is_tried_again_and_nothing_is_lost() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        stage.road.failure = "connection refused"
        stage.exchange.renew(0, stage.identity(username="u", password="new"))
        await stage.settle()
        stage.send(qos=0)
        stage.road.failure = ""

        await stage.pass_time(12)

        assert len(stage.road.sockets) == 2
        stage.road.sockets[0].hang_up()
        await stage.settle()
        assert is_connect(stage.socket.written[0], b"new")
        assert (stage.diary.losses, stage.diary.reasons) == ([], [""])

    on_stage(play)


def test_a_new_password_that_is_refused_costs_what_a_loss_costs() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        before, after = await renewed(stage)
        before.hang_up()
        await stage.settle()
        stage.send(qos=1)

        after.say(b"\x20\x02\0\x05")

        assert stage.diary.losses == [(0, "broker refused: not authorised")]
        assert stage.diary.reasons == [
            "connection lost before sending: broker refused: not authorised"
        ]

    on_stage(play)


def test_what_waits_for_the_new_connection_is_bounded() -> None:
    async def play(stage: Stage) -> None:
        await connect(stage, username="u", password="old")
        await renewed(stage)

        for _ in range(MAX_HELD + 1):
            stage.send(qos=0)

        assert stage.diary.reasons == [f"{MAX_HELD} messages wait for the new connection already"]

    on_stage(play)


def failures() -> Callable[[], list[Any]]:
    """Return what tells which tasks of the loop have failed from now on."""
    found: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: found.append(context))

    def told() -> list[Any]:
        gc.collect()  # a task tells of its error when nobody can ask for it any more
        return found

    return told


@pytest.mark.parametrize("moment", ["before it is opened", "while the old one ends"])
def test_a_mock_that_is_let_go_meanwhile_leaves_no_connection(moment: str) -> None:
    async def play(stage: Stage) -> None:
        failed = failures()
        await connect(stage, username="u", password="old")
        if moment == "before it is opened":
            stage.road.gate.clear()
        stage.exchange.renew(0, stage.identity(username="u", password="new"))
        await stage.settle()

        stage.exchange.disconnect(0)
        stage.road.gate.set()
        await stage.pass_time(8)

        assert all(socket.is_closed for socket in stage.road.sockets)
        assert (stage.diary.losses, failed()) == ([], [])

    on_stage(play)


def test_a_connection_that_is_lost_meanwhile_is_opened_again_once() -> None:
    async def play(stage: Stage) -> None:
        failed = failures()
        await connect(stage, username="u", password="old")
        stage.road.gate.clear()
        stage.exchange.renew(0, stage.identity(username="u", password="new"))
        await stage.settle()
        stage.socket.hang_up(ConnectionResetError())
        await stage.settle()
        stage.road.gate.set()

        await stage.pass_time(8)

        assert len(stage.road.sockets) == 2
        assert is_connect(stage.socket.written[0], b"new")
        assert failed() == []

    on_stage(play)


def test_a_mock_that_is_not_connected_shows_it_when_it_is() -> None:
    async def play(stage: Stage) -> None:
        stage.road.failure = "connection refused"
        await stage.connect_in_vain()

        assert not stage.exchange.renew(0, stage.identity(username="u", password="new"))

        stage.road.failure = ""
        await stage.pass_time(3)
        assert is_connect(stage.socket.written[0], b"new")

    on_stage(play)


def test_a_stream_that_says_who_it_is_first_is_replaced_without_a_gap() -> None:
    target = {"protocol": "tcp", "preamble": "I am {password}\n", "acknowledgement": {"ok": "ok"}}

    async def play(stage: Stage) -> None:
        await stage.connect(password="old")
        before = stage.socket
        first = stage.send(payload=b"1")

        stage.exchange.renew(0, stage.identity(password="new"))
        await stage.settle()
        second = stage.send(payload=b"2")
        before.say(b"ok\n")
        stage.socket.say(b"ok\n")

        assert before.written == [b"I am old\n", b"1\n"]
        assert stage.socket.written == [b"I am new\n", b"2\n"]
        assert [(each, why) for each, _, why in stage.diary.ends] == [(first, ""), (second, "")]
        assert before.is_closed
        assert (stage.diary.opens, stage.diary.losses) == ([0], [])

    on_stage(play, **target)


def test_the_next_request_of_http_shows_it_on_the_same_connection() -> None:
    async def play(stage: Stage) -> None:
        tokens = iter(["old", "new"])
        await stage.connect(token=lambda: next(tokens))
        answer = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
        stage.send()
        stage.socket.say(answer)

        assert not stage.exchange.renew(0, stage.identity(token=lambda: next(tokens)))
        stage.send()
        stage.socket.say(answer)

        assert len(stage.road.sockets) == 1
        assert b"Bearer old" in stage.socket.written[0]
        assert b"Bearer new" in stage.socket.written[1]
        assert stage.diary.reasons == ["", ""]

    on_stage(play, protocol="http")
