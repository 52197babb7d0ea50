"""The whole product as processes, for a browser: real servers, and every line of the Procfile.

Rule: nothing of the product is imported here; it is started, and met by its address.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from workshop import parts, stack
from workshop.supervisor import Supervisor, free_port

DATABASE = "browser"
RELEASE_WITHIN = 300.0  # s for all migrations


@dataclass(frozen=True, kw_only=True)
class Console:
    """Where the running product is; ``supervisor`` holds its processes."""

    site: str  # without a slash at its end
    store: str  # the object store's address, to which pages upload
    mqtt_port: int
    mail: Path  # a folder of .eml files
    supervisor: Supervisor
    environment: Mapping[str, str]  # of its processes


def start_console(supervisor: Supervisor, folder: Path) -> Console:
    """Start everything in ``folder``: Postgres is behind PgBouncer, which shares connections."""
    port = free_port()
    servers = stack.start_servers(supervisor, folder, console_port=port)
    database = start_database(supervisor, folder)
    environment = stack.console_environment(folder, servers, port=port, database=database)
    release(environment)
    children = [stack.process(name, environment) for name in stack.processes() if name != "release"]
    for child in children:
        supervisor.launch(child)
    for child in children:
        supervisor.wait(child)
    return Console(
        site=f"http://127.0.0.1:{port}",
        store=servers.bucket.endpoint,
        mqtt_port=servers.mqtt_port,
        mail=folder / "mail",
        supervisor=supervisor,
        environment=environment,
    )


def start_database(supervisor: Supervisor, folder: Path) -> str:
    """Start Postgres and PgBouncer; return the address of a new database through both."""
    child, server = parts.postgres(folder / "postgres", port=free_port())
    supervisor.start(child)
    server.execute(f"CREATE DATABASE {DATABASE}")  # directly: the pooler would refuse it
    port = free_port()
    supervisor.start(parts.pgbouncer(folder / "pgbouncer", port=port, server=server))
    return server.url(DATABASE, port=port)


def release(environment: dict[str, str]) -> None:
    """Run the Procfile's release process to its end."""
    child = stack.process("release", environment)
    done = subprocess.run(
        [str(part) for part in child.command],
        env={**environment, **child.environment},
        cwd=child.folder,
        capture_output=True,
        text=True,
        timeout=RELEASE_WITHIN,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
