"""The databases that the settings may name: what Django needs to know of each kind.

Rule: told what the environment says, reads none of it; right with and without a pooler between.
"""

from pathlib import Path
from typing import Any

import dj_database_url

LOCAL_HOSTS = ("127.0.0.1", "localhost")
CONNECT_TIMEOUT = 5  # s
FOLLOWER_CONNECT_TIMEOUT = 2  # s; the least that libpq knows
# s after which a connection counts as lost whose other end is out of reach: the system's own limits
# are two hours, and a quarter of one for what was written. A query may take as long as it takes.
SILENCE = 15
KEEP = 60  # s that a connection to Postgres itself is kept; a pooler keeps its own
LOCK_TIMEOUT = 20  # s that a writer of SQLite waits for another


def database_of(url: str, *, is_pooled: bool, run_dir: Path) -> dict[str, Any]:
    """Return the database at ``url``; without one SQLite in ``run_dir``, which is made."""
    if not url:
        return sqlite_database(run_dir)
    database: dict[str, Any] = dict(dj_database_url.parse(url))
    if database["ENGINE"] == "django.db.backends.sqlite3":
        return sqlite_with_waiting(database)
    return postgres_database(database, is_pooled=is_pooled)


def follower_of(url: str, *, run_dir: Path) -> dict[str, Any]:
    """Return the follower at ``url``: as its primary, but waited for less, as there is another."""
    database = database_of(url, is_pooled=False, run_dir=run_dir)
    database.setdefault("OPTIONS", {})["connect_timeout"] = FOLLOWER_CONNECT_TIMEOUT
    return {**database, "TEST": {"MIRROR": "default"}}


def sqlite_database(run_dir: Path) -> dict[str, Any]:
    """Return the database of a bare machine: readers never wait, writers wait for each other."""
    run_dir.mkdir(parents=True, exist_ok=True)
    database = sqlite_with_waiting(
        {"ENGINE": "django.db.backends.sqlite3", "NAME": run_dir / "mocklot.sqlite3"}
    )
    database["OPTIONS"]["init_command"] = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;"
    return database


def sqlite_with_waiting(database: dict[str, Any]) -> dict[str, Any]:
    """Return a SQLite file whose writers wait for each other.

    IMMEDIATE takes the write lock at BEGIN: a later upgrade would fail at once with "database is
    locked" instead of waiting for the timeout.
    """
    return {**database, "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": LOCK_TIMEOUT}}


def postgres_database(database: dict[str, Any], *, is_pooled: bool) -> dict[str, Any]:
    """Return settings that are right with and without PgBouncer in transaction mode between.

    Server-side cursors break behind it whoever put it there (the buildpack rewrites DATABASE_URL,
    so nothing tells), hence they are off always; psycopg prepares nothing, Django's default.
    """
    host = database.get("HOST", "")
    is_local = host in ("", *LOCAL_HOSTS) or host.startswith("/")
    options = database.setdefault("OPTIONS", {})
    options.setdefault("sslmode", "prefer" if is_local else "require")
    options.setdefault("connect_timeout", CONNECT_TIMEOUT)
    options.setdefault("tcp_user_timeout", SILENCE * 1_000)  # ms; libpq, on Linux
    options.setdefault("keepalives_idle", SILENCE // 3)
    options.setdefault("keepalives_interval", SILENCE // 3)
    options.setdefault("keepalives_count", 2)
    database["DISABLE_SERVER_SIDE_CURSORS"] = True
    database["CONN_MAX_AGE"] = 0 if is_pooled or is_local else KEEP
    database["CONN_HEALTH_CHECKS"] = True
    return database
