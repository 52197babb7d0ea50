"""What the clock asks of runs every few seconds goes by indexes: it costs what goes on alone."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from web.runs import ticks

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        connection.vendor != "sqlite", reason="Postgres plans by what the tables hold"
    ),
]
LONG = re.compile(r"\bSCAN (runs_run|runs_shard)\b")
LOOKS = [ticks.end_stopped_runs, ticks.end_finished_runs, ticks.remove_deleted_runs]


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.__name__)
def test_a_look_of_the_clock_goes_through_no_long_table(look):
    with CaptureQueriesContext(connection) as asked:
        look()

    assert len(asked)
    for each in asked:
        plan = "\n".join(row[3] for row in planned(each["sql"]))
        assert not LONG.search(plan), f"{each['sql']}\n{plan}"


def planned(sql: str) -> list[tuple[int, int, int, str]]:
    """Return SQLite's plan of a statement: its last column says SCAN or SEARCH, and by what."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return cursor.fetchall()
