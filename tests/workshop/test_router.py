"""The router of bin/rehearse: real sockets on both sides, with limits of its own."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from workshop.authority import Authority
from workshop.rehearsal.router import Limits, Request, Router, forwarded, read_request
from workshop.supervisor import free_port

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
QUICK = Limits(first_byte=0.1)
PATIENT = Limits()


@asynccontextmanager
async def routed(folder: Path, serve: Serve, limits: Limits) -> AsyncIterator[tuple[Router, bytes]]:
    """Yield a router before a dyno that does as ``serve`` says, and what a client is answered."""
    authority = Authority()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*authority.issue(folder))
    log: list[str] = []
    router = Router(port=free_port(), tls=tls, limits=limits, log=log.append)
    dyno = await asyncio.start_server(serve, "127.0.0.1", 0)
    router.dynos = {"web.1": dyno.sockets[0].getsockname()[1]}
    serving = asyncio.create_task(router.serve())
    trusted = ssl.create_default_context(cadata=authority.pem)
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", router.port, ssl=trusted)
            break
        except OSError:
            await asyncio.sleep(0)
    writer.write(b"GET /w/1/?token=hidden HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
    answer = await reader.read()
    writer.close()
    yield router, answer
    assert "hidden" not in log[0]
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    dyno.close()


def answered(folder: Path, serve: Serve, limits: Limits) -> tuple[Router, bytes]:
    async def ask() -> tuple[Router, bytes]:
        async with routed(folder, serve, limits) as both:
            return both

    return asyncio.run(ask())


def test_an_answer_is_passed_on_and_counted(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        writer.close()

    router, answer = answered(tmp_path, serve, PATIENT)

    assert answer == b"HTTP/1.1 200 OK\r\n\r\nhello"
    assert (router.traffic.requests, dict(router.traffic.statuses)) == (1, {200: 1})
    assert not router.traffic.codes


def test_a_dyno_that_says_nothing_is_cut_off(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()  # until the router goes
        writer.close()

    router, answer = answered(tmp_path, serve, QUICK)

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert dict(router.traffic.codes) == {"H12": 1}


def test_an_answer_that_stands_still_is_cut_off(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nhel")
        await writer.drain()
        await reader.read()
        await reader.read()
        writer.close()

    limits = Limits(first_byte=30.0, between_bytes=0.1)
    router, answer = answered(tmp_path, serve, limits)

    assert answer == b"HTTP/1.1 200 OK\r\n\r\nhel"
    assert dict(router.traffic.codes) == {"H15": 1}


def test_a_dyno_that_hangs_up_is_told_of(tmp_path: Path) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    router, answer = answered(tmp_path, serve, PATIENT)

    assert answer.startswith(b"HTTP/1.1 503 ")
    assert dict(router.traffic.codes) == {"H13": 1}


def test_the_forwarded_headers_are_the_routers_own() -> None:
    lines = [
        b"POST /sign-in/?next=/ HTTP/1.1",
        b"Host: 127.0.0.1",
        b"X-Forwarded-For: 203.0.113.9",
        b"X-Forwarded-Proto: http",
        b"X-Request-ID: mine",
    ]
    request = Request(method="POST", path="/sign-in/", lines=lines, body=b"a=1")

    head, _, body = forwarded(request, "127.0.0.1", 443, "e" * 36, 1700000000.5).partition(
        b"\r\n\r\n"
    )

    told = head.decode().split("\r\n")
    assert told[:2] == ["POST /sign-in/?next=/ HTTP/1.1", "Host: 127.0.0.1"]
    assert set(told[2:]) == {
        "Connection: close",
        "Via: 1.1 router",
        "X-Forwarded-For: 203.0.113.9, 127.0.0.1",
        "X-Forwarded-Port: 443",
        "X-Forwarded-Proto: https",
        f"X-Request-ID: {'e' * 36}",
        "X-Request-Start: 1700000000500",
    }
    assert body == b"a=1"


@pytest.mark.parametrize("header", [b"Transfer-Encoding: chunked", b"Content-Length: 99999999999"])
def test_a_body_without_a_bearable_length_is_refused(header: bytes) -> None:
    async def read() -> Request:
        reader = asyncio.StreamReader()
        reader.feed_data(b"POST / HTTP/1.1\r\n" + header + b"\r\n\r\n")
        return await read_request(reader)

    with pytest.raises(OSError, match="unknown or excessive length"):
        asyncio.run(read())
