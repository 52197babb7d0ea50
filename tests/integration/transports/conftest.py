"""Brokers, certificates and far sides for the exchange, each on a free port of 127.0.0.1."""

import asyncio
import contextlib
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvloop
from workshop.supervisor import free_port

from simulator.lot import target_of
from simulator.transports import Exchange
from tests.simulator.transports.virtual import Diary

WITHIN = 60.0  # s for whatever a test waits for, on a busy machine too


def free_port_of_six() -> int:
    """Return a free port of ::1, or skip the test where a machine has none.

    A Mosquitto that speaks WebSocket binds all addresses when told 127.0.0.1, and ::1 alone when
    told that.
    """
    try:
        with socket.socket(socket.AF_INET6) as tried:
            tried.bind(("::1", free := free_port()))
            return free
    except OSError:
        pytest.skip("this machine has no ::1")


class Broker:
    """A Mosquitto of one test, with its own configuration."""

    def __init__(self, folder: Path, *lines: str) -> None:
        self.port = free_port()
        self.config = folder / f"mosquitto-{self.port}.conf"
        head = [f"listener {self.port} 127.0.0.1", "user root", "persistence false"]
        self.config.write_text("\n".join([*head, *lines]))
        self.process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        program = shutil.which("mosquitto", path="/usr/sbin:/usr/bin:/usr/local/sbin")
        assert program
        self.process = subprocess.Popen([program, "-c", self.config], stderr=subprocess.DEVNULL)
        end = time.monotonic() + WITHIN
        while time.monotonic() < end:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port)):
                return
            assert self.process.poll() is None, "mosquitto ended"
        raise AssertionError("mosquitto does not listen")

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(WITHIN)
            self.process = None


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Callable[..., Broker]]:
    """Make brokers with further lines of configuration; they end with the test."""
    brokers: list[Broker] = []

    def make(*lines: str) -> Broker:
        brokers.append(Broker(tmp_path, *(lines or ("allow_anonymous true",))))
        return brokers[-1]

    yield make
    for made in brokers:
        made.stop()


@contextlib.asynccontextmanager
async def exchange_to(port: int, **target: Any) -> AsyncIterator[tuple[Exchange, Diary]]:
    """An exchange with a far side on this machine, swept often, closed at the end."""
    diary = Diary()
    exchange = Exchange(
        target_of({"protocol": "mqtt", "host": "127.0.0.1", "port": port, **target}), listener=diary
    )
    sweeper = asyncio.create_task(sweep(exchange))
    try:
        yield exchange, diary
    finally:
        sweeper.cancel()
        await exchange.close()


async def sweep(exchange: Exchange) -> None:
    while True:
        await asyncio.sleep(0.05)
        exchange.sweep(time.monotonic())


async def until(condition: Callable[[], Any]) -> None:
    """Wait for what is to happen, polling; a test waits no longer than it must."""
    async with asyncio.timeout(WITHIN):
        while not condition():  # noqa: ASYNC110 - conditions are of many kinds
            await asyncio.sleep(0.005)


def run(main: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Run ``main`` in the loop that a tower uses."""
    uvloop.run(main())
