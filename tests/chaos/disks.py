"""Disks that are full: no file of a server may grow past a size, as where nothing is left.

Rule: the limit is the kernel's (RLIMIT_FSIZE), set on servers that run, so that it needs no mount;
what a write beyond it is answered with is an error to each of these, and no signal.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from workshop.supervisor import Child, group_of

SEGMENT = 2**20  # bytes; one file of Postgres' log, which it writes whole: see workshop.parts
ROWS = 4  # of a table, its last ones: those of the run that goes on
MOST_ROUNDS = 400  # of one row
BATCH = 64  # updates of one round at first
WITHIN = 60.0  # s
NO_ROOM = "could not extend file"  # what Postgres says then


def limit_files(pid: int, limit: str, *, user: str | None = None) -> None:
    """Let no file grow past ``limit`` bytes (``unlimited``) by what a process writes.

    ``user``: whose process it is, if not ours; who asks has to be the same.
    """
    words = ["prlimit", "--pid", str(pid), f"--fsize={limit}:unlimited"]
    who: dict[str, Any] = (
        {"user": user, "group": group_of(user), "extra_groups": []} if user else {}
    )
    subprocess.run(words, cwd="/", check=True, timeout=WITHIN, **who)


@contextmanager
def full_disk(child: Child) -> Iterator[None]:
    """No file of a server of one process may grow, while this lasts."""
    assert child.process
    limit_files(child.process.pid, "1")
    try:
        yield
    finally:
        limit_files(child.process.pid, "unlimited")


@contextmanager
def full_database(child: Child, address: str) -> Iterator[None]:
    """No table that has rows can take more of them, or other ones, while this lasts.

    What is there can be read. ``address``: of Postgres itself, as its owner.
    """
    assert child.process
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute("CHECKPOINT")  # or what is in memory only could not be written later
        with _remembering(address):
            _limit_family(child, str(SEGMENT))
            try:
                for table in _tables(connection):
                    _fill(connection, table)
                yield
            finally:
                _limit_family(child, "unlimited")


@contextmanager
def _remembering(address: str) -> Iterator[None]:
    """Let nothing that is overwritten be reused, for somebody might still look at it."""
    with psycopg.connect(address) as reader:
        reader.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        reader.execute("SELECT 1")
        yield


def _limit_family(child: Child, limit: str) -> None:
    """Limit a server and the processes that it started; those that it starts later inherit it."""
    assert child.process
    first = child.process.pid
    limit_files(first, limit, user=child.user)
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal() and _parent_of(entry) == first:
            with suppress(subprocess.CalledProcessError):  # it has ended meanwhile
                limit_files(int(entry.name), limit, user=child.user)


def _parent_of(entry: Path) -> int:
    """Return who started a process (proc(5), the fourth field of ``stat``); 0 when it is gone."""
    try:
        return int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def _tables(connection: psycopg.Connection) -> list[str]:
    """Return the tables that runs are written to while they go on."""
    rows = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
        " AND tablename ~ '^(runs|logs|platform)_'"
    )
    return [name for (name,) in rows]


def _fill(connection: psycopg.Connection, table: str) -> None:
    """Write a table's last rows anew until there is no room for another one of each."""
    name = sql.Identifier(table)
    last = sql.SQL("SELECT id FROM {} ORDER BY id DESC LIMIT {}").format(name, sql.Literal(ROWS))
    for (row,) in connection.execute(last).fetchall():
        update = sql.SQL("UPDATE {} SET id = id WHERE id = {}").format(name, sql.Literal(row))
        _repeat(connection, update)


def _repeat(connection: psycopg.Connection, update: sql.Composed) -> None:
    """Do it until there is no room."""
    again = sql.SQL("DO $$ BEGIN FOR turn IN 1..{} LOOP {}; END LOOP; END $$")
    times = BATCH
    for _ in range(MOST_ROUNDS):
        try:
            connection.execute(again.format(sql.Literal(times), update))
        except psycopg.Error as error:
            if NO_ROOM not in str(error):
                continue  # somebody else's turn: a deadlock, say
            if times == 1:
                return
            times = 1
    raise AssertionError(f"there still is room after {MOST_ROUNDS} rounds")
