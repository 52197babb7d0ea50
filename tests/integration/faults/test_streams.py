"""What is wrong with a connection on purpose, over every kind of stream and of datagram."""

import asyncio
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from simulator.impairment import Impairment
from simulator.transports import Exchange, Identity, Parcel
from tests.integration.transports.certificates import Authority
from tests.integration.transports.conftest import (
    Broker,
    broker,
    exchange_to,
    free_port_of_six,
    run,
    until,
)
from tests.simulator.transports.virtual import Diary

__all__ = ["broker"]  # the fixture

DELAY = 0.3  # s
SLACK = 0.05  # s that timers of the loop are rounded by
SILENT = Impairment(is_silent=True)
LATE = Impairment(sent=(DELAY, 0.0), received=(DELAY, 0.0))
DROP = "fault: drop"


@pytest.fixture
def own_port() -> int:
    """A free port of ::1, where Mosquitto speaks WebSocket; see tests/integration/transports."""
    return free_port_of_six()


def streams(broker: Callable[..., Broker], folder: Path, port: int, kind: str) -> dict[str, Any]:
    """Start a Mosquitto that speaks over a kind of stream, and return its target."""
    authority = Authority()
    names = ("broker.example",)
    certificate, key = authority.issue(folder, names=names)
    encrypted = ("certfile " + str(certificate), "keyfile " + str(key))
    tls = {"tls": {"ca": authority.pem, "server_name": names[0]}} if "tls" in kind else {}
    if "websocket" not in kind:
        own = broker("allow_anonymous true", *(encrypted if tls else ())).port
        return {"port": own, **tls}
    lines = (f"listener {port} ::1", "protocol websockets", "allow_anonymous true")
    broker("allow_anonymous true", *lines, *(encrypted if tls else ()))
    return {"port": port, "host": "::1", "websocket": {}, **tls}


async def send(exchange: Exchange, diary: Diary, row: int = 0) -> Callable[[], Any]:
    """Send a message at QoS 1; return what tells when it was settled (s), and None before."""
    parcel = Parcel(row, "a", b"x", 1)
    exchange.send(row, parcel)
    return lambda: next((at for each, at, _ in diary.ends if each is parcel), None)


@pytest.mark.parts("mosquitto")
@pytest.mark.parametrize("kind", ["tcp", "tls", "websocket", "websocket over tls"])
def test_a_stream_is_silent_late_and_cut_whatever_lies_under_it(
    kind: str, broker: Callable[..., Broker], tmp_path: Path, own_port: int
) -> None:
    target = streams(broker, tmp_path, own_port, kind)

    async def main() -> None:
        async with exchange_to(**target) as (exchange, diary):
            for row in range(2):
                exchange.connect(row, Identity(client_id=f"c{row}"))
            await until(lambda: len(diary.opens) == 2)

            exchange.impair(0, SILENT)
            kept, well = await send(exchange, diary), await send(exchange, diary, row=1)
            await until(well)
            assert kept() is None
            exchange.impair(0, None)
            await until(kept)

            exchange.impair(0, LATE)
            began, late = time.monotonic(), await send(exchange, diary)
            await until(late)
            assert late() - began >= 2 * DELAY - SLACK
            exchange.impair(0, None)

            exchange.break_off(0, DROP)
            exchange.redial(0, 0.0)
            await until(lambda: len(diary.opens) == 3)
            assert diary.losses[-1] == (0, DROP)
            await until(await send(exchange, diary))
            assert set(diary.reasons) == {""}

    run(main)


async def _ok(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """A server of HTTP that takes everything."""
    while head := await reader.readuntil(b"\r\n\r\n"):
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        writer.write(b"HTTP/1.1 204 No Content\r\n\r\n")


def test_requests_are_late_and_cut_too() -> None:
    async def served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await _ok(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    async def main() -> None:
        server = await asyncio.start_server(served, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with server, exchange_to(port, protocol="http") as (exchange, diary):
            exchange.connect(0, Identity())
            await until(lambda: diary.opens)
            exchange.impair(0, LATE)
            began, late = time.monotonic(), await send(exchange, diary)
            await until(late)
            assert late() - began >= 2 * DELAY - SLACK

            lost = await send(exchange, diary)
            exchange.break_off(0, DROP)
            await until(lost)
            assert diary.reasons == ["", f"connection lost before the answer: {DROP}"]
            assert diary.losses == [(0, DROP)]

    run(main)


class _Mailbox(asyncio.DatagramProtocol):
    """Keeps the datagrams that come, and when."""

    def __init__(self) -> None:
        self.came: list[tuple[float, bytes]] = []

    def datagram_received(self, data: bytes, _address: Any) -> None:
        self.came.append((time.monotonic(), data))


def test_datagrams_are_late_and_kept_in_a_silence() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        transport, box = await loop.create_datagram_endpoint(_Mailbox, local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        # An endpoint that is left open keeps uvloop from closing.
        with closing(transport):
            await _watch(port, box)

    run(main)


async def _watch(port: int, box: _Mailbox) -> None:
    """Send to a mailbox by a mock that is late, and then silent."""
    async with exchange_to(port, protocol="udp") as (exchange, diary):
        exchange.connect(0, Identity())
        await until(lambda: diary.opens)
        exchange.impair(0, LATE)
        began = time.monotonic()
        exchange.send(0, Parcel(0, "a", b"late"))
        await until(lambda: box.came)
        assert box.came[0][0] - began >= DELAY - SLACK

        exchange.impair(0, SILENT)
        exchange.send(0, Parcel(0, "a", b"kept"))
        await asyncio.sleep(0)
        assert len(box.came) == 1
        exchange.impair(0, None)
        await until(lambda: len(box.came) == 2)
        assert [data for _, data in box.came] == [b"late", b"kept"]
