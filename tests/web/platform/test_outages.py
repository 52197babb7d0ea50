"""What is answered while the database is away, or has no room."""

import sqlite3
from contextlib import closing

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.http import HttpResponse
from django.test import Client
from django.urls import path

from web.platform.outages import is_outage

GONE = "the connection is closed"

pytestmark = pytest.mark.urls(__name__)


def ask(_request) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return HttpResponse("1")


urlpatterns = [path("asking/", ask), path("api/v1/asking/", ask), path("asking.json", ask)]
handler500 = "web.platform.errors.server_error"


def caused(cause) -> OperationalError:
    """Return what Django makes of an error of its driver."""
    error = OperationalError(str(cause))
    error.__cause__ = cause
    return error


@pytest.fixture
def client(db) -> Client:
    return Client(raise_request_exception=False)


def failing(error):
    """Return what lets every statement fail."""

    def answer(*_):
        raise error

    return connection.execute_wrapper(answer)


@pytest.mark.parametrize(
    "error",
    [
        InterfaceError(GONE),
        caused(psycopg.OperationalError(GONE)),  # has no state: nobody answered
        caused(psycopg.errors.DiskFull("could not extend file")),
        caused(psycopg.errors.TooManyConnections("sorry")),
        caused(psycopg.errors.AdminShutdown("terminating")),
    ],
)
def test_a_database_that_is_away_is_an_outage(error):
    assert is_outage(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError(),
        ProgrammingError("no such column"),
        caused(psycopg.errors.QueryCanceled("statement timeout")),
        caused(psycopg.errors.DeadlockDetected("deadlock")),
    ],
)
def test_what_a_statement_did_wrong_is_none(error):
    assert not is_outage(error)


def test_a_database_in_a_file_tells_its_outages_from_our_errors(tmp_path):
    with closing(sqlite3.connect(tmp_path / "full.db")) as database:
        database.execute("CREATE TABLE t (a)")
        database.execute("PRAGMA max_page_count = 2")
        with pytest.raises(sqlite3.OperationalError) as full:
            database.execute("INSERT INTO t VALUES (zeroblob(100000))")
        with pytest.raises(sqlite3.OperationalError) as ours:
            database.execute("SELECT * FROM nowhere")

    assert is_outage(caused(full.value))
    assert not is_outage(caused(ours.value))


def test_people_get_a_page_in_words(client):
    with failing(caused(psycopg.errors.DiskFull("could not extend file"))):
        read, written = client.get("/asking/"), client.post("/asking/")

    assert (read.status_code, written.status_code) == (503, 503)
    assert "The database does not answer" in read.content.decode()
    assert "Nothing was changed" in read.content.decode()
    assert "Look whether what you sent was done" in written.content.decode()
    assert read["Retry-After"] == "30"


@pytest.mark.parametrize(
    ("address", "kind", "word"),
    [
        ("/api/v1/asking/", "application/problem+json", "detail"),
        ("/asking.json", "application/json", "message"),
    ],
)
def test_programs_are_told_in_their_own_way(client, address, kind, word):
    with failing(InterfaceError(GONE)):
        answer = client.get(address)

    assert (answer.status_code, answer["Content-Type"]) == (503, kind)
    assert answer.json()[word].startswith("The database does not answer")


def test_an_error_of_ours_is_still_said_to_be_one(client):
    with failing(caused(psycopg.errors.DeadlockDetected("deadlock"))):
        assert client.get("/asking/").status_code == 500
