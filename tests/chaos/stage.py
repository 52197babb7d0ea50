"""The product with a fault proxy before each of its parts, and several workers of bounded size.

Rule: every process is started by its line in the Procfile; what is done to it, a platform could do.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from workshop import demo, parts, stack
from workshop.console import Console, Unexpected
from workshop.supervisor import Child, Supervisor, free_port
from workshop.venv import ROOT

from tests.chaos.crowd import kill_all, pids_of, send_all
from tests.chaos.plan import Kind
from tests.chaos.proxy import Proxy
from tests.chaos.size import Size

OTHER_FILES = 500  # of a tower's process beside its mocks' sockets, see web.runs.shift
SEEDED_WITHIN = 120.0  # s


@dataclass
class Stage:
    """What runs. ``proxies`` by what is behind them; ``children`` by name."""

    supervisor: Supervisor
    folder: Path
    servers: stack.Servers
    database: str  # address of Postgres itself
    environment: dict[str, str]
    proxies: dict[str, Proxy]
    console: Console
    children: dict[str, Child] = field(default_factory=dict)
    workspace: str = ""
    lots: list[str] = field(default_factory=list)
    late: list[str] = field(default_factory=list)  # who did not end in time when told to

    @property
    def workers(self) -> list[str]:
        return [name for name in self.children if name.startswith("worker")]

    def holders(self) -> dict[str, int]:
        """Return how many mocks the towers of each worker hold, as the database has it."""
        with psycopg.connect(self.database) as connection:
            rows = connection.execute(
                "SELECT tower, sum(count) FROM runs_shard WHERE state = 'leased' GROUP BY tower"
            ).fetchall()
        held: dict[str, int] = {}
        for tower, mocks in rows:
            name = tower.partition("/")[0].replace(".", "-")
            held[name] = held.get(name, 0) + int(mocks)
        return held

    def launch(self, name: str) -> None:
        """Start a process, or start it again."""
        self.supervisor.launch(self.children[name])

    def begin(self, kind: Kind, victim: str) -> None:
        """Let something go wrong; SIGTERM is sent once."""
        if kind is Kind.REFUSE:
            self.proxies[victim].refuse()
        elif kind is Kind.SILENCE:
            self.proxies[victim].silence()
        elif kind is Kind.KILL:
            kill_all(self.children[victim])
        elif kind is Kind.FREEZE:
            send_all(self.children[victim], signal.SIGSTOP)
        elif kind is Kind.DRAIN:
            send_all(self.children[victim], signal.SIGTERM)
        else:
            raise ValueError(f"no such kind of blow: {kind}")

    def end(self, kind: Kind, victim: str) -> None:
        """Let it be over."""
        if kind in (Kind.REFUSE, Kind.SILENCE):
            self.proxies[victim].open()
        elif kind is Kind.FREEZE:
            send_all(self.children[victim], signal.SIGCONT)
        else:
            if kind is Kind.DRAIN and pids_of(self.children[victim]):
                self.late.append(victim)
            kill_all(self.children[victim])
            self.launch(victim)

    def shell(self, code: str) -> str:
        """Run Python inside of the product, as an operator may; return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "--no-imports", "-c", code],
            env=self.environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=SEEDED_WITHIN,
            check=True,
        )
        return done.stdout.strip()

    def live(self, run: str) -> dict[str, Any]:
        """Return a run's figures; empty when the console does not answer just now."""
        try:
            figures: dict[str, Any] = self.console.read(f"{run}live.json")
        except (Unexpected, OSError, ValueError):
            return {}
        return figures

    def close(self) -> None:
        """Wake what is frozen and end everything; proxies last, for who ends still tells others."""
        for child in self.children.values():
            send_all(child, signal.SIGCONT)
        for proxy in self.proxies.values():
            proxy.open()
        self.supervisor.end()
        for proxy in self.proxies.values():
            proxy.close()


