"""Real connections: from several source addresses, to several addresses, until files run out."""

import asyncio
import os
import resource
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager

import pytest

from tests.integration.transports.conftest import Broker, exchange_to, run, until
from tests.integration.transports.test_mosquitto import identity

CONNACK = b"\x20\x02\0\0"

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="127.0.0.2 is an address on Linux")


@asynccontextmanager
async def accepting(*hosts: str) -> AsyncIterator[tuple[int, list[asyncio.StreamWriter]]]:
    """A server that accepts every mock; yields its port and its connections."""
    writers: list[asyncio.StreamWriter] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)
        await reader.read(1_000)
        writer.write(CONNACK)
        await reader.read(1_000)
        writer.close()

    server = await asyncio.start_server(serve, hosts or "127.0.0.1", 0)
    try:
        yield server.sockets[0].getsockname()[1], writers
    finally:
        for writer in writers:
            writer.close()
        server.close()


def test_mocks_come_from_the_source_addresses_in_turn() -> None:
    async def main() -> None:
        async with (
            accepting() as (port, writers),
            exchange_to(port, sources=["127.0.0.2", "127.0.0.3"]) as (exchange, diary),
        ):
            for row in range(6):
                exchange.connect(row, identity(row))
            await until(lambda: len(diary.opens) == 6)
            hosts = [writer.get_extra_info("peername")[0] for writer in writers]
            assert sorted(hosts) == ["127.0.0.2"] * 3 + ["127.0.0.3"] * 3

    run(main)


def test_a_connection_is_tuned_whether_or_not_it_has_a_source() -> None:
    async def main() -> None:
        async with accepting() as (port, _):
            for sources in ([], ["127.0.0.2"]):
                async with exchange_to(port, sources=sources) as (exchange, diary):
                    exchange.connect(0, identity(0))
                    await until(lambda diary=diary: diary.opens)
                    (wire,) = exchange._wires
                    connection = wire.transport.get_extra_info("socket")
                    options = (socket.TCP_NODELAY, socket.TCP_USER_TIMEOUT, 25)
                    tuned = [connection.getsockopt(socket.IPPROTO_TCP, o) for o in options]
                    assert tuned == [1, 60_000, 131_072]

    run(main)


def test_a_name_with_two_families_is_reached_by_the_one_that_answers() -> None:
    async def main() -> None:
        async with (
            accepting("127.0.0.1") as (port, _),
            exchange_to(port, host="localhost") as (exchange, diary),
        ):
            for row in range(4):
                exchange.connect(row, identity(row))
            await until(lambda: len(diary.opens) == 4)
            assert diary.losses == []

    run(main)


@contextmanager
def few_files(spare: int) -> Iterator[int]:
    """Let this process open ``spare`` files more; yields its limit meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    taken = {int(name) for name in os.listdir("/proc/self/fd")}  # noqa: PTH208
    limit = [number for number in range(soft) if number not in taken][spare]
    resource.setrlimit(resource.RLIMIT_NOFILE, (limit, hard))
    try:
        yield limit
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parts("mosquitto")
def test_the_limit_of_open_files_is_a_reason_and_costs_only_those_past_it(
    broker: Callable[..., Broker],
) -> None:
    port = broker().port

    async def main() -> None:
        async with exchange_to(port) as (exchange, diary):
            with few_files(20) as limit:
                for row in range(40):
                    exchange.connect(row, identity(row))
                await until(lambda: len({row for row, _ in diary.losses} | {*diary.opens}) == 40)
                reasons = {reason for _, reason in diary.losses}
                assert reasons == {f"too many open files: this process may have {limit}"}
                assert len(diary.opens) > 10

    run(main)
