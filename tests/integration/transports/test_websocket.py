"""MQTT inside of WebSocket: against Mosquitto, and against a server in the library ``websockets``.

Mosquitto's listener of WebSocket binds all addresses when told 127.0.0.1, and ::1 alone when told
that; so these tests go there.
"""

import asyncio
import http
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit

import pytest
from botocore.auth import SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from websockets.asyncio.server import ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response
from workshop.supervisor import free_port

from simulator.transports import Parcel
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import WITHIN, exchange_to, free_port_of_six, run, until
from tests.integration.transports.listening import Brokers, observer
from tests.integration.transports.test_mosquitto import identity

CONNACK = b"\x20\x02\0\0"


@pytest.fixture
def port() -> int:
    """A free port of ::1."""
    return free_port_of_six()


@pytest.mark.parts("mosquitto")
@pytest.mark.parametrize("qos", [0, 1])
def test_every_message_arrives_through_websocket(broker: Brokers, port: int, qos: int) -> None:
    plain = broker(
        "allow_anonymous true",
        "max_queued_messages 0",
        f"listener {port} ::1",
        "protocol websockets",
        "allow_anonymous true",
    ).port
    sizes = [1, 100, 200, 70_000]

    async def main() -> None:
        async with exchange_to(port, host="::1", websocket={}) as (exchange, diary):
            for row in range(5):
                exchange.connect(row, identity(row, subscriptions=("cmd/#",)))
            await until(lambda: len(diary.opens) == 5)
            for number, size in enumerate(sizes):
                for row in range(5):
                    payload = bytes([number]) * size
                    exchange.send(row, Parcel(row, f"out/{row}", payload, qos))
            exchange.send(0, Parcel(0, "cmd/all", b"go" * 40_000, 1))
            await until(lambda: len(diary.ends) == 21 and len(diary.messages) == 5)
            assert set(diary.reasons) == {""}
            assert {payload for _, _, payload in diary.messages} == {b"go" * 40_000}
            assert diary.losses == []

    with observer(plain, "out/#") as messages:
        run(main)
        arrived = [messages.get(timeout=WITHIN) for _ in range(20)]

    for row in range(5):
        mine = [len(message.payload) for message in arrived if message.topic == f"out/{row}"]
        assert mine == sizes


@pytest.mark.parts("mosquitto")
def test_websocket_over_tls_asks_for_the_server_by_name(
    broker: Brokers, port: int, tmp_path: Path
) -> None:
    authority = Authority()
    certificate, key = authority.issue(tmp_path, names=("broker.example",))
    broker(
        "allow_anonymous true",
        f"listener {port} ::1",
        "protocol websockets",
        "allow_anonymous true",
        f"certfile {certificate}",
        f"keyfile {key}",
    )
    tls = {"ca": authority.pem, "server_name": "broker.example"}

    async def main() -> None:
        async with exchange_to(port, host="::1", websocket={}, tls=tls) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            exchange.send(0, Parcel(0, "a", b"x" * 50_000, 1))
            await until(lambda: diary.ends)
            assert diary.reasons == [""]

    run(main)


@pytest.mark.parts("mosquitto")
def test_a_listener_of_plain_mqtt_does_not_speak_websocket(broker: Brokers) -> None:
    plain = broker().port

    async def main() -> None:
        async with exchange_to(plain, websocket={}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.losses)
            assert diary.losses[0] == (
                0,
                "WebSocket: closed by the far side in the opening, it may not speak WebSocket",
            )

    run(main)


@asynccontextmanager
async def server(
    handle: Callable[[ServerConnection], Awaitable[None]], **options: Any
) -> AsyncIterator[int]:
    """A server of the library ``websockets``; yields its port."""
    port = free_port()
    async with serve(handle, "127.0.0.1", port, **{"subprotocols": ["mqtt"], **options}):
        yield port


def test_what_the_server_cuts_and_pings_is_one_stream() -> None:
    ponged: list[bool] = []

    async def handle(connection: ServerConnection) -> None:
        assert (await connection.recv())[0] == 0x10  # CONNECT
        await connection.send([CONNACK[:1], CONNACK[1:3], CONNACK[3:]])  # in fragments
        waiter = await connection.ping(b"alive?")
        await waiter
        ponged.append(True)
        await connection.wait_closed()

    async def main() -> None:
        async with server(handle) as port, exchange_to(port, websocket={}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens and ponged)

    run(main)


def test_the_code_of_a_close_is_the_reason() -> None:
    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.close(1008, "token expired")

    async def main() -> None:
        async with server(handle) as port, exchange_to(port, websocket={}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.losses)
            assert diary.losses[0] == (
                0,
                "WebSocket closed by the far side, policy violation (1008): token expired",
            )

    run(main)


