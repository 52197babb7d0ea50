"""Several messages of a mock in one request: when it leaves, and what becomes of each of them."""

import json
from typing import Any

import h11
import pytest

from tests.simulator.transports.virtual import Socket, Stage, run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"


def stage_for(count: int = 3, age: float = 10, **together: Any) -> Stage:
    return Stage(protocol="http", together={"count": count, "age": age, **together})


def requests(socket: Socket) -> list[tuple[h11.Request, bytes]]:
    """What was written, as an independent server reads it."""
    server, found = h11.Connection(h11.SERVER), []
    for data in socket.written:
        server.receive_data(data)
        request, body = server.next_event(), b""
        assert isinstance(request, h11.Request)
        while isinstance(event := server.next_event(), h11.Data):
            body += event.data
        found.append((request, body))
        server.send(h11.Response(status_code=204, headers=[]))
        server.send(h11.EndOfMessage())
        server.start_next_cycle()
    return found


def bodies(socket: Socket) -> list[bytes]:
    return [body for _, body in requests(socket)]


def test_one_answer_settles_all_messages_of_a_request() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        parcels = [stage.send(payload=b'{"n": %d}' % number) for number in range(3)]

        socket.say(OK)

        ((request, body),) = requests(socket)
        assert json.loads(body) == [{"n": 0}, {"n": 1}, {"n": 2}]
        assert dict(request.headers)[b"content-type"] == b"application/json"
        assert stage.diary.ends == [(parcel, 0.0, "") for parcel in parcels]
        await stage.exchange.close()

    run(main)


def test_one_refusal_fails_all_messages_of_a_request() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        socket = await stage.connect()
        stage.send()
        stage.send()

        socket.say(b"HTTP/1.1 413 Big\r\nContent-Length: 0\r\n\r\n")

        assert stage.diary.reasons == ["HTTP 413: body too large"] * 2
        await stage.exchange.close()

    run(main)


def test_a_request_that_is_not_full_leaves_when_it_is_old_enough() -> None:
    async def main() -> None:
        stage = stage_for(age=2.5)
        socket = await stage.connect()
        stage.send(payload=b"1")
        await stage.pass_time(1)
        parcel = stage.send(payload=b"2")
        await stage.pass_time(1.4)
        assert socket.written == []

        await stage.pass_time(0.2)

        assert bodies(socket) == [b"[1,2]"]
        assert parcel.sent == pytest.approx(2.5, abs=0.02)
        assert parcel.held == pytest.approx(1.5, abs=0.02)  # on purpose
        socket.say(OK)
        assert stage.diary.reasons == ["", ""]
        await stage.exchange.close()

    run(main)


def test_the_next_request_waits_for_the_answer_and_keeps_the_order() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        socket = await stage.connect()
        for number in range(6):
            stage.send(payload=b"%d" % number)
        assert len(socket.written) == 1

        for _ in range(3):
            socket.say(OK)

        assert bodies(socket) == [b"[0,1]", b"[2,3]", b"[4,5]"]
        assert stage.diary.reasons == [""] * 6
        await stage.exchange.close()

    run(main)


def test_messages_to_different_places_share_no_request() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        socket = await stage.connect()
        stage.send(address="/a", payload=b"1")
        stage.send(address="/b", payload=b"2")
        stage.send(address="/b", payload=b"3", headers={"X-Site": "tokyo"})
        stage.send(address="/b", payload=b"4")
        socket.say(OK)
        stage.send(address="/a", payload=b"5")
        socket.say(OK)

        sent = [(request.target, body) for request, body in requests(socket)]
        assert sent == [(b"/b", b"[2,4]"), (b"/a", b"[1,5]")]
        await stage.exchange.close()

    run(main)


def test_lines_have_their_content_type_unless_the_target_says_another() -> None:
    async def main() -> None:
        for headers, expected in (({}, b"application/x-ndjson"), ({"content-type": "x/y"}, b"x/y")):
            stage = Stage(
                protocol="http", headers=headers, together={"count": 2, "format": "lines"}
            )
            socket = await stage.connect()
            stage.send(payload=b"1")
            stage.send(payload=b"2")

            ((request, body),) = requests(socket)
            assert body == b"1\n2\n"
            assert dict(request.headers)[b"content-type"] == expected
            await stage.exchange.close()

    run(main)


