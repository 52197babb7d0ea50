"""What the console's own tests have, and a receiver that counts."""

import asyncio
import json
import threading
from collections.abc import Iterator

import pytest

from tests.web.conftest import *  # noqa: F403 (fixtures are found by their names)


class Receiver:
    """An HTTP server that answers every request with ``status`` and keeps (path, payload)."""

    def __init__(self) -> None:
        self.port = 0
        self.status = "200 OK"
        self.received: list[tuple[str, dict[str, object]]] = []
        self.has_received = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._is_up = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def start(self) -> None:
        self._thread.start()
        assert self._is_up.wait(60)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(60)

    def _serve(self) -> None:
        server = self._loop.run_until_complete(
            asyncio.start_server(self._answer, "127.0.0.1", 0, backlog=200)
        )
        self.port = server.sockets[0].getsockname()[1]
        self._is_up.set()
        self._loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                text = head.decode()
                lines = text.lower().split("\r\n")
                length = next(int(li[15:]) for li in lines if li.startswith("content-length:"))
                payload = json.loads(await reader.readexactly(length))
                self.received.append((text.split()[1], payload))
                self.has_received.set()
                writer.write(f"HTTP/1.1 {self.status}\r\nContent-Length: 0\r\n\r\n".encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    server.start()
    yield server
    server.stop()
