"""Publishing to a real NATS server, read by another client."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import nats
import pytest
from workshop.supervisor import free_port

from simulator.transports import Identity, Parcel
from tests.integration.transports.conftest import WITHIN, run, until
from tests.integration.transports.producers.conftest import NatsServer, producing

pytestmark = pytest.mark.parts("nats-server")

MOCKS = Identity(id="m0", username="mocks", password="right")


@contextlib.asynccontextmanager
async def client_of(server: NatsServer) -> AsyncIterator[Any]:
    """Another client."""
    client = await nats.connect(
        f"nats://127.0.0.1:{server.port}",
        user="mocks",
        password="right",
        allow_reconnect=False,
        connect_timeout=int(WITHIN),
    )
    try:
        yield client
    finally:
        await client.close()


def test_what_mocks_publish_arrives_in_order_with_its_headers(nats_server: NatsServer) -> None:
    async def main() -> None:
        came: list[Any] = []

        async def keep(message: Any) -> None:
            came.append(message)

        async with (
            client_of(nats_server) as client,
            producing(nats_server.port, protocol="nats") as (exchange, diary),
        ):
            await client.subscribe(">", cb=keep)
            await client.flush(int(WITHIN))
            for row in range(10):
                exchange.connect(row, MOCKS)
            await until(lambda: len(diary.opens) == 10)
            for number in range(1_000):
                payload, row = b"%d" % number, number % 10
                exchange.send(row, Parcel(row, f"plants/{row}/t", payload, headers={"X-A": "1"}))
            exchange.send(
                0,
                Parcel(0, "q", b"?", response_topic="answers/0", correlation="7"),
            )
            await until(lambda: len(diary.ends) == 1_001)
            await until(lambda: len(came) == 1_001)

            assert set(diary.reasons) == {""}
            assert [message.data for message in came[:-1]] == [b"%d" % n for n in range(1_000)]
            assert came[3].subject == "plants.3.t"
            assert came[3].headers == {"X-A": "1"}
            assert (came[-1].reply, came[-1].headers) == ("answers.0", {"correlation-id": "7"})

    run(main)


def test_a_subject_that_is_not_allowed_fails_and_no_other(nats_server: NatsServer) -> None:
    async def main() -> None:
        async with producing(nats_server.port, protocol="nats") as (exchange, diary):
            exchange.connect(0, Identity(username="few", password="right"))
            await until(lambda: diary.opens)
            for address in ("ok/a", "No/A", "ok/b", "bad//level", "a b"):
                exchange.send(0, Parcel(0, address, b"x"))
            await until(lambda: len(diary.ends) == 5)

            reasons = {parcel.address: reason for parcel, _, reason in diary.ends}
            assert reasons == {
                "ok/a": "",
                "No/A": "server refused: not allowed to publish there",
                "ok/b": "",
                "bad//level": "topic must have no empty level, got 'bad//level'",
                "a b": "a subject of NATS has levels without blanks, * and >, got 'a b'",
            }
            assert diary.losses == []

    run(main)


def test_a_wrong_password_is_the_reason_of_every_mock(nats_server: NatsServer) -> None:
    async def main() -> None:
        async with producing(nats_server.port, protocol="nats") as (exchange, diary):
            for row in range(3):
                exchange.connect(row, Identity(username="mocks", password="guess"))
            await until(lambda: len(diary.losses) >= 3)

            text = "server refused: user name, password or token"
            assert diary.losses[:3] == [(row, text) for row in range(3)]

    run(main)


def test_mocks_are_back_when_the_server_is(nats_server: NatsServer) -> None:
    async def main() -> None:
        async with producing(nats_server.port, protocol="nats") as (exchange, diary):
            for row in range(5):
                exchange.connect(row, MOCKS)
            await until(lambda: len(diary.opens) == 5)

            nats_server.stop()
            await until(lambda: len(diary.losses) >= 5)
            exchange.send(0, Parcel(0, "a", b"x"))
            assert diary.reasons[0].startswith("not connected: ")
            nats_server.start()
            await until(lambda: len(diary.opens) == 10)
            exchange.send(0, Parcel(0, "a", b"x"))
            await until(lambda: len(diary.ends) == 2)

            assert diary.reasons[1] == ""

    run(main)


def test_a_stream_acknowledges_what_it_has_stored(nats_server: NatsServer) -> None:
    async def main() -> None:
        async with (
            client_of(nats_server) as client,
            producing(nats_server.port, protocol="nats", jetstream=True) as (exchange, diary),
        ):
            stream = client.jetstream(timeout=WITHIN)
            await stream.add_stream(name="plants", subjects=["plants.>"])
            exchange.connect(0, MOCKS)
            await until(lambda: diary.opens)
            for number in range(100):
                exchange.send(0, Parcel(0, "plants/a", b"%d" % number))
            exchange.send(0, Parcel(0, "elsewhere", b"x"))
            await until(lambda: len(diary.ends) == 101)

            reasons = {parcel.address: reason for parcel, _, reason in diary.ends}
            assert reasons == {"plants/a": "", "elsewhere": "NATS: no stream takes this subject"}
            info = await stream.stream_info("plants")
            assert info.state.messages == 100

    run(main)


class PlainServer(NatsServer):
    """One without JetStream."""

    CONFIGURATION = "listen: 127.0.0.1:{port}\n# nothing is kept in {folder}"


def test_a_server_without_jetstream_is_said_so(tmp_path: Path) -> None:
    server = PlainServer(tmp_path)

    async def main() -> None:
        async with producing(server.port, protocol="nats", jetstream=True) as (exchange, diary):
            exchange.connect(0, Identity(id="m"))
            await until(lambda: diary.losses)

            assert diary.losses[0] == (0, "the server has no JetStream")

    try:
        run(main)
    finally:
        server.stop()


def test_nobody_listens_is_connection_refused() -> None:
    async def main() -> None:
        async with producing(free_port(), protocol="nats") as (exchange, diary):
            exchange.connect(0, MOCKS)
            await until(lambda: diary.losses)

            assert diary.losses[0] == (0, "connection refused")

    run(main)
