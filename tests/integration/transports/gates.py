"""A gate before a real server: it passes bytes on, and does to them what a bad network does.

Rule: a real socket on each side; what it does is said by the test, never by chance or time.
"""

import asyncio
import contextlib
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Gate:
    """Passes connections to a port of this machine on, and cuts them when told."""

    def __init__(self, behind: int) -> None:
        self._behind = behind
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._left: int | None = None  # bytes of answers that still pass; None: all
        self.is_open = True  # new connections are let through
        self.is_holding = False  # an answer was held back
        self.port = 0

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server
        self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def hold_answers(self, *, after: int) -> None:
        """Let ``after`` more bytes of the server pass, and no more until the next connection."""
        self._left, self.is_holding = after, False

    def cut(self) -> None:
        """Break every connection, with what it holds."""
        self._left = None
        for writer in self._writers:
            writer.transport.abort()
        self._writers.clear()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        try:
            await self._join(reader, writer)
        except asyncio.CancelledError:
            return  # the end of the test; asyncio's own callback would tell of it as an error
        finally:
            self._tasks.discard(task)
            writer.transport.abort()

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if not self.is_open:
            return
        self._left = None
        with contextlib.suppress(OSError):
            there, beyond = await asyncio.open_connection("127.0.0.1", self._behind)
            self._writers |= {writer, beyond}
            ways = [
                asyncio.ensure_future(self._pass(reader, beyond, lambda data: data)),
                asyncio.ensure_future(self._pass(there, writer, self._held)),
            ]
            try:
                await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for way in ways:
                    way.cancel()
                await asyncio.gather(*ways, return_exceptions=True)
                beyond.transport.abort()

    async def _pass(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        change: Callable[[bytes], bytes],
    ) -> None:
        while data := await reader.read(65_536):
            writer.write(change(data))
            await writer.drain()

    def _held(self, data: bytes) -> bytes:
        if self._left is None:
            return data
        passed, self._left = data[: self._left], max(0, self._left - len(data))
        self.is_holding = self.is_holding or len(passed) < len(data)
        return passed
