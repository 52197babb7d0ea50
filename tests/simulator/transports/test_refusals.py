"""What a mock does after each kind of refusal: it stays, it reconnects, it comes back later.

The far side is the test's, in virtual time; tests/integration/transports has real ones.
"""

import asyncio
from typing import Any

import pytest

from simulator.errors import ProtocolViolation
from simulator.transports.asking import number_in
from tests.simulator.protocols.mqtt_making import ack, block, packet
from tests.simulator.transports.virtual import Stage, run

CONNACK = b"\x20\x02\0\0"
SWITCHED = b"HTTP/1.1 101 x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
CLOSED = "connection lost before acknowledgement"
ANSWERED = {"acknowledgement": {"ok": "ACK*", "refused": "NAK*"}}


def no(status: int, *lines: bytes) -> bytes:
    head = b"".join(b"%b\r\n" % line for line in lines)
    return b"HTTP/1.1 %d No\r\nContent-Length: 0\r\n%b\r\n" % (status, head)


# Target, what the far side says before and after the message, what becomes of the message.
STAYS: list[tuple[dict[str, Any], bytes, bytes, str]] = [
    *(
        ({"version": "5"}, b"\x20\x03\0\0\0", packet(0x40, b"\0\x01" + code), reason)
        for code, reason in [
            (b"\x80", "broker refused: unspecified error"),
            (b"\x87", "broker refused: not authorised"),
            (b"\x97", "broker refused: quota exceeded"),
            (b"\x99" + block(reason_string="no"), "broker refused: payload format invalid (no)"),
        ]
    ),
    *(
        ({"protocol": "http"}, b"", no(status), f"HTTP {status}: {words}")
        for status, words in [
            (400, "bad request"),
            (401, "not authorised"),
            (403, "forbidden"),
            (404, "not found"),
            (408, "request timed out"),
            (413, "body too large"),
            (429, "too many requests"),
            (503, "service unavailable"),
        ]
    ),
    ({"protocol": "tcp", **ANSWERED}, b"", b"NAK full\n", "refused by the far side: NAK full"),
]  # fmt: skip


@pytest.mark.parametrize(("target", "opening", "said", "reason"), STAYS)
def test_a_message_that_is_refused_fails_and_its_mock_stays(
    target: dict[str, Any], opening: bytes, said: bytes, reason: str
) -> None:
    async def main() -> None:
        stage = Stage(**target)
        stage.exchange.connect(0, stage.identity())
        await stage.settle()
        if opening:
            stage.socket.say(opening)
        stage.send(payload=b"x")
        stage.socket.say(said)
        await stage.settle()

        assert stage.diary.reasons == [reason]
        assert stage.diary.losses == []
        assert not stage.socket.is_closed
        await stage.exchange.close()

    run(main)


# Target, subscriptions, what the far side says, why the mock is lost.
LOST: list[tuple[dict[str, Any], list[bytes], str]] = [
    ({}, [b"\x20\x02\0\x05"], "broker refused: not authorised"),
    ({}, [b"\x20\x02\0\x03"], "broker refused: server unavailable"),
    ({}, [CONNACK, b"\x90\x03\0\x01\x80"], "broker refused: subscription to cmd"),
    ({}, [CONNACK, ack(0x40, 9)], "PUBACK for packet 9, which is not in flight"),
    ({"version": "5"}, [b"\x20\x03\0\x8a\0"], "broker refused: banned"),
    (
        {"version": "5"},
        [b"\x20\x03\0\0\0", b"\xe0\x01\x8e"],
        "broker disconnected: session taken over",
    ),
    ({"protocol": "http"}, [b"SSH-2.0-x\r\n"], "the far side does not speak HTTP/1.1"),
    (
        {"protocol": "http"},
        [b"HTTP/1.1 200 OK\r\nContent-Length: 1, 2\r\n\r\n"],
        "a content length that is not one number",
    ),
    ({"protocol": "websocket"}, [no(403)], "WebSocket refused: HTTP 403 Forbidden"),
    (
        {"protocol": "websocket"},
        [SWITCHED + b"\r\n"],
        "WebSocket: the answer does not fit the key of the request",
    ),
    (
        {"protocol": "tcp", "welcome": "WELCOME*"},
        [b"who are you?\n"],
        "not let in: who are you?",
    ),
    (
        {"protocol": "tcp", "framing": {"kind": "length", "size": 4}},
        [b"\x7f\xff\xff\xff"],
        "a frame of 2,147,483,647 bytes, 262,144 are read at most",
    ),
]


