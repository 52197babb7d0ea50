"""Reads go to a follower that is near enough, and else to the primary: with a real one."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings as all_settings
from django.db import OperationalError, connections
from workshop import parts
from workshop.supervisor import Supervisor, free_port

from web.databases import database_of, follower_of
from web.platform import follower as module
from web.platform.follower import Follower, Router
from web.runs.models import Run

LEADING, FOLLOWING = "leading", "following"
NAMED = {LEADING, FOLLOWING}


@pytest.fixture(scope="module")
def servers(parts_folder: Path) -> Iterator[SimpleNamespace]:
    """A primary, and a follower that streams from it."""
    with Supervisor(logs=parts_folder / "following-logs") as supervisor:
        child, primary = parts.postgres(parts_folder / "leading", port=free_port())
        supervisor.start(child)
        primary.execute("CREATE TABLE things (name text)")
        copy, follower = parts.postgres_follower(
            parts_folder / "following", port=free_port(), primary=primary
        )
        supervisor.start(copy)
        yield SimpleNamespace(primary=primary, follower=follower, supervisor=supervisor, copy=copy)


class Pair:
    """The two servers as databases of Django, and a process's knowledge of them."""

    def __init__(self, servers: SimpleNamespace) -> None:
        self.servers = servers
        self.now = 0.0
        self.asked: list[str] = []
        self.follower = Follower(LEADING, FOLLOWING, clock=lambda: self.now)

    def add(self, name: str) -> None:
        self.servers.primary.execute(f"INSERT INTO things VALUES ('{name}')")

    def names(self, **how) -> set[str]:
        """Return what is read, after so long that nothing is remembered."""
        self.now += 100.0
        return self.follower.read(self.ask, **how)

    def ask(self, alias: str) -> set[str]:
        self.asked.append(alias)
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT name FROM things")
            return {name for (name,) in cursor.fetchall()}

    def pause(self) -> None:
        self.servers.follower.execute("SELECT pg_wal_replay_pause()")
        with psycopg.connect(self.servers.follower.url("postgres"), autocommit=True) as one:
            state = "SELECT pg_get_wal_replay_pause_state()"
            while one.execute(state).fetchone() != ("paused",):
                pass

    def go_on(self) -> None:
        self.servers.follower.execute("SELECT pg_wal_replay_resume()")


@pytest.fixture
def pair(servers, django_db_blocker, tmp_path, monkeypatch) -> Iterator[Pair]:
    urls = {LEADING: servers.primary.url("postgres"), FOLLOWING: servers.follower.url("postgres")}
    made = {
        LEADING: database_of(urls[LEADING], is_pooled=False, run_dir=tmp_path),
        FOLLOWING: follower_of(urls[FOLLOWING], run_dir=tmp_path),
    }
    known = connections.configure_settings({"default": made[LEADING], **made})
    for alias in NAMED:
        connections.settings[alias] = known[alias]
    with django_db_blocker.unblock():
        yield Pair(servers)
        for alias in NAMED:
            connections[alias].close()
            del connections[alias]
            del connections.settings[alias]


@pytest.mark.parts("postgres")
def test_what_was_written_before_is_read_of_the_follower(pair):
    pair.add("first")

    assert "first" in pair.names(is_exact=True)
    assert pair.asked == [FOLLOWING]


@pytest.mark.parts("postgres")
def test_a_follower_that_stands_still_is_not_asked_by_who_must_see_all(pair, monkeypatch):
    monkeypatch.setattr(module, "CATCH_UP", 0.0)
    pair.names(is_exact=True)
    pair.pause()
    pair.add("second")

    try:
        assert "second" in pair.names(is_exact=True)
    finally:
        pair.go_on()

    assert pair.asked[-1] == LEADING


@pytest.mark.parts("postgres")
def test_pages_ask_it_while_it_is_not_too_far_behind(pair, settings):
    pair.add("third")
    pair.names(is_exact=True)
    pair.pause()
    pair.add("fourth")
    try:
        settings.FOLLOWER_LAG = 3_600
        assert "fourth" not in pair.names()
        settings.FOLLOWER_LAG = 0
        assert "fourth" in pair.names()
    finally:
        pair.go_on()

    assert pair.asked[-2:] == [FOLLOWING, LEADING]


@pytest.mark.parts("postgres")
def test_one_that_is_silent_for_nothing_was_written_is_near(pair, settings, monkeypatch):
    settings.FOLLOWER_LAG = 0
    pair.add("fifth")
    place = pair.follower._written()
    # What Postgres writes of its own accord meanwhile would have to get there first.
    monkeypatch.setattr(pair.follower, "_written", lambda: place)
    pair.names(is_exact=True)

    pair.names()

    assert pair.asked == [FOLLOWING, FOLLOWING]


@pytest.mark.parts("postgres")
def test_nothing_can_be_written_there(pair):
    with (
        connections[FOLLOWING].cursor() as cursor,
        pytest.raises(Exception, match="read-only transaction"),
    ):
        cursor.execute("INSERT INTO things VALUES ('x')")


@pytest.mark.parts("postgres")
def test_what_fails_in_the_middle_is_asked_of_the_primary(pair):
    def ask(alias: str) -> str:
        if alias == FOLLOWING:
            raise OperationalError("canceling statement due to conflict with recovery")
        return alias

    assert pair.follower.read(ask, is_exact=True) == LEADING
    assert pair.follower.read(ask) == LEADING  # it is left alone


@pytest.mark.parts("postgres")
def test_a_follower_that_is_gone_is_not_asked_until_it_is_back(pair):
    pair.add("sixth")
    pair.names(is_exact=True)
    pair.servers.supervisor.stop(pair.servers.copy)

    assert "sixth" in pair.names()
    assert "sixth" in pair.names(is_exact=True)
    assert pair.asked[-2:] == [LEADING, LEADING]

    pair.servers.supervisor.start(pair.servers.copy)
    pair.names(is_exact=True)

    assert pair.asked[-1] == FOLLOWING


def test_without_a_follower_the_primary_is_asked():
    assert FOLLOWING not in all_settings.DATABASES

    assert Follower(LEADING, FOLLOWING).read(lambda alias: alias, is_exact=True) == LEADING


def test_no_migration_and_no_write_goes_there():
    router = Router()

    assert router.allow_migrate("follower", "runs") is False
    assert router.allow_migrate("default", "runs") is None
    row = Run(name="x")
    row._state.db = "follower"
    assert router.db_for_write(Run, instance=row) == "default"
    assert router.db_for_read(Run, instance=row) == "default"
