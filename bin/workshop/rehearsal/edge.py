"""What stands between the client and the dynos, and between the dynos and servers: one loop, aside.

Rule: the loop runs in a thread of its own; whoever holds an ``Edge`` only sets the router's dynos.
"""

import asyncio
import contextlib
import ssl
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from workshop.authority import Authority
from workshop.rehearsal.router import BLOCK, Limits, Router

STARTED_WITHIN = 30.0  # s
# How a client of Postgres asks for TLS, and for GSSAPI; the server answers with a letter.
# Source: https://www.postgresql.org/docs/current/protocol-message-formats.html, SSLRequest.
SSL_REQUEST = (8).to_bytes(4) + (80877103).to_bytes(4)
GSS_REQUEST = (8).to_bytes(4) + (80877104).to_bytes(4)


class TlsGate:
    """Ends TLS before a server that speaks none, as the platform's Redis and Postgres are met.

    ``asks_first``: clients ask for TLS in the words of Postgres; who does not is refused.
    """

    def __init__(
        self, *, port: int, behind: int, tls: ssl.SSLContext, asks_first: bool = False
    ) -> None:
        self.port, self._behind, self._tls = port, behind, tls
        self._asks_first = asks_first

    async def serve(self) -> None:
        """Serve until cancelled."""
        at_once = None if self._asks_first else self._tls
        server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, ssl=at_once, limit=BLOCK
        )
        async with server:
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._asks_first and not await self._has_asked(reader, writer):
            writer.close()
            return
        try:
            inner, inwards = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pour(reader, inwards), pour(inner, writer))

    async def _has_asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Return whether the client asked for TLS, which has begun then."""
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ssl.SSLError):
            asked = await reader.readexactly(len(SSL_REQUEST))
            if asked == GSS_REQUEST:
                writer.write(b"N")
                asked = await reader.readexactly(len(SSL_REQUEST))
            if asked == SSL_REQUEST:
                writer.write(b"S")
                await writer.start_tls(self._tls)
                return True
        return False


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends, then end the other."""
    with contextlib.suppress(OSError, ssl.SSLError):
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
    with contextlib.suppress(OSError, ssl.SSLError, RuntimeError):
        writer.close()


@dataclass(frozen=True, kw_only=True)
class Gate:
    """A port at which a server on the port ``behind`` is met by TLS."""

    port: int
    behind: int
    asks_first: bool = False


class Edge:
    """The router and the gates, in a thread; a context that ends them."""

    def __init__(
        self,
        folder: Path,
        *,
        log: Path,
        router_port: int,
        gates: Sequence[Gate],
        limits: Limits | None = None,
    ) -> None:
        folder.mkdir(parents=True)
        authority = Authority("Rehearsal's own authority")
        certificate, key = authority.issue(folder)
        with certificate.open("a") as chain:  # self-signed, with its authority, as the platform's
            chain.write(authority.pem)
        tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        tls.load_cert_chain(certificate, key)
        self.trusted = ssl.create_default_context(cadata=authority.pem)
        self._file = log.open("w")
        self.router = Router(port=router_port, tls=tls, limits=limits or Limits(), log=self._write)
        self.gates = [
            TlsGate(port=one.port, behind=one.behind, tls=tls, asks_first=one.asks_first)
            for one in gates
        ]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def _write(self, line: str) -> None:
        self._file.write(f"{line}\n")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._main.cancel)
        self._thread.join(STARTED_WITHIN)
        self._file.close()

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._main = self._loop.create_task(self._serve())
            self._loop.run_until_complete(self._main)
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _serve(self) -> None:
        await asyncio.gather(self.router.serve(), *(gate.serve() for gate in self.gates))