@pytest.mark.parametrize(("target", "says", "why"), LOST)
def test_a_mock_that_is_refused_is_lost_with_the_reason_and_comes_back(
    target: dict[str, Any], says: list[bytes], why: str
) -> None:
    async def main() -> None:
        stage = Stage(**target)
        stage.exchange.connect(0, stage.identity(subscriptions=("cmd",)))
        await stage.settle()
        if target.get("protocol") == "http":
            stage.send()
        for said in says:
            stage.socket.say(said)
        await stage.settle()

        assert stage.diary.losses == [(0, why)]
        assert stage.socket.is_closed
        assert set(stage.diary.reasons) <= {why}
        await stage.pass_time(1)
        assert len(stage.road.attempts) == 2  # after 0.5 s, with the jitter of this stage
        await stage.exchange.close()

    run(main)


def test_a_mock_that_is_refused_for_ever_asks_less_and_less_often() -> None:
    async def main() -> None:
        stage = Stage()
        stage.exchange.connect(0, stage.identity())
        for _ in range(8):
            await stage.settle()
            if len(stage.road.sockets) == len(stage.road.attempts):
                stage.socket.say(b"\x20\x02\0\x04")
            await stage.pass_time(stage.exchange._dialling.redial.next() - stage.loop.time())

        gaps = [b - a for a, b in zip(stage.road.attempts, stage.road.attempts[1:], strict=False)]
        assert gaps == pytest.approx([0.5, 1, 2, 4, 8, 15, 15, 15], abs=0.1)
        assert {why for _, why in stage.diary.losses} == {
            "broker refused: bad user name or password"
        }
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize("answer", [no(503, b"Connection: close"), no(408, b"Connection: close")])
def test_a_server_of_http_that_closes_with_its_refusal_has_not_lost_the_mock(answer: bytes) -> None:
    async def main() -> None:
        stage = Stage(protocol="http")
        first = await stage.connect()
        stage.send()
        stage.send()
        first.say(answer)
        await stage.settle()

        assert len(stage.diary.reasons) == 1
        assert stage.diary.losses == []
        assert len(stage.road.sockets) == 2
        stage.socket.say(no(200))
        assert stage.diary.reasons[1] == ""
        await stage.exchange.close()

    run(main)


def test_a_subscription_that_is_not_answered_is_given_up() -> None:
    async def main() -> None:
        stage = Stage()
        await stage.connect(subscriptions=("cmd",))
        await stage.pass_time(20)

        assert stage.diary.losses == [(0, "no SUBACK within 20 s")]
        await stage.exchange.close()
        await asyncio.sleep(0)

    run(main)


@pytest.mark.parametrize(
    ("body", "path", "number"),
    [(b"7", "", 7.0), (b'{"a": [{"b": "8"}]}', "a.0.b", 8.0)],
)
def test_a_counter_says_its_number(body: bytes, path: str, number: float) -> None:
    assert number_in(body, path) == number


@pytest.mark.parametrize(
    ("body", "path"),
    [(b"", ""), (b"<html>", ""), (b"{}", "a"), (b"[1]", "1"), (b"[1]", "x"), (b"NaN", ""),
     (b'{"a": null}', "a"),
     (b"\xff", ""), (b"[" * 100_000, "")],
)  # fmt: skip
def test_a_counter_that_says_no_number_is_told_so(body: bytes, path: str) -> None:
    with pytest.raises(ProtocolViolation, match="the receiver's counter says no number"):
        number_in(body, path)