def test_a_mock_that_disconnects_closes_in_order() -> None:
    codes: list[int | None] = []

    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(CONNACK)
        try:
            while True:
                await connection.recv()
        except ConnectionClosed as closed:
            codes.append(closed.rcvd.code if closed.rcvd else None)

    async def main() -> None:
        async with server(handle) as port, exchange_to(port, websocket={}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            exchange.disconnect(0)
            await until(lambda: codes)

    run(main)
    assert codes == [1000]


def test_a_refused_opening_names_the_status() -> None:
    async def handle(connection: ServerConnection) -> None:
        raise AssertionError("never opened")

    def refuse(connection: ServerConnection, request: Any) -> Any:
        if request.headers.get("X-Tenant") == "mine" and request.path == "/in?side=left":
            return connection.respond(http.HTTPStatus.FORBIDDEN, "no")
        return connection.respond(http.HTTPStatus.NOT_FOUND, "where?")

    async def main() -> None:
        options = {"path": "/in?side=left", "headers": {"X-Tenant": "mine"}}
        async with (
            server(handle, process_request=refuse) as port,
            exchange_to(port, websocket=options) as (exchange, diary),
        ):
            exchange.connect(0, identity(0))
            await until(lambda: diary.losses)
            assert diary.losses[0] == (0, "WebSocket refused: HTTP 403 Forbidden")

    run(main)


def test_a_server_without_the_subprotocol_is_refused_by_us_and_can_be_taken_on_request() -> None:
    async def handle(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.send(CONNACK)
        await connection.wait_closed()

    async def main() -> None:
        async with server(handle, subprotocols=None) as port:
            async with exchange_to(port, websocket={}) as (exchange, diary):
                exchange.connect(0, identity(0))
                await until(lambda: diary.losses)
                assert diary.losses[0] == (0, "WebSocket refused: no subprotocol mqtt")
            async with exchange_to(port, websocket={"subprotocol": ""}) as (exchange, diary):
                exchange.connect(0, identity(0))
                await until(lambda: diary.opens)

    run(main)


def test_a_far_side_that_never_answers_the_opening_is_given_up() -> None:
    async def main() -> None:
        silent = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = silent.sockets[0].getsockname()[1]
        async with silent, exchange_to(port, websocket={}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: exchange._dialling.openings)
            exchange.disconnect(0)
            await until(lambda: not exchange._dialling.openings)
            assert diary.losses == []

    run(main)


KEYS = {"username": "AKIDEXAMPLE", "password": "wJalrXUtnFEMI/K7", "token": "session/+="}


def is_signed(request: Request, secret: str) -> bool:
    """Whether an opening is signed with a key, by the library that AWS gives out."""
    parts = urlsplit(request.path)
    pairs = dict(parse_qsl(parts.query))
    shown, session = pairs.pop("X-Amz-Signature"), pairs.pop("X-Amz-Security-Token", None)
    key, _, scope = pairs["X-Amz-Credential"].partition("/")
    _, region, service, _ = scope.split("/")
    url = f"http://{request.headers['Host']}{parts.path}?{urlencode(pairs, quote_via=quote)}"
    signed = AWSRequest(method="GET", url=url, headers={"host": request.headers["Host"]})
    signed.context["timestamp"] = pairs["X-Amz-Date"]
    auth = SigV4QueryAuth(Credentials(key, secret), service, region)
    text = auth.string_to_sign(signed, auth.canonical_request(signed))
    return session == KEYS["token"] and auth.signature(text, signed) == shown


@pytest.mark.parametrize("secret", [KEYS["password"], "another"])
def test_an_opening_that_is_signed_for_aws_is_let_in_with_the_right_key(secret: str) -> None:
    connects: list[bytes] = []

    def check(_: ServerConnection, request: Request) -> Response | None:
        if is_signed(request, secret):
            return None
        return Response(http.HTTPStatus.FORBIDDEN, "Forbidden", Headers())

    async def handle(connection: ServerConnection) -> None:
        connects.append(bytes(await connection.recv()))
        await connection.send(CONNACK)
        await connection.wait_closed()

    async def main() -> None:
        websocket = {"path": "/mqtt?tenant=a%20b", "sigv4": {"region": "eu-central-1"}}
        async with (
            server(handle, process_request=check) as port,
            exchange_to(port, websocket=websocket) as (exchange, diary),
        ):
            exchange.connect(0, identity(0, **KEYS))
            await until(lambda: diary.opens or diary.losses)
            if secret == KEYS["password"]:
                assert connects[0][9] == 0x02  # a clean session, and neither user nor password
            else:
                assert diary.losses[0] == (0, "WebSocket refused: HTTP 403 Forbidden")

    run(main)
