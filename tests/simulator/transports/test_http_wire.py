"""HTTP connections of an exchange, in virtual time: turns, closes, and what is never done twice."""

import asyncio

import h11
import pytest

from simulator.transports import Parcel
from tests.simulator.transports.virtual import Socket, Stage, run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
LAST = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok"


def stage_for(**target: object) -> Stage:
    return Stage(protocol="http", **target)


def targets(socket: Socket) -> list[bytes]:
    """The request targets that were written, read by an independent server."""
    server, found = h11.Connection(h11.SERVER), []
    for data in socket.written:
        server.receive_data(data)
        request = server.next_event()
        assert isinstance(request, h11.Request)
        found.append(request.target)
        while not isinstance(server.next_event(), h11.EndOfMessage):
            pass
        server.send(h11.Response(status_code=204, headers=[]))
        server.send(h11.EndOfMessage())
        server.start_next_cycle()
    return found


def test_a_2xx_acknowledges() -> None:
    async def main() -> None:
        stage = stage_for(path="/api", headers={"X-A": "1"})
        socket = await stage.connect(token="t")
        assert stage.diary.opens == [0]
        parcel = stage.send(address="/up", payload=b"{}", method="PUT")
        await asyncio.sleep(1)

        socket.say(OK)

        assert stage.diary.ends == [(parcel, 1.0, "")]
        assert parcel.sent == 0.0
        assert socket.written[0].startswith(b"PUT /api/up HTTP/1.1\r\nHost: h:1\r\n")
        assert b"\r\nAuthorization: Bearer t\r\nContent-Length: 2\r\n\r\n{}" in socket.written[0]
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (b"HTTP/1.1 503 Busy\r\nContent-Length: 0\r\n\r\n", "HTTP 503: service unavailable"),
        (
            b"HTTP/1.1 302 F\r\nLocation: https://u:p@x/y?t=1\r\nContent-Length: 0\r\n\r\n",
            "HTTP 302, redirects to https://x/y",
        ),
    ],
)
def test_another_status_is_the_reason(answer: bytes, reason: str) -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send()

        socket.say(answer)

        assert stage.diary.reasons == [reason]
        assert stage.diary.losses == []
        assert not socket.is_closed
        await stage.exchange.close()

    run(main)


def test_requests_take_turns_in_their_order() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        for number in range(3):
            stage.send(address=f"/{number}")
        assert len(socket.written) == 1

        for _ in range(3):
            socket.say(OK)

        assert targets(socket) == [b"/0", b"/1", b"/2"]
        assert stage.diary.reasons == ["", "", ""]
        await stage.exchange.close()

    run(main)


def test_more_than_ten_that_wait_are_too_many() -> None:
    async def main() -> None:
        stage = stage_for()
        await stage.connect()
        for _ in range(11):
            stage.send()

        stage.send()

        assert stage.diary.reasons == ["10 requests wait for an answer already"]
        await stage.exchange.close()

    run(main)


def test_of_many_at_once_those_that_find_no_room_are_refused_together() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        parcels = [Parcel(0, str(n), b"x") for n in range(14)]

        stage.exchange.send_all(0, parcels)

        full = "10 requests wait for an answer already"
        assert stage.diary.ends == [(parcel, 0.0, full) for parcel in parcels[11:]]
        for _ in range(11):
            socket.say(OK)
        assert targets(socket) == [b"/%d" % n for n in range(11)]
        await stage.exchange.close()

    run(main)


def test_a_request_says_its_own_method_and_path_after_one_of_another() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        wanted = [("POST", "a"), ("PUT", "a"), ("PUT", "b"), ("PUT", "b"), ("POST", "a")]
        for method, address in wanted:
            stage.send(method=method, address=address)
            socket.say(OK)

        lines = [data.split(b" HTTP")[0].decode() for data in socket.written]
        assert lines == [f"{method} /{address}" for method, address in wanted]
        await stage.exchange.close()

    run(main)


def test_a_connection_closed_while_idle_is_opened_again_by_the_next_parcel() -> None:
    async def main() -> None:
        stage = stage_for()
        first = await stage.connect()
        first.hang_up()
        await stage.settle()
        assert len(stage.road.sockets) == 1

        stage.send()
        await stage.settle()
        stage.socket.say(OK)

        assert stage.diary.reasons == [""]
        assert stage.diary.losses == []
        assert stage.diary.opens == [0]
        assert len(stage.road.sockets) == 2
        await stage.exchange.close()

    run(main)


def test_a_server_that_closes_after_each_answer_gets_a_connection_for_each() -> None:
    async def main() -> None:
        stage = stage_for()
        await stage.connect()
        for _ in range(3):
            stage.send()

        for _ in range(3):
            stage.socket.say(LAST)
            await stage.settle()

        assert stage.diary.reasons == ["", "", ""]
        assert [len(socket.written) for socket in stage.road.sockets] == [1, 1, 1]
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_parcel_that_waits_for_a_connection_that_fails_says_so() -> None:
    async def main() -> None:
        stage = stage_for()
        first = await stage.connect()
        first.hang_up()
        await stage.settle()
        stage.road.failure = "connection refused"

        stage.send()
        await stage.settle()

        assert stage.diary.reasons == ["not connected: connection refused"]
        assert stage.diary.losses == [(0, "connection refused")]
        await stage.exchange.close()

    run(main)


