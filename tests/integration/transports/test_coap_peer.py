"""CoAP against aiocoap: an independent server, on a road that loses and doubles datagrams."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiocoap
from aiocoap import resource
from workshop.supervisor import free_port

from simulator.transports import Exchange, Identity, Parcel
from tests.integration.transports.conftest import exchange_to, run, until
from tests.simulator.transports.virtual import Diary

FAST = {"ack_timeout": 0.1, "keep_alive": 0}


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


def parcel(address: str = "/up", payload: bytes = b'{"t":1}', **fields: Any) -> Parcel:
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
