"""What a target of HTTP may ask for: compression, chunks, signatures, redirects, waiting."""

import gzip
import hashlib
import hmac

import pytest

from simulator.transports import Identity, Parcel
from tests.simulator.transports.test_http_together import requests
from tests.simulator.transports.virtual import Stage, run

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


def stage_for(**target: object) -> Stage:
    return Stage(protocol="http", **target)


def redirect(status: int, location: str, more: str = "") -> bytes:
    text = f"HTTP/1.1 {status} R\r\nLocation: {location}\r\n{more}Content-Length: 0\r\n\r\n"
    return text.encode()


def test_bodies_are_compressed_once() -> None:
    async def main() -> None:
        stage = stage_for(gzip=True)
        socket = await stage.connect()
        stage.send(payload=b"x" * 500)
        socket.say(OK)
        stage.send(payload=b"packed", headers={"content-encoding": "deflate"})

        (request, body), (own, packed) = requests(socket)
        assert gzip.decompress(body) == b"x" * 500
        assert dict(request.headers)[b"content-encoding"] == b"gzip"
        assert (dict(own.headers)[b"content-encoding"], packed) == (b"deflate", b"packed")
        await stage.exchange.close()

    run(main)


def test_bodies_go_in_chunks() -> None:
    async def main() -> None:
        stage = stage_for(chunked=True)
        socket = await stage.connect()
        stage.send(payload=b"x" * 40_000)

        ((request, body),) = requests(socket)
        assert body == b"x" * 40_000
        assert dict(request.headers)[b"transfer-encoding"] == b"chunked"
        await stage.exchange.close()

    run(main)


def test_what_is_signed_is_what_is_sent() -> None:
    async def main() -> None:
        signature = {"sign": "{method} {path} {id} {body}", "value": "v1={signature}"}
        stage = stage_for(gzip=True, signature=signature)
        socket = await stage.connect(id="cc-1", hmac_key="k")
        stage.send(address="/a b", payload=b"{}")

        ((request, body),) = requests(socket)
        digest = hmac.new(b"k", b"POST /a%20b cc-1 " + body, hashlib.sha256).hexdigest()
        assert dict(request.headers)[b"x-signature"] == b"v1=" + digest.encode()
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("target", "identity", "text"),
    [
        ({"signature": {}}, {}, "a signature needs its key, hmac_key in the credentials"),
        (
            {"signature": {"header": "Authorization"}},
            {"hmac_key": "k", "token": "t"},
            "header authorization is given by the signature, leave it out",
        ),
        (
            {"signature": {}, "headers": {"x-signature": "1"}},
            {"hmac_key": "k"},
            "header x-signature is given by the signature, leave it out",
        ),
    ],
)
def test_a_mock_that_cannot_sign_is_lost_with_the_reason(
    target: dict[str, object], identity: dict[str, str], text: str
) -> None:
    async def main() -> None:
        stage = stage_for(**target)
        stage.exchange.connect(0, Identity(**identity))
        await stage.settle()

        assert stage.diary.losses == [(0, text)]
        await stage.exchange.close()

    run(main)


def test_a_message_must_not_bring_the_header_of_the_signature() -> None:
    async def main() -> None:
        stage = stage_for(signature={})
        socket = await stage.connect(hmac_key="k")
        stage.send(headers={"X-SIGNATURE": "forged"})

        text = "header X-SIGNATURE is given by the signature, leave it out"
        assert stage.diary.reasons == [text]
        assert socket.written == []
        await stage.exchange.close()

    run(main)


def test_a_redirect_on_the_same_host_is_followed_with_the_method_that_rfc_9110_says() -> None:
    async def main() -> None:
        stage = stage_for(follow=2)
        socket = await stage.connect(token="t")
        parcel = stage.send(address="/a", payload=b"{}", headers={"Content-Type": "x/y"})
        socket.say(redirect(308, "/b?x=1"))
        socket.say(redirect(303, "http://h:1/c"))
        assert stage.diary.ends == []

        socket.say(OK)

        read = requests(socket)
        sent = [(request.method, request.target, body) for request, body in read]
        assert sent == [
            (b"POST", b"/a", b"{}"),
            (b"POST", b"/b?x=1", b"{}"),
            (b"GET", b"/c", b""),
        ]
        last = dict(read[2][0].headers)
        assert last[b"authorization"] == b"Bearer t"
        assert b"content-type" not in last
        assert stage.diary.ends == [(parcel, 0.0, "")]
        await stage.exchange.close()

    run(main)


def test_each_hop_is_signed_anew() -> None:
    async def main() -> None:
        stage = stage_for(follow=1, signature={"sign": "{method} {path}"})
        socket = await stage.connect(hmac_key="k")
        stage.send(address="/a")
        socket.say(redirect(303, "/b"))

        _, (request, _) = requests(socket)
        digest = hmac.new(b"k", b"GET /b", hashlib.sha256).hexdigest()
        assert dict(request.headers)[b"x-signature"] == digest.encode()
        await stage.exchange.close()

    run(main)


