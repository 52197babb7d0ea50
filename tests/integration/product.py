"""Starts the product behind Postgres and PgBouncer, with the demo workspace in it."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from workshop import demo, parts, stack
from workshop.console import Console
from workshop.supervisor import Child, Supervisor, free_port

# A run of it lasts longer than any test: each test ends its own.
SEED = ["--mocks", "40", "--seconds", "900", "--rate", "4"]
PATIENCE = 180.0  # s that anything may take to come true on a busy machine


@dataclass(frozen=True, kw_only=True)
class Product:
    """The running product: its servers as children that a test may stop and start."""

    supervisor: Supervisor
    servers: stack.Servers
    folder: Path
    console: Console
    seeded: demo.Seeded

    def child(self, name: str) -> Child:
        """Return the running child of this name: ``valkey``, ``s3``, ``worker``, ``mosquitto``."""
        return next(child for child in self.supervisor.children if child.name == name)

    def page(self, path: str = "") -> str:
        """Return the text of a page below the workspace."""
        return self.console.get(self.seeded.workspace + path)[1].decode()


def start_product(supervisor: Supervisor, folder: Path, *, receiver_port: int) -> Product:
    """Start everything in ``folder`` and sign in."""
    port = free_port()
    servers = stack.start_servers(supervisor, folder, console_port=port)
    child, server = parts.postgres(folder / "postgres", port=free_port())
    supervisor.start(child)
    server.execute("CREATE DATABASE product")  # directly: the pooler would refuse it
    pooler_port = free_port()
    supervisor.start(parts.pgbouncer(folder / "pgbouncer", port=pooler_port, server=server))
    database = server.url("product", port=pooler_port)
    environment = stack.console_environment(folder, servers, port=port, database=database)
    demo.release(environment)
    for child in demo.launch_processes(supervisor, environment, free_port()):
        supervisor.wait(child)
    arguments = [*SEED, "--exit"]
    seeded = demo.seed(environment, servers.mqtt_port, receiver_port, demo.parse(arguments))
    console = Console(seeded.site)
    console.sign_in(seeded.email, seeded.password)
    return Product(
        supervisor=supervisor, servers=servers, folder=folder, console=console, seeded=seeded
    )


def eventually(look: Callable[[], Any], *, within: float = PATIENCE) -> Any:
    """Return what ``look`` finds as soon as it is true.

    Raises:
        AssertionError: It was never true.
    """
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.2)
    raise AssertionError(f"not true within {within:g} s")
