"""Several clocks at once, for real: threads, each with a connection of its own, on Postgres."""

from tests.web.clocks import ON_POSTGRES, at_once
from tests.web.schedules.conftest import at, history, look
from web.runs.models import Run

pytestmark = ON_POSTGRES


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