def start_stage(
    supervisor: Supervisor,
    folder: Path,
    size: Size,
    *,
    brokers: Sequence[int] = (),
    program: Sequence[str] = (),
) -> Stage:
    """Start everything in ``folder``, which is open to everybody, and sign in.

    Args:
        supervisor: Ends it all.
        folder: For the data of the servers.
        size: How much there is to be.
        brokers: Ports that the lots send to; none: a broker of the stage's own, through a proxy.
        program: What workers run in place of ``manage.py``.
    """
    port = free_port()
    servers = stack.start_servers(supervisor, folder, console_port=port)
    child, server = parts.postgres(folder / "postgres", port=free_port())
    supervisor.start(child)
    server.execute("CREATE DATABASE product")
    pooler = free_port()
    supervisor.start(parts.pgbouncer(folder / "pgbouncer", port=pooler, server=server))
    store_port = int(servers.bucket.endpoint.rpartition(":")[2])
    behind = {"redis": servers.redis_port, "database": pooler, "store": store_port}
    proxies = {name: Proxy(at, port=free_port()) for name, at in behind.items()}
    proxies["target"] = Proxy(servers.mqtt_port, port=free_port())
    at = {name: proxy.start() for name, proxy in proxies.items()}
    database = server.url("product", port=at["database"])
    environment = stack.console_environment(folder, servers, port=port, database=database) | {
        "REDIS_URL": f"redis://127.0.0.1:{at['redis']}/0",
        "S3_ENDPOINT_URL": f"http://127.0.0.1:{at['store']}",
    }
    demo.release(environment)
    stage = Stage(
        supervisor=supervisor,
        folder=folder,
        servers=servers,
        database=server.url("product"),
        environment=environment,
        proxies=proxies,
        console=Console(environment["SITE_URL"]),
    )
    wanted = ["--mocks", str(size.mocks), "--parts", str(size.parts)]
    wanted += ["--every", str(size.every), "--course", str(size.course)]
    for broker in brokers or [at["target"]]:
        wanted += ["--port", str(broker)]
    made = seed(environment, wanted)
    stage.workspace, stage.lots = made["workspace"], made["lots"]
    launch_all(stage, size, program)
    stage.console.sign_in(made["email"], made["password"])
    return stage


def seed(environment: dict[str, str], wanted: list[str]) -> dict[str, Any]:
    """Make workspace and lots; return what ``tests.chaos.seeding`` printed."""
    told = environment | {"DJANGO_SETTINGS_MODULE": "web.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos.seeding", *wanted],
        env=told,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=SEEDED_WITHIN,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"the lots were not made\n{done.stderr[-3000:]}")
    made: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return made


def launch_all(stage: Stage, size: Size, program: Sequence[str]) -> None:
    """Start each process of the Procfile, and as many of those that run towers as are wanted."""
    for name in ("web", "clock", "reporter"):
        stage.children[name] = stack.process(name, stage.environment)
    for number, name in enumerate(size.workers, start=1):
        stage.children[name] = worker(
            stage.environment, number, capacity=size.capacity, program=program
        )
    for name in stage.children:
        stage.launch(name)
    for child in stage.children.values():
        stage.supervisor.wait(child)


def worker(
    environment: dict[str, str], number: int, *, capacity: int, program: Sequence[str] = ()
) -> Child:
    """Return a worker whose towers take ``capacity`` mocks, for it may open so many files.

    ``program``: what it runs with the arguments of ``manage.py``, in its place.
    """
    child = stack.process("worker", environment)
    if program:
        child.command = [sys.executable, *program, *child.command[2:]]
    files = capacity + OTHER_FILES
    child.name = f"worker-{number}"
    child.environment = {**child.environment, "DYNO": f"worker.{number}"}
    child.command = ["prlimit", f"--nofile={files}:{files}", *child.command]
    return child


def await_true(look: Callable[[], Any], *, within: float, what: str) -> Any:
    """Return what ``look`` finds as soon as it is true.

    Raises:
        AssertionError: It was never true; the text names ``what``.
    """
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        if found := look():
            return found
        time.sleep(0.3)
    raise AssertionError(f"{what}: not within {within:g} s")
