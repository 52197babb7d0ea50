"""CoAP against aiocoap: an independent server, on a road that loses and doubles datagrams."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiocoap
import pytest
from aiocoap import resource
from workshop.supervisor import free_port

from simulator.transports import Exchange, Identity, Parcel
from tests.integration.transports.conftest import exchange_to, run, until
from tests.simulator.transports.virtual import Diary

FAST = {"ack_timeout": 0.1, "max_retransmit": 9}  # gives up after 102 s at the earliest


class Inbox(resource.Resource, resource.PathCapable):
    """Takes whatever is posted or put below it, and remembers it."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[aiocoap.Message] = []
        self.answer = aiocoap.Message(code=aiocoap.CHANGED)
        self.pause = 0.0  # s before the answer; longer than 0.1 makes aiocoap acknowledge first

    async def render_post(self, request: aiocoap.Message) -> aiocoap.Message:
        self.requests.append(request)
        await asyncio.sleep(self.pause)
        return self.answer.copy()

    render_put = render_post

    async def needs_blockwise_assembly(self, _request: aiocoap.Message) -> bool:
        return True

    @property
    def payloads(self) -> list[bytes]:
        return [request.payload for request in self.requests]


class Commands(resource.ObservableResource):
    """A resource whose state is the last command."""

    def __init__(self) -> None:
        super().__init__()
        self.state = b""
        self.observers = 0

    def update_observation_count(self, newcount: int) -> None:
        self.observers = newcount

    async def render_get(self, _request: aiocoap.Message) -> aiocoap.Message:
        return aiocoap.Message(payload=self.state)

    def say(self, command: bytes) -> None:
        self.state = command
        self.updated_state()


class Server:
    def __init__(self, port: int) -> None:
        self.port = port
        self.inbox, self.commands = Inbox(), Commands()
        self.site = resource.Site()
        self.site.add_resource(["up"], self.inbox)
        self.site.add_resource(["cmd", "c0"], self.commands)


@contextlib.asynccontextmanager
async def serving() -> AsyncIterator[Server]:
    server = Server(free_port())
    context = await aiocoap.Context.create_server_context(
        server.site, bind=("127.0.0.1", server.port), transports=["simplesocketserver"]
    )
    try:
        yield server
    finally:
        await context.shutdown()


def parcel(address: str = "/up/x", payload: bytes = b'{"t":1}', **fields: Any) -> Parcel:
    return Parcel(row=0, address=address, payload=payload, **fields)


def played(scene: Callable[[Server, Exchange, Diary], Any], **target: Any) -> None:
    """Run a scene between a server and a mock."""

    async def main() -> None:
        async with (
            serving() as server,
            exchange_to(server.port, **{"protocol": "coap", **FAST, **target}) as (exchange, diary),
        ):
            await scene(server, exchange, diary)

    run(main)


def test_a_confirmable_message_is_acknowledged_by_its_response() -> None:
    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)

        exchange.send(0, parcel("/up/a%20b?x=1"))

        await until(lambda: diary.ends)
        assert diary.reasons == [""]
        (request,) = server.inbox.requests
        assert request.mtype is aiocoap.CON
        assert request.code is aiocoap.POST
        assert request.payload == b'{"t":1}'
        assert request.opt.content_format == 50

    played(scene)


def test_a_response_that_takes_its_time_comes_apart() -> None:
    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        server.inbox.pause = 0.3
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)

        exchange.send(0, parcel())

        await until(lambda: diary.ends)
        assert diary.reasons == [""]
        assert len(server.inbox.requests) == 1

    played(scene, ack_timeout=0.5)


def test_what_is_not_confirmable_arrives_too() -> None:
    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)

        exchange.send(0, parcel())

        assert diary.reasons == [""]
        await until(lambda: server.inbox.requests)
        assert server.inbox.requests[0].mtype is aiocoap.NON

    played(scene, confirmable="never")


def test_an_error_of_the_server_is_the_reason() -> None:
    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        server.inbox.answer = aiocoap.Message(code=aiocoap.FORBIDDEN, payload=b"not you")
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)

        exchange.send(0, parcel())
        await until(lambda: diary.ends)
        exchange.send(0, parcel("/nowhere"))

        await until(lambda: len(diary.ends) == 2)
        assert diary.reasons == ["CoAP 4.03 Forbidden: not you", "CoAP 4.04 Not Found"]

    played(scene)


@pytest.mark.parametrize("block_size", [16, 64, 1_024])
def test_a_long_message_and_a_long_answer_go_in_blocks(block_size: int) -> None:
    payload, answer = bytes(range(256)) * 12, bytes(range(256)) * 20

    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        server.inbox.answer = aiocoap.Message(code=aiocoap.CHANGED, payload=answer)
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)

        exchange.send(0, parcel("/up/x", payload=payload))

        await until(lambda: diary.ends)
        assert diary.reasons == [""]
        assert server.inbox.payloads == [payload]
        assert diary.messages == [(0, "up/x", answer)]

    played(scene, block_size=block_size)


