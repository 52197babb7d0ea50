"""The gate of a tower's loop: what it refuses is never connected to, whatever asks, over sockets.

Names are looked up at a real name server, of the test: it may say another address each time.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
import uvloop

from simulator.errors import Refused, Unreachable
from simulator.lot import target_of
from simulator.reach import NOTHING, Closed, Reach
from simulator.transports import Exchange, Identity, exchange_to
from simulator.transports.asking import ask_number
from simulator.transports.cutting import cut
from simulator.transports.gate import CLOSED, Forbidden, Gate, held
from simulator.transports.oauth import Tokens
from tests.integration.transports.conftest import until
from tests.name_server import NameServer, name_server
from tests.simulator.reach.table import REFUSED
from tests.simulator.transports.virtual import Diary

LOOPS = pytest.mark.parametrize("kind", [uvloop.Loop, asyncio.SelectorEventLoop])
HERE = "127.0.0.1"
BESIDE = "127.0.0.77"  # this machine too, where nobody else's connections lead
OUTSIDE = "192.88.98.1"  # public by its number; nothing is ever sent there


class Door:
    """A server that counts who comes in."""

    def __init__(self) -> None:
        self.came = 0

    @asynccontextmanager
    async def open(self) -> AsyncIterator[int]:
        server = await asyncio.start_server(self.enter, HERE, 0)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()  # else uvloop never ends

    async def enter(self, _reader: object, writer: asyncio.StreamWriter) -> None:
        self.came += 1
        writer.close()


@pytest.fixture
def names() -> Iterator[NameServer]:
    with name_server() as server:
        yield server


def run(main: Callable[[], Coroutine[Any, Any, None]], gate: Gate, kind: Any = uvloop.Loop) -> None:
    """Run ``main`` in the loop of a tower whose gate is this."""
    with asyncio.Runner(loop_factory=held(kind, gate)) as runner:
        runner.run(main())


async def reason_of(**target: Any) -> str:
    """Return why a mock has no connection to a target."""
    diary = Diary()
    exchange = exchange_to(target_of({"protocol": "mqtt", **target}), listener=diary)
    exchange.connect(0, Identity(client_id="m", username="u", password="p"))
    try:
        await until(lambda: diary.losses)
    finally:
        await exchange.close()
    return str(diary.losses[0][1])


@LOOPS
def test_the_whole_table_is_refused_at_connect(kind: Any, names: NameServer) -> None:
    for text, _ in REFUSED:
        names.say(text.lower(), [HERE])

    async def main() -> None:
        door = Door()
        async with door.open() as port:
            for text, _ in REFUSED:
                host = text.removeprefix("[").removesuffix("]")
                reason = await reason_of(host=host, port=port)
                assert reason.startswith("not allowed: the target is "), (text, reason)
            assert door.came == 0

    run(main, Gate(Reach(), look_up=names.look_up), kind)


@LOOPS
def test_a_name_is_connected_to_at_the_address_that_was_judged(
    kind: Any, names: NameServer
) -> None:
    names.say("rebound.example", [OUTSIDE], [HERE])

    async def main() -> None:
        door = Door()
        async with door.open() as port:
            loop = asyncio.get_running_loop()
            found = await loop.getaddrinfo("rebound.example", port, type=socket.SOCK_STREAM)
            assert {each[4][0] for each in found} == {OUTSIDE}
            with pytest.raises(Forbidden, match="an address of the machine itself"):
                await loop.create_connection(asyncio.Protocol, "rebound.example", port)
            assert door.came == 0

    run(main, Gate(Reach(), look_up=names.look_up), kind)


def test_a_mock_asks_once_and_a_name_that_turns_inside_is_refused_when_it_is_asked_again(
    names: NameServer,
) -> None:
    names.say("turning.example", [HERE], ["10.0.0.7"])

    async def main() -> None:
        door = Door()
        async with door.open() as port:
            diary = Diary()
            target = target_of({"protocol": "tcp", "host": "turning.example", "port": port})
            exchange = Exchange(target, listener=diary)
            for row in range(5):
                exchange.connect(row, Identity())
            await until(lambda: door.came >= 5)
            await exchange.close()
            assert names.asked["turning.example"] == 1
            reason = await reason_of(host="turning.example", port=port)
            assert reason == "not allowed: the target is a private address"

    run(main, Gate(Reach.of(["127.0.0.0/8"]), look_up=names.look_up))


def test_a_name_that_leads_inside_and_outside_is_refused_whole(names: NameServer) -> None:
    names.say("mixed.example", [OUTSIDE, "10.0.0.7"])
    names.say("six.example", ["::ffff:169.254.169.254"], kind="AAAA")

    async def main() -> None:
        assert "private" in await reason_of(host="mixed.example", port=1)
        assert "metadata" in await reason_of(host="six.example", port=1)

    run(main, Gate(Reach(), look_up=names.look_up))


@pytest.mark.parametrize(
    "target",
    [
        {"protocol": "mqtt"},
        {"protocol": "mqtt", "tls": {}},
        {"protocol": "mqtt", "websocket": {"path": "/mqtt"}},
        {"protocol": "mqtt", "sources": [HERE]},
        {"protocol": "http"},
        {"protocol": "websocket"},
        {"protocol": "tcp"},
        {"protocol": "udp"},
        {"protocol": "udp", "sources": [HERE]},
        {"protocol": "coap"},
        {"protocol": "kafka"},
        {"protocol": "amqp"},
        {"protocol": "amqp", "tls": {}},
        {"protocol": "nats"},
        {"protocol": "kinesis", "region": "us-east-1"},
    ],
    ids=lambda target: "-".join(map(str, target)) + "-" + target["protocol"],
)
def test_every_protocol_is_refused_by_name_and_by_address(
    target: dict[str, Any], names: NameServer
) -> None:
    names.say("inside.example", [HERE])

    async def main() -> None:
        door = Door()
        async with door.open() as port:
            for host in ("inside.example", HERE):
                reason = await reason_of(**target, host=host, port=port)
                assert reason == "not allowed: the target is an address of the machine itself"
            assert door.came == 0

    run(main, Gate(Reach(), look_up=names.look_up))


def test_what_is_allowed_is_reached_by_name(names: NameServer) -> None:
    names.say("inside.example", [HERE])

    async def main() -> None:
        door = Door()
        async with door.open() as port:
            reason = await reason_of(host="inside.example", port=port, protocol="tcp")
            assert "not allowed" not in reason
            assert door.came >= 1

    run(main, Gate(Reach.of(["inside.example"]), look_up=names.look_up))


def test_a_token_endpoint_is_held_too(names: NameServer) -> None:
    names.say("login.example", [HERE])
    http = target_of(
        {
            "protocol": "http",
            "host": HERE,
            "port": 1,
            "oauth": {"token_url": "http://login.example:9/token", "client_id": "c"},
        }
    )

    async def main() -> None:
        tokens = Tokens(http.oauth, "secret")  # type: ignore[attr-defined]
        with pytest.raises(Unreachable, match="not allowed: the target is an address of the mach"):
            await tokens.ready()
        tokens.close()

    run(main, Gate(Reach(), look_up=names.look_up))


@contextmanager
def redirecting(to: str) -> Iterator[int]:
    """Serve a page that sends everybody elsewhere."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(302)
            self.send_header("Location", to)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer((HERE, 0), Handler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_counter_is_held_and_its_redirect_not_followed(names: NameServer) -> None:
    names.say("counter.example", [HERE])
    gate = Gate(Reach(), look_up=names.look_up)

    with pytest.raises(Unreachable, match="counter: not allowed: the target is an address of"):
        ask_number("http://counter.example:9/", "", gate=gate)
    with pytest.raises(Unreachable, match="not allowed"):
        ask_number("http://0x7f.1:9/", "", gate=gate)
    elsewhere = redirecting("http://169.254.169.254/latest/meta-data/")
    with elsewhere as port, pytest.raises(Refused, match="answers 302"):
        ask_number(f"http://{HERE}:{port}/", "", gate=Gate(Reach.of([HERE])))


def test_a_broker_that_sends_its_mocks_inside_is_not_followed_there() -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        reference = b"10.0.0.7:1883"
        properties = b"\x1c" + len(reference).to_bytes(2) + reference
        rest = b"\0\x9c" + bytes([len(properties)]) + properties  # 0x9C: use another server
        writer.write(b"\x20" + bytes([len(rest)]) + rest)
        writer.close()

    async def main() -> None:
        server = await asyncio.start_server(answer, HERE, 0)
        port = server.sockets[0].getsockname()[1]
        diary = Diary()
        target = {"protocol": "mqtt", "version": "5", "follow_redirects": True}
        exchange = Exchange(target_of({**target, "host": HERE, "port": port}), listener=diary)
        exchange.connect(0, Identity(client_id="m"))
        await until(lambda: len(diary.losses) > 1)
        await exchange.close()
        server.close()
        assert diary.losses[1][1] == "not allowed: the target is a private address"

    run(main, Gate(Reach.of([HERE])))


@LOOPS
def test_an_open_connection_is_cut_when_its_address_is_closed_and_not_opened_again(
    kind: Any,
) -> None:
    closed = NOTHING

    async def stay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async def main() -> None:
        nonlocal closed
        server = await asyncio.start_server(stay, BESIDE, 0)
        port = server.sockets[0].getsockname()[1]
        diary = Diary()
        target = target_of({"protocol": "tcp", "host": BESIDE, "port": port})
        exchange = Exchange(target, listener=diary)
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)
        closed = Closed.of([BESIDE])
        assert await asyncio.get_running_loop().run_in_executor(None, cut, closed) >= 1
        await until(lambda: len(diary.losses) > 1)
        await exchange.close()
        server.close()
        assert diary.losses[1][1] == CLOSED

    run(main, Gate(Reach.of(["127.0.0.0/8"]), closed=lambda: closed), kind)