@pytest.mark.parametrize(
    ("follow", "answer", "reason"),
    [
        (0, redirect(307, "/b"), "HTTP 307, redirects to /b"),
        (
            1,
            redirect(307, "http://evil.example/b"),
            "HTTP 307, redirects to http://evil.example/b, not followed: another host",
        ),
        (
            1,
            redirect(307, "https://h:1/b"),
            "HTTP 307, redirects to https://h:1/b, not followed: another host",
        ),
        (
            1,
            redirect(307, "/b", "Connection: close\r\n"),
            "HTTP 307, redirects to /b, not followed: the connection ends with it",
        ),
        (1, redirect(304, "/b"), "HTTP 304, redirects to /b"),
        (1, b"HTTP/1.1 307 R\r\nContent-Length: 0\r\n\r\n", "HTTP 307: moved for now"),
    ],
)
def test_a_redirect_that_is_not_followed_is_the_reason(
    follow: int, answer: bytes, reason: str
) -> None:
    async def main() -> None:
        stage = stage_for(follow=follow)
        socket = await stage.connect(token="t")
        stage.send()

        socket.say(answer)
        await stage.settle()

        assert stage.diary.reasons == [reason]
        assert [len(each.written) for each in stage.road.sockets] == [1]
        await stage.exchange.close()

    run(main)


def test_a_loop_of_redirects_ends() -> None:
    async def main() -> None:
        stage = stage_for(follow=3)
        socket = await stage.connect()
        stage.send()

        for _ in range(4):
            socket.say(redirect(307, "/b"))

        assert len(socket.written) == 4
        text = "HTTP 307, redirects to /b, not followed: 3 hops were"
        assert stage.diary.reasons == [text]
        await stage.exchange.close()

    run(main)


def test_a_mock_that_is_told_to_wait_waits() -> None:
    async def main() -> None:
        stage = stage_for(heed_retry_after=True)
        socket = await stage.connect()
        stage.send(address="/a")
        socket.say(b"HTTP/1.1 429 Slow\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n")
        later = stage.send(address="/b")
        await stage.pass_time(4.9)
        assert len(socket.written) == 1

        await stage.pass_time(0.2)
        socket.say(OK)

        assert later.sent == pytest.approx(5, abs=0.02)
        assert stage.diary.reasons == ["HTTP 429: too many requests", ""]
        stage.send(address="/c")
        assert len(socket.written) == 3
        await stage.exchange.close()

    run(main)


def test_a_mock_waits_on_its_next_connection_too() -> None:
    async def main() -> None:
        stage = stage_for(heed_retry_after=True)
        socket = await stage.connect()
        stage.send(address="/a")
        stage.send(address="/b")
        socket.say(
            b"HTTP/1.1 503 No\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
        )
        await stage.pass_time(4.9)
        assert [len(each.written) for each in stage.road.sockets] == [1, 0]

        await stage.pass_time(0.2)

        assert [len(each.written) for each in stage.road.sockets] == [1, 1]
        await stage.exchange.close()

    run(main)


def test_what_would_wait_too_long_fails_with_the_reason() -> None:
    async def main() -> None:
        stage = stage_for(heed_retry_after=True, acknowledge_within=20)
        socket = await stage.connect()
        stage.send()
        socket.say(b"HTTP/1.1 503 No\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")
        stage.send()

        await stage.pass_time(21)

        assert stage.diary.reasons[1] == "not sent within 20 s: the target asked to wait"
        await stage.exchange.close()

    run(main)


def test_a_wait_is_not_heeded_unless_asked_for() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        stage.send()
        socket.say(b"HTTP/1.1 429 Slow\r\nRetry-After: 5\r\nContent-Length: 0\r\n\r\n")
        stage.send()

        assert len(socket.written) == 2
        await stage.exchange.close()

    run(main)


def test_a_message_sent_by_the_end_of_another_takes_its_turn() -> None:
    async def main() -> None:
        stage = stage_for()
        socket = await stage.connect()
        settled = stage.diary.settled

        def send_another(parcel: Parcel, at: float, reason: str) -> None:
            settled(parcel, at, reason)
            if len(stage.diary.ends) == 1:
                stage.send(address="/third")

        stage.exchange.settled = send_another  # type: ignore[method-assign]
        stage.send(address="/first")
        stage.send(address="/second")

        for _ in range(3):
            socket.say(OK)

        targets = [request.target for request, _ in requests(socket)]
        assert targets == [b"/first", b"/second", b"/third"]
        await stage.exchange.close()

    run(main)