def test_commands_come_of_a_resource_that_is_observed_until_the_mock_leaves() -> None:
    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        exchange.connect(0, Identity(subscriptions=("cmd/c0",)))
        await until(lambda: diary.opens)
        assert server.commands.observers == 1

        server.commands.say(b'{"action":"reboot"}')
        await until(lambda: diary.messages)
        server.commands.say(b"x" * 3_000)

        await until(lambda: len(diary.messages) == 2)
        assert diary.messages == [
            (0, "cmd/c0", b'{"action":"reboot"}'),
            (0, "cmd/c0", b"x" * 3_000),
        ]
        exchange.disconnect(0)
        await until(lambda: not server.commands.observers)

    played(scene)


def test_a_resource_that_is_not_there_is_named() -> None:
    async def scene(_server: Server, exchange: Exchange, diary: Diary) -> None:
        exchange.connect(0, Identity(subscriptions=("nowhere",)))

        await until(lambda: diary.losses)
        assert diary.losses == [(0, "nowhere is not observed: CoAP 4.04 Not Found")]

    played(scene)


def test_a_server_answers_pings() -> None:
    async def scene(_server: Server, exchange: Exchange, diary: Diary) -> None:
        exchange.connect(0, Identity())

        await until(lambda: diary.opens)
        assert diary.losses == []

    played(scene, keep_alive=60)


def test_where_nobody_listens_the_mock_is_lost() -> None:
    async def main() -> None:
        async with exchange_to(free_port(), protocol="coap") as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)

            exchange.send(0, parcel())

            await until(lambda: diary.ends)
            why = "connection lost before acknowledgement: connection refused"
            assert diary.reasons == [why]
            assert diary.losses == [(0, "connection refused")]

    run(main)


class BadRoad:
    """Stands between mocks and a server, and treats datagrams as a script says."""

    def __init__(self, script: str) -> None:
        """``script``: what is done to each datagram of either way, in turn: ``.`` is passed on,
        ``x`` is lost, ``2`` comes twice; after its end all are passed on."""
        self.out, self.back = iter(script), iter(script[::-1])

    @contextlib.asynccontextmanager
    async def open(self, server: int) -> AsyncIterator[int]:
        """A port for one mock."""
        loop, self.mock = asyncio.get_running_loop(), None
        self.front, _ = await loop.create_datagram_endpoint(
            lambda: _Side(self._from_mock), local_addr=("127.0.0.1", 0)
        )
        self.behind, _ = await loop.create_datagram_endpoint(
            lambda: _Side(self._from_server), remote_addr=("127.0.0.1", server)
        )
        try:
            yield int(self.front.get_extra_info("sockname")[1])
        finally:
            self.front.close()
            self.behind.close()

    def _from_mock(self, data: bytes, mock: Any) -> None:
        self.mock = mock
        for _ in range(_TIMES[next(self.out, ".")]):
            self.behind.sendto(data)

    def _from_server(self, data: bytes, _server: Any) -> None:
        for _ in range(_TIMES[next(self.back, ".")]):
            self.front.sendto(data, self.mock)


_TIMES = {"x": 0, ".": 1, "2": 2}


class _Side(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[bytes, Any], None]) -> None:
        self.datagram_received = heard  # type: ignore[method-assign]


def on_bad_road(script: str, scene: Callable[[Server, Exchange, Diary], Any]) -> None:
    """Run a scene over a road that treats datagrams as a script says."""

    async def main() -> None:
        async with (
            serving() as server,
            BadRoad(script).open(server.port) as port,
            exchange_to(port, **{"protocol": "coap", **FAST}) as (exchange, diary),
        ):
            await scene(server, exchange, diary)

    run(main)


@pytest.mark.parametrize("script", ["x", "2", "xx2x", ".x2", "x2x2x2", "222222", "xx.x"])
def test_on_a_bad_road_confirmable_messages_arrive_once(script: str) -> None:
    payloads = [b'{"n":%d}' % number for number in range(5)]

    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)

        for payload in payloads:
            exchange.send(0, parcel(payload=payload))

        await until(lambda: len(diary.ends) == len(payloads))
        assert diary.reasons == [""] * len(payloads)
        assert server.inbox.payloads == payloads

    on_bad_road(script, scene)


def test_on_a_bad_road_commands_are_heard_once() -> None:
    async def scene(server: Server, exchange: Exchange, diary: Diary) -> None:
        exchange.connect(0, Identity(subscriptions=("cmd/c0",)))
        await until(lambda: diary.opens)

        for command in (b"0", b"1", b"2"):
            server.commands.say(command)
            await until(lambda: (0, "cmd/c0", command) in diary.messages)  # noqa: B023

        assert [payload for _, _, payload in diary.messages] == [b"0", b"1", b"2"]

    on_bad_road("2x2.2", scene)
