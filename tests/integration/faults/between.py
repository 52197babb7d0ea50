"""A proxy between mocks and their broker that writes down what passes, and when.

Rule: it hands on every byte as it came, and every end as it was; what it knows of MQTT is where the
client id of a CONNECT stands.
"""

import asyncio
import socket
import time
from dataclasses import dataclass, field
from typing import cast

SEND_BUFFER = 8_192  # bytes that the kernel keeps for a mock that does not read


@dataclass
class Talk:
    """One connection of a mock."""

    client: str = ""
    opened: float = 0.0  # Unix s, as all times
    up: list[tuple[float, bytes]] = field(default_factory=list)  # from the mock
    down: list[tuple[float, bytes]] = field(default_factory=list)  # to the mock
    ended: float | None = None  # when the mock ended it
    thrown_out: float | None = None  # when the broker did
    waiting: int = 0  # bytes for the mock that it did not take
    most_waiting: int = 0

    @property
    def said(self) -> bytes:
        return b"".join(data for _, data in self.up)

    def up_between(self, start: float, end: float) -> bytes:
        return b"".join(data for t, data in self.up if start < t < end)


class Proxy:
    """Listens on a port of its own; ``talks`` are in the order in which they began."""

    def __init__(self, broker: int) -> None:
        self._broker = broker
        self.talks: list[Talk] = []
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self) -> int:
        """Listen, and return the port."""
        listener = socket.create_server(("127.0.0.1", 0))
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
        self._server = await asyncio.start_server(self._accept, sock=listener)
        return cast(int, listener.getsockname()[1])

    async def close(self) -> None:
        self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def of(self, client: str) -> list[Talk]:
        return [talk for talk in self.talks if talk.client == client]

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        talk = Talk(opened=time.time())
        self.talks.append(talk)
        try:
            from_broker, to_broker = await asyncio.open_connection("127.0.0.1", self._broker)
            down = asyncio.create_task(self._down(talk, from_broker, writer))
            await self._up(talk, reader, to_broker)
            to_broker.close()
            await down
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.transport.abort()
            self._tasks.discard(task)

    async def _up(
        self, talk: Talk, reader: asyncio.StreamReader, to_broker: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await reader.read(65_536):
                talk.up.append((time.time(), data))
                if not talk.client:
                    talk.client = client_of(data)
                to_broker.write(data)
        except ConnectionError:
            pass
        if talk.thrown_out is None:
            talk.ended = time.time()

    async def _down(
        self, talk: Talk, from_broker: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            while data := await from_broker.read(65_536):
                talk.down.append((time.time(), data))
                writer.write(data)
                talk.waiting = writer.transport.get_write_buffer_size()
                talk.most_waiting = max(talk.waiting, talk.most_waiting)
            await self._drained(talk, writer)
        except ConnectionError:
            pass
        if talk.ended is None:
            talk.thrown_out = time.time()
        writer.close()

    async def _drained(self, talk: Talk, writer: asyncio.StreamWriter) -> None:
        """Wait until the mock has taken everything."""
        while size := writer.transport.get_write_buffer_size():
            talk.waiting = size
            await asyncio.sleep(0.02)
        talk.waiting = 0


def client_of(data: bytes) -> str:
    """The client id of a CONNECT: it stands after ten bytes of variable header (MQTT 3.1.1)."""
    start = 2 if data[1] < 0x80 else 3
    at = start + 10
    size = int.from_bytes(data[at : at + 2])
    return data[at + 2 : at + 2 + size].decode()
