"""bin/test: ruff, mypy and every test, with the real parts; says what it could not run.

Rule: a group that cannot run here is named at the end together with the way to get it; a group
that ran and failed makes the whole fail.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from workshop import parts
from workshop.supervisor import Supervisor, free_port
from workshop.venv import ROOT

APT = {  # what only the system's packages have: program -> packages
    "mosquitto": ["mosquitto"],
    "nginx": ["nginx-light"],
    "nats-server": ["nats-server"],
    "rabbitmq-server": ["rabbitmq-server"],
    "pgbouncer": ["pgbouncer"],
    "chromium": ["chromium", "fonts-liberation"],
    "faketime": ["faketime"],
}
PATHS = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/usr/local/sbin"])
PYTEST = [sys.executable, "-m", "pytest", "-q"]
WEB = ["tests/web", "tests/rows"]
SIMULATOR = ["tests/simulator", "tests/architecture", "tests/workshop", "tests/fuzz"]
INSTALLED_WITHIN = 900  # s
GROUP_WITHIN = 2 * 60 * 60  # s; a group that hangs ends the whole
LANES = 2  # groups at a time: as many cores as the smallest machine has
WORKERS = 2  # processes of a group that mostly waits
BREAK = "─" * 100


@dataclass(frozen=True, kw_only=True)
class Group:
    """One command; ``needs`` are programs without which it says nothing worth saying.

    One that is ``alone`` waits for processes and browsers, with limits: it has the machine to
    itself. The others only compute.
    """

    name: str
    command: Sequence[str]
    needs: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    alone: bool = False


@dataclass(frozen=True, kw_only=True)
class Result:
    """How a group ended; ``status`` None means that it was not run."""

    group: Group
    status: int | None
    seconds: float = 0.0


def groups(database: str) -> list[Group]:
    """Return all groups, the longest first; ``database`` leads to Postgres through PgBouncer."""
    return [
        *on_postgres({"DATABASE_URL": database} if database else {}),
        Group(
            name="browser",
            command=[*PYTEST, "tests/browser"],
            needs=("pgbouncer", "mosquitto", "chromium"),
            alone=True,
        ),
        Group(
            # With the real parts they have run on Postgres, unless that is not there.
            name="web on SQLite",
            command=[*PYTEST, *(["-m", "not parts"] if database else []), *WEB],
        ),
        Group(name="mypy", command=["mypy"]),
        Group(name="simulator", command=[*PYTEST, *SIMULATOR]),
        Group(name="ruff: rules", command=["ruff", "check"]),
        Group(name="ruff: format", command=["ruff", "format", "--check"]),
    ]


def on_postgres(environment: Mapping[str, str]) -> list[Group]:
    """Return the groups that want the database of production; ``environment`` leads to it."""
    # The first mostly waits for other processes; what is costly to start is grouped.
    side_by_side = ["-n", str(WORKERS), "--dist=loadgroup"]
    return [
        Group(
            name="integration",
            command=[*PYTEST, "--reuse-db", *side_by_side, "tests/integration"],
            environment=environment,
            alone=True,
        ),
        Group(
            name="web on Postgres behind PgBouncer",
            command=[*PYTEST, "--reuse-db", *WEB],
            needs=("pgbouncer",),
            environment=environment,
        ),
    ]


def some(paths: list[str], database: str) -> Group:
    """Return a group of these tests, on Postgres behind PgBouncer where both are there."""
    return Group(
        name="chosen",
        command=[*PYTEST, "--reuse-db", *paths],
        environment={"DATABASE_URL": database} if database else {},
    )


def main(arguments: list[str]) -> int:
    """Run all groups, or only the tests of ``arguments``; return the process's status."""
    parser = argparse.ArgumentParser(prog="bin/test", description=__doc__)
    parser.add_argument("paths", nargs="*", help="only these tests")
    chosen = parser.parse_args(arguments).paths
    os.chdir(ROOT)
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{PATHS}"
    install_programs()
    with tempfile.TemporaryDirectory(prefix="mocklot-test-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # Postgres runs as another user
        with Supervisor(logs=folder / "logs") as supervisor:
            database = start_database(supervisor, folder)
            if chosen:
                return run(some(chosen, database)).status or 0
            results = run_all(groups(database))
    return report(results)


def install_programs() -> None:
    """Install what only apt has, where this is root on a system with apt."""
    missing = [name for name in APT if not shutil.which(name)]
    if not missing or os.getuid() != 0 or not shutil.which("apt-get"):
        return
    packages = [package for name in missing for package in APT[name]]
    print(f"Installing {', '.join(packages)}", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-qq", "--no-install-recommends", "-y", *packages]
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run(
            command,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=False,
            timeout=INSTALLED_WITHIN,
        )


def start_database(supervisor: Supervisor, folder: Path) -> str:
    """Start Postgres and PgBouncer; return the address through PgBouncer, empty without one.

    The tests' databases are made directly, because making one is refused inside of a transaction.
    """
    if not shutil.which("pgbouncer"):
        return ""
    child, server = parts.postgres(folder / "postgres", port=free_port())
    supervisor.start(child)
    tests = ["test_mocklot", *(f"test_mocklot_gw{number}" for number in range(WORKERS))]
    for name in ["mocklot", *tests]:
        server.execute(f"CREATE DATABASE {name}")
    port = free_port()
    supervisor.start(parts.pgbouncer(folder / "pgbouncer", port=port, server=server))
    return server.url("mocklot", port=port)


def run_all(groups: Sequence[Group]) -> list[Result]:
    """Run what is to be alone, then the others side by side; print each output at its end."""
    printing = threading.Lock()
    first = [run(group, printing) for group in groups if group.alone]
    others = [group for group in groups if not group.alone]
    with ThreadPoolExecutor(max_workers=LANES) as lanes:
        return [*first, *lanes.map(lambda group: run(group, printing), others)]


def run(group: Group, lock: "threading.Lock | None" = None) -> Result:
    """Run one group; skip it when a program that it needs is missing."""
    if any(not shutil.which(name) for name in group.needs):
        return Result(group=group, status=None)
    started = time.monotonic()
    done = subprocess.run(
        group.command,
        env={**os.environ, **group.environment},
        stdout=subprocess.PIPE if lock else None,
        stderr=subprocess.STDOUT if lock else None,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=GROUP_WITHIN,
    )
    if lock:
        with lock:
            print(f"{BREAK}\n{group.name}\n{done.stdout.decode(errors='replace')}", flush=True)
    return Result(group=group, status=done.returncode, seconds=time.monotonic() - started)


def report(results: list[Result]) -> int:
    """Print a line for each group, and how to get what was missing."""
    print(BREAK)
    for result in results:
        word = {None: "SKIPPED", 0: "passed"}.get(result.status, "FAILED")
        print(f"{word:8} {result.seconds:6.1f} s  {result.group.name}")
    if missing := [name for name in APT if not shutil.which(name)]:
        packages = " ".join(package for name in missing for package in APT[name])
        print(f"\nNot run: whatever needs {', '.join(missing)}. As root: apt install {packages}")
    return int(any(result.status for result in results))
