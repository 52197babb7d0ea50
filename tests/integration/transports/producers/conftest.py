"""Real brokers, each started once for a module, and an exchange with them."""

import asyncio
import contextlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from workshop import parts
from workshop.supervisor import free_port

from simulator.lot import target_of
from simulator.transports import exchange_to
from tests.integration.transports.conftest import sweep
from tests.simulator.transports.virtual import Diary

SYSTEM = "/usr/lib/rabbitmq/bin:/usr/bin:/usr/sbin"
STARTED_WITHIN = 240.0  # s; Erlang takes some 13 s on a busy machine, over 60 s at a load of 25


def listening(process: "subprocess.Popen[bytes]", port: int) -> None:
    """Wait until something listens."""
    end = time.monotonic() + STARTED_WITHIN
    while time.monotonic() < end:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        assert process.poll() is None, "the server ended"
        time.sleep(0.02)
    raise AssertionError("the server does not listen")


def program(name: str) -> str:
    found = shutil.which(name, path=SYSTEM)
    assert found, f"{name} is not installed"
    return found


def ended(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    process.wait(STARTED_WITHIN)


class NatsServer:
    """A NATS with JetStream, a user who may publish anywhere and one who may not."""

    CONFIGURATION = """
    listen: 127.0.0.1:{port}
    jetstream {{ store_dir: "{folder}/streams", max_mem: 64M, max_file: 64M }}
    authorization {{ users: [
        {{user: "mocks", password: "right"}},
        {{user: "few", password: "right", permissions: {{publish: ["ok.>", "$JS.>"]}}}}
    ]}}
    """

    def __init__(self, folder: Path) -> None:
        self.port = free_port()
        self.config = folder / "nats.conf"
        self.config.write_text(self.CONFIGURATION.format(port=self.port, folder=folder))
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            [program("nats-server"), "-c", self.config], stderr=subprocess.DEVNULL
        )
        listening(self.process, self.port)

    def stop(self) -> None:
        ended(self.process)


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def rabbit_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """A RabbitMQ with its usual user guest; a node of Erlang with a name server of its own."""
    folder = tmp_path_factory.mktemp("rabbit")
    port, names, nodes = free_port(), free_port(), free_port()
    (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = 127.0.0.1:{port}\n")
    (folder / "plugins").write_text("[].")
    environment = {
        **os.environ,
        "HOME": str(folder),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "ERL_EPMD_PORT": str(names),
        "RABBITMQ_NODENAME": f"rabbit-{port}@localhost",
        "RABBITMQ_DIST_PORT": str(nodes),
        "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
        "RABBITMQ_LOG_BASE": str(folder / "log"),
        "RABBITMQ_LOGS": "-",
        "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": (
            "-kernel inet_dist_use_interface {127,0,0,1} +S 1 +sbwt none"
        ),
    }
    quiet: dict[str, Any] = {
        "env": environment, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL
    }  # fmt: skip
    name_server = subprocess.Popen([program("epmd"), "-address", "127.0.0.1"], **quiet)
    listening(name_server, names)
    # The program behind the one in the PATH, which only changes to a user of its own.
    server = subprocess.Popen([program("rabbitmq-server")], **quiet)
    try:
        listening(server, port)
        yield port
    finally:
        ended(server)
        ended(name_server)


@pytest.fixture(scope="module")
def kinesis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A client of Kinesis of the server that is the tests' object store, too."""
    port = free_port()
    child = parts.object_store(tmp_path_factory.mktemp("aws"), port=port)
    environment = {**os.environ, **child.environment, "AUTH": "false"}
    process = subprocess.Popen(
        [str(word) for word in child.command],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        listening(process, port)
        yield parts.aws("kinesis", f"http://127.0.0.1:{port}", "key", "secret")
    finally:
        ended(process)


@contextlib.asynccontextmanager
async def producing(port: int, **target: Any) -> AsyncIterator[tuple[Any, Diary]]:
    """An exchange with a broker on this machine, swept often, closed at the end."""
    diary = Diary()
    exchange = exchange_to(target_of({"host": "127.0.0.1", "port": port, **target}), listener=diary)
    sweeper = asyncio.create_task(sweep(exchange))  # type: ignore[arg-type]
    try:
        yield exchange, diary
    finally:
        sweeper.cancel()
        await exchange.close()
