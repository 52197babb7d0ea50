"""How long each page takes with a run of 50,000 mocks going on and the rows of a year beside it.

Run: ``python -m tests.benchmarks.pages [--mocks 50000] [--clients 4] [--rounds 20]``. The console
is the process ``web`` of the Procfile, with Postgres behind PgBouncer, Redis and the object store,
all on this machine, with those who ask. Every address of the URL configuration that answers to GET
is asked for, in another order by each. Status 1 says that an answer was an error of ours.
"""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from workshop import parts, stack
from workshop.supervisor import Supervisor, free_port

from tests.benchmarks.pages import asking, telling


def main() -> int:
    asked = _arguments()
    with tempfile.TemporaryDirectory(prefix="mocklot-pages-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as another user
        with Supervisor(logs=folder / "logs") as supervisor:
            environment = _servers(supervisor, folder)
            world = _world(environment, mocks=asked.mocks)
            supervisor.start(stack.process("web", environment))
            with world.towers():
                answers = asking.ask(
                    world.pages(),
                    port=int(environment["PORT"]),
                    cookie=world.cookie,
                    clients=asked.clients,
                    rounds=asked.rounds,
                )
            return telling.tell(answers, world.costs())


def _servers(supervisor: Supervisor, folder: Path) -> dict[str, str]:
    """Start what the console stands on; return the variables that lead it there."""
    port = free_port()
    servers = stack.start_servers(supervisor, folder, console_port=port)
    child, server = parts.postgres(folder / "postgres", port=free_port())
    supervisor.start(child)
    server.execute("CREATE DATABASE pages")
    pooler = free_port()
    supervisor.start(parts.pgbouncer(folder / "pgbouncer", port=pooler, server=server))
    database = server.url("pages", port=pooler)
    made = stack.console_environment(folder, servers, port=port, database=database)
    return {**made, "WEB_CONCURRENCY": "2"}  # as in the smallest dyno


def _world(environment: dict[str, str], *, mocks: int):  # type: ignore[no-untyped-def]
    """Set the product up in this process too, and fill its database."""
    os.environ |= {**environment, "DJANGO_SETTINGS_MODULE": "web.settings", "LOG_LEVEL": "ERROR"}
    import django  # noqa: PLC0415  # reads the environment that was made just now

    django.setup()
    from django.core.management import call_command  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    from tests.benchmarks.pages.world import World  # noqa: PLC0415  # models need the settings

    return World(mocks=mocks)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--mocks", type=int, default=50_000)
    parser.add_argument("--clients", type=int, default=4, help="who ask at the same time")
    parser.add_argument("--rounds", type=int, default=20, help="times that each asks for each page")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
