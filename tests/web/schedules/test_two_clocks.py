"""Several clocks at once, for real: threads, each with a connection of its own, on Postgres."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, connections

from tests.web.schedules.conftest import at, history, look
from web.runs.models import Run

CLOCKS = 4
PATIENCE = 60.0  # s that a clock may wait for the others

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="an SQLite in memory has one connection"
    ),
]


def at_once(work):
    """Do ``work`` in as many threads as there are clocks, at the same moment."""
    barrier = Barrier(CLOCKS, timeout=PATIENCE)

    def one(_number):
        try:
            barrier.wait()
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CLOCKS) as pool:
        return list(pool.map(one, range(CLOCKS)))


def test_clocks_that_look_at_once_start_one_run(make_schedule, ready):
    schedule = make_schedule()

    at_once(lambda: look(at(8, 10)))

    assert history(schedule) == [("06:00", "missed", 2), ("08:00", "started", 1)]
    assert Run.objects.count() == 1


def test_two_schedules_of_a_lot_that_clocks_start_at_once_make_one_run(make_schedule, ready):
    first, second = make_schedule(), make_schedule(name="Other")

    at_once(lambda: look(at(6)))
    look(at(6, 1))

    states = sorted(history(each)[0][1] for each in (first, second))
    assert states == ["skipped", "started"]
    assert Run.objects.count() == 1
