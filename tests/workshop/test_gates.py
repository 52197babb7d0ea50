"""What stands before Redis and Postgres in a rehearsal: TLS or nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from workshop.authority import Authority
from workshop.rehearsal.edge import GSS_REQUEST, SSL_REQUEST, TlsGate
from workshop.supervisor import free_port

STARTUP = (8).to_bytes(4) + (196608).to_bytes(4)  # version 3.0, without asking for TLS


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(await reader.read(100))
    writer.close()


@asynccontextmanager
async def met(
    folder: Path, *, asks_first: bool
) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter, ssl.SSLContext]]:
    """Yield a plain connection to a gate before a server that sends back what it gets."""
    authority = Authority()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(*authority.issue(folder))
    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    behind = server.sockets[0].getsockname()[1]
    gate = TlsGate(port=free_port(), behind=behind, tls=tls, asks_first=asks_first)
    serving = asyncio.create_task(gate.serve())
    while True:
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", gate.port)
            break
        except OSError:
            await asyncio.sleep(0)
    yield reader, writer, ssl.create_default_context(cadata=authority.pem)
    writer.close()
    serving.cancel()
    server.close()


@pytest.mark.parametrize("words", [SSL_REQUEST, GSS_REQUEST + SSL_REQUEST])
def test_a_client_of_postgres_asks_and_then_speaks_by_tls(tmp_path: Path, words: bytes) -> None:
    async def ask() -> tuple[bytes, bytes]:
        async with met(tmp_path, asks_first=True) as (reader, writer, trusted):
            writer.write(words)
            said = await reader.readexactly(len(words) // 8)
            await writer.start_tls(trusted, server_hostname="127.0.0.1")
            writer.write(b"hello")
            return said, await reader.read(100)

    said, answer = asyncio.run(ask())

    assert (said[-1:], answer) == (b"S", b"hello")


def test_a_client_of_postgres_that_does_not_ask_is_let_go(tmp_path: Path) -> None:
    async def begin() -> bytes:
        async with met(tmp_path, asks_first=True) as (reader, writer, _):
            writer.write(STARTUP)
            return await reader.read(100)

    assert asyncio.run(begin()) == b""