def test_the_type_of_one_json_message_is_not_that_of_the_array() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        socket = await stage.connect()
        for _ in range(2):
            stage.send(
                payload=b"{}", headers={"Content-Type": "application/senml+json", "X-A": "1"}
            )

        ((request, _),) = requests(socket)
        headers = dict(request.headers)
        assert (headers[b"content-type"], headers[b"x-a"]) == (b"application/json", b"1")
        await stage.exchange.close()

    run(main)


def test_a_message_that_does_not_fit_fails_alone() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        socket = await stage.connect()
        stage.send(payload=b"1")
        stage.send(payload=b"a;b", headers={"Content-Type": "text/csv"})
        stage.send(payload=b"2")

        assert bodies(socket) == [b"[1,2]"]
        text = "a request of several messages takes JSON, this one is text/csv"
        assert stage.diary.reasons == [text]
        await stage.exchange.close()

    run(main)


def test_no_more_wait_than_fill_two_requests() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        await stage.connect()
        for _ in range(6):
            stage.send()

        stage.send()

        assert stage.diary.reasons == ["4 messages wait for an answer already"]
        await stage.exchange.close()

    run(main)


def test_what_waits_too_long_for_the_answers_before_fails() -> None:
    async def main() -> None:
        stage = Stage(protocol="http", acknowledge_within=20, together={"count": 2, "age": 1})
        await stage.connect()
        for address in ("/a", "/b", "/c"):
            stage.send(address=address)
            stage.send(address=address)

        await stage.pass_time(22)

        assert stage.diary.reasons == [
            "no acknowledgement within 20 s",
            "no acknowledgement within 20 s",
            "not sent within 20 s: others are in flight",
            "not sent within 20 s: others are in flight",
        ]
        assert [request.target for request, _ in requests(stage.socket)] == [b"/b"]
        await stage.exchange.close()

    run(main)


def test_what_gathers_outlives_a_connection_closed_while_idle_and_keeps_its_age() -> None:
    async def main() -> None:
        stage = stage_for(age=10)
        first = await stage.connect()
        stage.send(payload=b"1")
        await stage.pass_time(4)
        first.hang_up()
        await stage.settle()
        stage.send(payload=b"2")
        await stage.pass_time(5.9)
        assert stage.socket is not first
        assert stage.socket.written == []

        await stage.pass_time(0.2)

        assert bodies(stage.socket) == [b"[1,2]"]
        stage.socket.say(OK)
        assert stage.diary.reasons == ["", ""]
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_server_that_closes_after_each_answer_gets_every_message_once() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        await stage.connect()
        for number in range(6):
            stage.send(payload=b"%d" % number)

        for _ in range(3):
            stage.socket.say(LAST)
            await stage.settle()

        sent = [body for socket in stage.road.sockets for body in bodies(socket)]
        assert sent == [b"[0,1]", b"[2,3]", b"[4,5]"]
        assert stage.diary.reasons == [""] * 6
        await stage.exchange.close()

    run(main)


def test_what_gathers_is_told_when_the_connection_is_lost() -> None:
    async def main() -> None:
        stage = stage_for(count=2)
        socket = await stage.connect()
        for _ in range(3):
            stage.send()

        socket.hang_up(ConnectionResetError())
        await stage.settle()

        assert stage.diary.reasons == [
            "connection reset before the answer",
            "connection reset before the answer",
            "connection lost before sending: connection reset",
        ]
        await stage.exchange.close()

    run(main)


def test_a_mock_that_disconnects_sends_what_it_gathered() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send(address="/a", payload=b"1")
        stage.send(address="/b", payload=b"2")

        stage.exchange.disconnect(0)
        socket.say(OK)
        socket.say(OK)

        assert bodies(socket) == [b"[1]", b"[2]"]
        assert stage.diary.reasons == ["", ""]
        assert socket.is_closed
        await stage.exchange.close()

    run(main)
