"""TLS against Mosquitto and a server of Python's own: who shows what, and what is resumed."""

import asyncio
import contextlib
import datetime
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from simulator.transports import Identity, Parcel
from tests.integration.transports.certificates import DAY, Authority
from tests.integration.transports.conftest import Broker, exchange_to, run, until
from tests.integration.transports.test_mosquitto import identity

Brokers = Callable[..., Broker]
CONNACK = b"\x20\x02\0\0"
AUTHORITY = Authority()  # one key for all tests: making it takes its time


class Far:
    """A server that accepts every mock."""

    def __init__(self, folder: Path, **options: object) -> None:
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(*AUTHORITY.issue(folder))
        for name, value in options.items():
            setattr(self.context, name, value)
        self.protocols: list[str | None] = []
        self.names: list[str | None] = []
        self.clients: list[object] = []
        self.writers: list[asyncio.StreamWriter] = []
        self.context.sni_callback = lambda _socket, name, _context: self.names.append(name)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connection = writer.get_extra_info("ssl_object")
        self.protocols.append(connection.selected_alpn_protocol())
        self.clients.append(connection.getpeercert())
        self.writers.append(writer)
        await reader.read(1_000)
        writer.write(CONNACK)
        await reader.read(1_000)
        writer.close()

    def hang_up(self) -> None:
        while self.writers:
            self.writers.pop().close()

    @property
    def resumed(self) -> int:
        """How many handshakes went on with a session, by OpenSSL's own count."""
        return self.context.session_stats()["hits"]

    @property
    def handshakes(self) -> int:
        return self.context.session_stats()["accept_good"]


@asynccontextmanager
async def serving(far: Far) -> AsyncIterator[int]:
    server = await asyncio.start_server(far.serve, "127.0.0.1", 0, ssl=far.context)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        far.hang_up()
        server.close()


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_each_mock_resumes_its_own_session_when_it_comes_back(tmp_path: Path, version: str) -> None:
    far = Far(
        tmp_path,
        maximum_version={"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}[version],
    )

    async def main() -> None:
        async with (
            serving(far) as port,
            exchange_to(port, tls={"ca": AUTHORITY.pem}) as (exchange, diary),
        ):
            for row in range(5):
                exchange.connect(row, identity(row))
            await until(lambda: len(diary.opens) == 5)
            before = far.resumed
            far.hang_up()
            await until(lambda: len(diary.opens) == 10)
            assert (before, far.resumed, far.handshakes) == (0, 5, 10)
            for row in range(5):  # let go and connected anew, as a device that was off
                exchange.disconnect(row)
            await until(lambda: not exchange._wires)
            exchange.connect(9, identity(9))
            await until(lambda: len(diary.opens) == 11)
            assert far.resumed == 5  # another mock has no session yet

    run(main)


def test_a_handshake_that_broke_leaves_nothing_that_the_next_one_stumbles_over(
    tmp_path: Path,
) -> None:
    far = Far(tmp_path)

    async def main() -> None:
        broken = await asyncio.start_server(garbage, "127.0.0.1", 0)
        port = broken.sockets[0].getsockname()[1]
        async with exchange_to(port, tls={"ca": AUTHORITY.pem}) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: len(diary.losses) == 2)
            assert {why for _, why in diary.losses} == {"TLS: the far side does not speak TLS"}
            broken.close()
            server = await asyncio.start_server(far.serve, "127.0.0.1", port, ssl=far.context)
            await until(lambda: diary.opens)
            server.close()

    async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1_000)
        writer.write(b"220 mail.example ready\r\n")
        await reader.read(1_000)
        writer.close()

    run(main)


def test_sessions_are_not_resumed_when_told_so(tmp_path: Path) -> None:
    far = Far(tmp_path)
    tls = {"ca": AUTHORITY.pem, "resumption": False}

    async def main() -> None:
        async with serving(far) as port, exchange_to(port, tls=tls) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            far.hang_up()
            await until(lambda: len(diary.opens) == 2)
            assert (far.resumed, far.handshakes) == (0, 2)

    run(main)


def test_name_and_protocols_are_offered(tmp_path: Path) -> None:
    far = Far(tmp_path)
    far.context.set_alpn_protocols(["x-amzn-mqtt-ca"])
    tls = {"verify": False, "server_name": "a.example", "alpn": ["http/1.1", "x-amzn-mqtt-ca"]}

    async def main() -> None:
        async with serving(far) as port, exchange_to(port, tls=tls) as (exchange, diary):
            exchange.connect(0, identity(0))
            await until(lambda: diary.opens)
            assert (far.protocols, far.names) == (["x-amzn-mqtt-ca"], ["a.example"])

    run(main)


