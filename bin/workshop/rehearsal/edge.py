"""What stands between the client and the dynos, and between the dynos and Redis: one loop, aside.

Rule: the loop runs in a thread of its own; whoever holds an ``Edge`` only sets the router's dynos.
"""

import asyncio
import contextlib
import ssl
import threading
from pathlib import Path
from typing import Self

from workshop.authority import Authority
from workshop.rehearsal.router import BLOCK, Limits, Router

STARTED_WITHIN = 30.0  # s


class TlsGate:
    """Ends TLS before a server that speaks none, as the platform's Redis is met."""

    def __init__(self, *, port: int, behind: int, tls: ssl.SSLContext) -> None:
        self.port, self._behind, self._tls = port, behind, tls

    async def serve(self) -> None:
        """Serve until cancelled."""
        server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, ssl=self._tls, limit=BLOCK
        )
        async with server:
            await server.serve_forever()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            inner, inwards = await asyncio.open_connection("127.0.0.1", self._behind)
        except OSError:
            writer.close()
            return
        await asyncio.gather(pour(reader, inwards), pour(inner, writer))


async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass bytes on until one side ends, then end the other."""
    with contextlib.suppress(OSError, ssl.SSLError):
        while block := await reader.read(BLOCK):
            writer.write(block)
            await writer.drain()
    with contextlib.suppress(OSError, ssl.SSLError, RuntimeError):
        writer.close()


class Edge:
    """The router and the gate, in a thread; a context that ends both."""

    def __init__(
        self,
        folder: Path,
        *,
        log: Path,
        router_port: int,
        redis_port: int,
        redis_gate_port: int,
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
        self.gate = TlsGate(port=redis_gate_port, behind=redis_port, tls=tls)
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
        await asyncio.gather(self.router.serve(), self.gate.serve())