def test_a_request_on_a_stale_connection_fails_and_is_not_sent_again() -> None:
    async def main() -> None:
        stage = stage_for()
        first = await stage.connect()
        stage.send()
        first.say(OK)
        stage.send()
        stage.send(address="/next")

        first.hang_up()
        await stage.settle()
        stage.socket.say(OK)

        assert stage.diary.reasons == ["", "connection closed before the answer", ""]
        assert targets(stage.socket) == [b"/next"]
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_fresh_connection_closed_before_the_answer_is_lost() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send()
        stage.send()

        socket.hang_up(ConnectionResetError())
        await stage.settle()

        assert stage.diary.reasons == [
            "connection reset before the answer",
            "connection lost before sending: connection reset",
        ]
        assert stage.diary.losses == [(0, "connection reset")]
        await stage.exchange.close()

    run(main)


def test_a_body_that_ends_with_the_connection_acknowledges() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send()
        socket.say(b"HTTP/1.1 200 OK\r\n\r\nfine")
        assert stage.diary.reasons == []

        socket.hang_up()
        await stage.settle()

        assert stage.diary.reasons == [""]
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_body_cut_by_a_reset_does_not() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send()
        socket.say(b"HTTP/1.1 200 OK\r\n\r\nfine")

        socket.hang_up(ConnectionResetError())
        await stage.settle()

        assert stage.diary.reasons == ["connection reset before the answer"]
        await stage.exchange.close()

    run(main)


def test_an_answer_that_does_not_come_costs_the_connection_but_not_the_mock() -> None:
    async def main() -> None:
        stage = stage_for(acknowledge_within=20)
        first = await stage.connect()
        first.is_stuck = True
        stage.send()
        await stage.pass_time(10)
        stage.send(address="/next")

        await stage.pass_time(10)
        await stage.settle()
        stage.socket.say(OK)

        assert stage.diary.reasons == ["no acknowledgement within 20 s", ""]
        assert first.is_cut
        assert targets(stage.socket) == [b"/next"]
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_garbage_is_a_violation_with_words() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send()

        socket.say(b"\x20\x02\0\0")

        assert stage.diary.reasons == ["the far side does not speak HTTP/1.1"]
        assert stage.diary.losses == [(0, "the far side does not speak HTTP/1.1")]
        await stage.exchange.close()

    run(main)


def test_an_answer_that_nobody_asked_for_closes_the_idle_connection() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()

        socket.say(b"HTTP/1.1 408 Request Timeout\r\n\r\n")

        assert socket.is_closed
        assert stage.diary.losses == []
        await stage.exchange.close()

    run(main)


def test_a_path_that_http_cannot_carry_costs_only_its_parcel() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()

        stage.send(address="/a\r\nHost: evil")
        stage.send(address="/b")
        socket.say(OK)

        assert stage.diary.reasons[0].startswith("path must not have control characters")
        assert stage.diary.reasons[1:] == [""]
        assert targets(socket) == [b"/b"]
        await stage.exchange.close()

    run(main)


def test_a_mock_that_disconnects_waits_for_its_answer_and_what_waits_behind_it() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send()
        stage.send()

        stage.exchange.disconnect(0)
        socket.say(OK)
        socket.say(OK)

        assert stage.diary.reasons == ["", ""]
        assert socket.is_closed
        await stage.exchange.close()

    run(main)


def test_a_mock_that_disconnects_does_not_wait_for_ever() -> None:
    async def main() -> None:
        stage = stage_for()
        await stage.connect()
        stage.send()

        stage.exchange.disconnect(0)
        await stage.pass_time(5)

        reason = "connection lost before the answer: the mock disconnected"
        assert stage.diary.reasons == [reason]
        await stage.exchange.close()

    run(main)


def test_the_usual_port_is_not_named_in_the_host() -> None:
    async def main() -> None:
        stage = stage_for(host="::1", port=80)
        socket = await stage.connect()

        stage.send()

        assert b"\r\nHost: [::1]\r\n" in socket.written[0]
        await stage.exchange.close()

    run(main)


def test_a_parcels_headers_go_with_its_request_alone() -> None:
    async def main() -> None:
        stage = stage_for(headers={"X-Site": "tokyo"})
        socket = await stage.connect()
        stage.send(headers={"X-Site": "osaka"})
        socket.say(OK)
        stage.send()

        assert b"X-Site: osaka" in socket.written[0]
        assert b"X-Site: tokyo" in socket.written[1]
        await stage.exchange.close()

    run(main)


def test_a_header_that_http_cannot_carry_costs_only_its_parcel() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send(headers={"X-A": "a\nb"})
        stage.send()

        (_, _, reason), *_ = stage.diary.ends
        assert reason == "header X-A must be one line of text without blanks around it"
        assert len(socket.written) == 1
        await stage.exchange.close()

    run(main)
