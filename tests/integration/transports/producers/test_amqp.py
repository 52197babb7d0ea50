"""Publishing to a real RabbitMQ, read by another channel."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import aiormq
import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import run, until
from tests.integration.transports.producers.conftest import producing

pytestmark = [pytest.mark.parts("rabbitmq-server"), pytest.mark.xdist_group("rabbitmq")]

MOCK = Identity(id="m0")  # guest, as RabbitMQ has it


@contextlib.asynccontextmanager
async def channel_of(port: int) -> AsyncIterator[Any]:
    """A channel of another connection."""
    connection = await aiormq.connect(f"amqp://guest:guest@127.0.0.1:{port}/")
    try:
        yield await connection.channel()
    finally:
        await connection.close()


async def bound(channel: Any, binding: str, **declared: Any) -> str:
    """A queue that takes what matches the binding."""
    queue = (await channel.queue_declare(exclusive=True, **declared)).queue
    await channel.queue_bind(queue, "amq.topic", routing_key=binding)
    return str(queue)


def test_what_mocks_publish_arrives_in_order_with_its_properties(rabbit_port: int) -> None:
    async def main() -> None:
        came: list[Any] = []

        async def keep(message: Any) -> None:
            came.append(message)

        async with (
            channel_of(rabbit_port) as channel,
            producing(rabbit_port, protocol="amqp", persistent=True) as (exchange, diary),
        ):
            await channel.basic_consume(await bound(channel, "#"), keep, no_ack=True)
            for row in range(10):
                exchange.connect(row, MOCK)
            await until(lambda: len(diary.opens) == 10)
            for number in range(500):
                row = number % 10
                exchange.send(row, Parcel(row, f"plants/{row}/t", b"%d" % number))
            exchange.send(
                0,
                Parcel(
                    0,
                    "q",
                    b"?",
                    headers={"Content-Type": "text/csv", "X-A": "1"},
                    properties={"site": "tokyo"},
                    response_topic="answers",
                    correlation="7",
                ),
            )
            await until(lambda: len(diary.ends) == 501)
            await until(lambda: len(came) == 501)

            assert set(diary.reasons) == {""}
            assert [message.body for message in came[:-1]] == [b"%d" % n for n in range(500)]
            plain, last = came[3].header.properties, came[-1].header.properties
            assert came[3].delivery.routing_key == "plants.3.t"
            assert (plain.content_type, plain.delivery_mode) == ("application/json", 2)
            assert (last.content_type, last.headers) == ("text/csv", {"X-A": "1", "site": "tokyo"})
            assert (last.reply_to, last.correlation_id) == ("answers", "7")

    run(main)


def test_a_message_that_no_queue_takes_fails_where_that_is_asked_for(rabbit_port: int) -> None:
    async def main() -> None:
        async with (
            channel_of(rabbit_port) as channel,
            producing(rabbit_port, protocol="amqp", mandatory=True) as (exchange, diary),
        ):
            await bound(channel, "taken.*")
            exchange.connect(0, MOCK)
            await until(lambda: diary.opens)
            for address in ("taken/a", "nobodys", "taken/b", "x" * 256):
                exchange.send(0, Parcel(0, address, b"x"))
            await until(lambda: len(diary.ends) == 4)

            reasons = {parcel.address[:8]: reason for parcel, _, reason in diary.ends}
            assert reasons == {
                "taken/a": "",
                "nobodys": "broker refused: no queue takes the message",
                "taken/b": "",
                "x" * 8: "a routing key has at most 255 bytes, got 256",
            }
            assert diary.losses == []

    run(main)


def test_a_queue_that_is_full_rejects(rabbit_port: int) -> None:
    async def main() -> None:
        full = {"x-max-length": 1, "x-overflow": "reject-publish"}
        async with (
            channel_of(rabbit_port) as channel,
            producing(rabbit_port, protocol="amqp", routing_key="small") as (exchange, diary),
        ):
            await bound(channel, "small", arguments=full)
            exchange.connect(0, MOCK)
            await until(lambda: diary.opens)
            for _ in range(5):
                exchange.send(0, Parcel(0, "a", b"x"))
            await until(lambda: len(diary.ends) == 5)

            assert set(diary.reasons) == {"", "broker refused: not taken (nack)"}

    run(main)


@pytest.mark.parametrize(
    ("target", "identity", "reason"),
    [
        ({"exchange": "nope"}, MOCK, "broker refused: no exchange nope"),
        ({"virtual_host": "other"}, MOCK, "broker refused: virtual host other"),
        (
            {},
            Identity(username="mocks", password="guess"),
            "broker refused: user name or password",
        ),
    ],
)
def test_what_the_broker_refuses_is_the_reason_of_every_mock(
    rabbit_port: int, target: dict[str, Any], identity: Identity, reason: str
) -> None:
    async def main() -> None:
        async with producing(rabbit_port, protocol="amqp", **target) as (exchange, diary):
            for row in range(3):
                exchange.connect(row, identity)
            await until(lambda: len(diary.losses) >= 3)

            assert diary.losses[:3] == [(row, reason) for row in range(3)]

    run(main)


def test_a_connection_that_breaks_is_told_and_made_again(rabbit_port: int) -> None:
    async def main() -> None:
        pipes: list[asyncio.StreamWriter] = []

        async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            """A proxy, for the broker itself would take a quarter of a minute to be back."""
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", rabbit_port)
            pipes.extend([writer, far_writer])
            await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

        async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while data := await reader.read(65_536):
                writer.write(data)
            writer.close()

        server = await asyncio.start_server(between, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with producing(port, protocol="amqp") as (exchange, diary):
            exchange.connect(0, MOCK)
            exchange.connect(1, MOCK)
            await until(lambda: len(diary.opens) == 2)
            for pipe in pipes:
                pipe.close()
            await until(lambda: len(diary.losses) == 2)
            await until(lambda: len(diary.opens) == 4)
            exchange.send(0, Parcel(0, "a", b"x"))
            await until(lambda: diary.ends)

            assert diary.reasons == [""]
        server.close()

    run(main)


@pytest.mark.parametrize(
    "nonsense",
    [
        b"\x09\0\0\0\0\0\0\xce",  # a frame of no known kind
        b"\x01\0\0\0\0\0\4\0\x0a\0\x0a\0",  # one that does not end as frames do
    ],
)
def test_a_broker_that_says_nonsense_later_is_left_and_come_back_to(
    rabbit_port: int, nonsense: bytes
) -> None:
    async def main() -> None:
        mocks: list[asyncio.StreamWriter] = []

        async def between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            far_reader, far_writer = await asyncio.open_connection("127.0.0.1", rabbit_port)
            mocks.append(writer)
            await asyncio.gather(copy(reader, far_writer), copy(far_reader, writer))

        async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            with contextlib.suppress(OSError):
                while data := await reader.read(65_536):
                    writer.write(data)
            writer.close()

        server = await asyncio.start_server(between, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        async with producing(port, protocol="amqp") as (exchange, diary):
            exchange.connect(0, MOCK)
            await until(lambda: diary.opens)
            mocks[0].write(nonsense)
            await until(lambda: diary.losses)
            await until(lambda: len(diary.opens) == 2)
            exchange.send(0, Parcel(0, "a", b"x"))
            await until(lambda: diary.ends)

            assert diary.losses[0][1] == "AMQP: invalid frame"
            assert diary.reasons == [""]
        server.close()

    run(main)
