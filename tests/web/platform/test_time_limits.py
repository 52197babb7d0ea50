"""Requests that take too long are ended at their limit, whatever they wait for, with a page."""

import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.db import OperationalError, connections
from django.test import Client
from workshop import parts
from workshop.supervisor import free_port

from tests.web.platform.slow_urls import ALIAS
from web.databases import database_of
from web.platform import statements

pytestmark = pytest.mark.urls("tests.web.platform.slow_urls")
real = pytest.mark.parts("postgres", "pgbouncer")


@pytest.fixture(autouse=True)
def _short(settings) -> None:
    settings.REQUEST_LIMIT, settings.STATEMENT_LIMIT = 1, 8
    settings.RATE_LIMITS = False


@pytest.fixture(scope="session")
def pooled(supervisor, parts_folder: Path) -> SimpleNamespace:
    """Postgres behind PgBouncer, which has room for five transactions."""
    child, server = parts.postgres(parts_folder / "limited", port=free_port())
    supervisor.start(child)
    port = free_port()
    supervisor.start(parts.pgbouncer(parts_folder / "limited-pooler", port=port, server=server))
    return SimpleNamespace(direct=server.url("postgres"), url=server.url("postgres", port=port))


@pytest.fixture
def database(pooled, django_db_blocker, tmp_path) -> Iterator[SimpleNamespace]:
    """The alias that the pages ask, for the time of a test."""
    made = database_of(pooled.url, is_pooled=True, run_dir=tmp_path)
    connections.settings[ALIAS] = connections.configure_settings({ALIAS: made, "default": made})[
        ALIAS
    ]
    with django_db_blocker.unblock():
        yield pooled
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.settings[ALIAS]


@real
@pytest.mark.parametrize(("request_limit", "statement_limit"), [(1, 8), (20, 1)])
def test_a_statement_that_takes_too_long_is_ended_and_its_connection_goes_on(
    client, database, settings, request_limit, statement_limit
):
    settings.REQUEST_LIMIT, settings.STATEMENT_LIMIT = request_limit, statement_limit

    answer = client.get("/sleeping/")

    assert answer.status_code == 503
    assert "That took too long" in answer.content.decode()
    settings.REQUEST_LIMIT, settings.STATEMENT_LIMIT = 60, 9
    assert client.get("/asking/").content == b"1 within 9s"


@real
def test_what_holds_for_a_statement_holds_for_no_other_user_of_the_pool(client, database, settings):
    settings.REQUEST_LIMIT = 60
    assert client.get("/asking/").status_code == 200

    with psycopg.connect(database.url, autocommit=True) as other:
        assert other.execute("SHOW statement_timeout").fetchone() == ("0",)


@real
def test_a_request_that_waits_for_room_in_the_pooler_is_ended(client, database, settings):
    others = [psycopg.connect(database.url) for _ in range(5)]
    try:
        for other in others:
            other.execute("SELECT 1")  # a transaction that stays open

        answer = client.get("/asking/")
    finally:
        for other in others:
            other.close()

    assert answer.status_code == 503
    connections[ALIAS].close_if_unusable_or_obsolete()  # as Django does after each request
    settings.REQUEST_LIMIT = 60
    assert client.get("/asking/").status_code == 200


@real
def test_jobs_have_a_limit_of_their_own_and_fail_by_it(database, monkeypatch):
    monkeypatch.setattr(statements.process, "seconds", 0.2)

    with (
        connections[ALIAS].cursor() as cursor,
        pytest.raises(OperationalError, match="statement timeout"),
    ):
        cursor.execute("SELECT pg_sleep(60)")


@real
def test_a_command_has_no_limit(database):
    with connections[ALIAS].cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone() == ("0",)


def test_a_request_that_waits_for_a_silent_server_is_ended(client):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        answer = client.get(f"/waiting/{silent.getsockname()[1]}/")

    assert answer.status_code == 503


def test_a_request_that_asks_nobody_is_ended(client):
    answer = client.get("/looping/")

    assert answer.status_code == 503
    assert "Nothing was changed" in answer.content.decode()


def test_who_wrote_is_told_to_look(client):
    answer = client.post("/looping/")

    assert "Look whether what you sent was done" in answer.content.decode()


@pytest.mark.parametrize(
    ("path", "kind", "word"),
    [
        ("/api/v1/looping/", "application/problem+json", "detail"),
        ("/looping.json", "application/json", "message"),
    ],
)
def test_programs_are_told_in_their_own_way(client, path, kind, word):
    answer = client.get(path)

    assert (answer.status_code, answer["Content-Type"]) == (503, kind)
    assert answer.json()[word].startswith("This took longer than 1 s and was ended.")
    assert answer["Retry-After"]


def test_an_error_of_ours_stays_one(settings):
    settings.REQUEST_LIMIT = 60
    client = Client(raise_request_exception=False)

    assert client.get("/broken/").status_code == 500


@real
def test_a_slow_statement_is_logged_with_the_request_and_without_values(
    client, database, settings, caplog
):
    settings.REQUEST_LIMIT, settings.SLOW_QUERY = 60, 1
    listening = caplog.at_level(logging.WARNING, "web.platform.statements")
    with listening, connections[ALIAS].cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0.01), %s", ["secret"])

    [line] = [record for record in caplog.records if record.message == "slow query"]
    assert line.statement == "SELECT pg_sleep(?), %s"
    assert line.ms >= 1


@pytest.mark.parametrize(
    ("sql", "shown"),
    [
        ("SELECT  a\n FROM b WHERE c = 'it''s' AND d=4.5", "SELECT a FROM b WHERE c = ? AND d=?"),
        ('SELECT "t4"."x1" FROM "t4" WHERE y IN (%s, %s, %s)',
         'SELECT "t4"."x1" FROM "t4" WHERE y IN (%s, …)'),
        (f"SELECT {', '.join(['abcdefgh'] * 20)} FROM t", "SELECT … FROM t"),
        (f"UPDATE t SET {'x' * 2000}", f"UPDATE t SET {'x' * 987}…"),
    ],
)  # fmt: skip
def test_a_statement_is_shown_in_short(sql, shown):
    assert statements.shown(sql) == shown