def refuse_one(listener: socket.socket, context: ssl.SSLContext) -> None:
    """Take one connection and say, as a server in a loop does not, why there is none."""
    connection, _ = listener.accept()
    with connection, contextlib.suppress(ssl.SSLError):
        context.wrap_socket(connection, server_side=True)


def test_a_far_side_below_the_least_version_is_refused(tmp_path: Path) -> None:
    far = Far(tmp_path, maximum_version=ssl.TLSVersion.TLSv1_2)
    tls = {"ca": AUTHORITY.pem, "minimum_version": "1.3"}

    async def main() -> None:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            refusing = asyncio.to_thread(refuse_one, listener, far.context)
            port = listener.getsockname()[1]
            async with (
                exchange_to(port, tls=tls) as (exchange, diary),
                asyncio.TaskGroup() as tasks,
            ):
                tasks.create_task(refusing)
                exchange.connect(0, identity(0))
                await until(lambda: diary.losses)
                assert diary.losses[0] == (0, "TLS refused: no version in common")

    run(main)


def mutual(broker: Brokers, folder: Path) -> Broker:
    """A broker that asks for certificates and takes their names for user names."""
    certificate, key = AUTHORITY.issue(folder)
    (folder / "ca.crt").write_text(AUTHORITY.pem)
    (folder / "acl").write_text("user a\ntopic out/a\nuser b\ntopic out/b\n")
    return broker(
        f"certfile {certificate}",
        f"keyfile {key}",
        f"cafile {folder}/ca.crt",
        "require_certificate true",
        "use_identity_as_username true",
        "per_listener_settings true",
    )


def shown(name: str, authority: Authority = AUTHORITY, **options: datetime.timedelta) -> Identity:
    certificate, key = authority.issue_client(name, **options)
    return Identity(client_id=name, certificate=certificate, key=key)


@pytest.mark.parts("mosquitto")
def test_each_mock_shows_a_certificate_of_its_own(broker: Brokers, tmp_path: Path) -> None:
    server = mutual(broker, tmp_path)

    async def main() -> None:
        async with exchange_to(server.port, tls={"ca": AUTHORITY.pem}) as (exchange, diary):
            for row, name in enumerate("ab"):
                exchange.connect(row, shown(name))
            await until(lambda: len(diary.opens) == 2)
            for row in range(2):
                exchange.send(row, Parcel(row, "out", b"x" * 30_000, 1))
            await until(lambda: len(diary.ends) == 2)
            assert diary.reasons == ["", ""]

    run(main)


@pytest.mark.parts("mosquitto")
@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_certificate_that_is_not_accepted_is_named_in_words(
    broker: Brokers, tmp_path: Path, version: str
) -> None:
    server = mutual(broker, tmp_path)
    tls = {"ca": AUTHORITY.pem, "minimum_version": version}
    other = shown("c").key
    cases = {
        shown("good"): "",
        identity(1): "TLS refused: a client certificate is required",
        shown("old", ends_in=-DAY): "TLS refused: client certificate expired",
        shown("strange", Authority("Somebody else")): "authority",
        Identity(certificate=shown("d").certificate, key=other): (
            "TLS: the mock's key is not the one of its certificate"
        ),
        Identity(certificate="none", key=other): "TLS: the mock's certificate or key is not PEM",
    }

    async def main() -> None:
        async with exchange_to(server.port, tls=tls) as (exchange, diary):
            for row, who in enumerate(cases):
                exchange.connect(row, who)
            await until(lambda: len({row for row, _ in diary.losses}) == len(cases) - 1)
            await until(lambda: diary.opens)
            assert diary.opens == [0]
            why = dict(reversed(diary.losses))
            for row, words in list(enumerate(cases.values()))[1:]:
                assert words in why[row]

    run(main)


def test_a_mock_that_shows_another_certificate_starts_anew(tmp_path: Path) -> None:
    far = Far(tmp_path, verify_mode=ssl.CERT_REQUIRED)
    far.context.load_verify_locations(cadata=AUTHORITY.pem)

    async def main() -> None:
        async with (
            serving(far) as port,
            exchange_to(port, tls={"ca": AUTHORITY.pem}) as (exchange, diary),
        ):
            exchange.connect(0, shown("a"))
            await until(lambda: diary.opens)
            exchange._lines[0].identity = shown("b")  # as the tower does when it is made anew
            far.hang_up()
            await until(lambda: len(diary.opens) == 2)
            assert far.resumed == 0

    run(main)
