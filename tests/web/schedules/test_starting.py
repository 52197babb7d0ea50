from datetime import timedelta

import pytest

from tests.web.schedules.conftest import at, finish, history, look
from web.mail.models import Mail
from web.platform import storage
from web.runs.models import Run, RunState
from web.schedules import actions, starting, ticks
from web.schedules.models import Overlap, Schedule, Turn

pytestmark = pytest.mark.django_db


def test_a_run_is_started_when_its_moment_comes_and_not_before(make_schedule, ready, lot):
    schedule = make_schedule()

    look(at(5, 59, 59))
    assert not Run.objects.exists()

    look(at(6, 0, 1))
    run = Run.objects.get()
    assert (run.lot, run.started_by, run.turn.schedule) == (lot, None, schedule)
    assert history(schedule) == [("06:00", "started", 1)]


def test_looking_again_starts_nothing_more(make_schedule, ready):
    make_schedule()

    for second in range(5):
        look(at(6, 0, second))

    assert Run.objects.count() == 1


def test_a_schedule_of_one_moment_is_over_afterwards(make_schedule, ready):
    schedule = make_schedule(moment=at(6, 30))

    look(at(6, 30))

    schedule.refresh_from_db()
    assert schedule.is_over
    assert history(schedule) == [("06:30", "started", 1)]


def test_nothing_is_started_after_until(make_schedule, ready):
    schedule = make_schedule(until=at(6, 30))

    look(at(6))
    schedule.refresh_from_db()

    assert schedule.is_over


def test_the_longest_time_goes_with_the_run(make_schedule, ready):
    make_schedule(longest=timedelta(minutes=20))

    look(at(6))

    assert Run.objects.get().longest == timedelta(minutes=20)


def test_a_start_is_skipped_while_a_run_of_the_lot_goes_on(make_schedule, ready):
    schedule = make_schedule(overlap=Overlap.SKIP)
    look(at(6))

    look(at(7))

    assert history(schedule) == [("06:00", "started", 1), ("07:00", "skipped", 1)]
    assert "still going on" in schedule.turns.get(state="skipped").reason


def test_one_start_waits_for_the_run_before_it_and_a_second_does_not(make_schedule, ready):
    schedule = make_schedule(overlap=Overlap.QUEUE)
    for hour in (6, 7, 8):
        look(at(hour))
    assert [state for _, state, _ in history(schedule)] == ["started", "waiting", "skipped"]

    finish(Run.objects.get())
    look(at(8, 5))

    assert [state for _, state, _ in history(schedule)] == ["started", "started", "skipped"]


def test_a_start_does_not_wait_for_ever(make_schedule, ready):
    schedule = make_schedule(overlap=Overlap.QUEUE)
    look(at(6))
    look(at(7))

    look(at(7, 1, day=24))

    waited = schedule.turns.get(moment=at(7))
    assert (waited.state, waited.reason) == ("skipped", starting.WAITED)


def test_the_old_run_is_stopped_before_the_new_one_starts(make_schedule, ready):
    schedule = make_schedule(overlap=Overlap.REPLACE)
    look(at(6))
    old = Run.objects.get()
    old.shards.update(state="leased", tower="t", leased_until=at(9))

    look(at(7))
    old.refresh_from_db()
    assert (old.state, Run.objects.count()) == (RunState.STOPPING, 1)
    assert old.reason == "The schedule “Hourly” stopped it."

    finish(old)
    look(at(7, 0, 5))
    assert [state for _, state, _ in history(schedule)] == ["started", "started"]


def test_an_old_run_that_does_not_end_is_given_up_on(make_schedule, ready):
    schedule = make_schedule(overlap=Overlap.REPLACE)
    look(at(6))
    Run.objects.get().shards.update(state="leased", tower="t", leased_until=at(9))
    look(at(7))

    look(at(7, 11))

    assert schedule.turns.get(moment=at(7)).reason == starting.NOT_STOPPED


def test_what_the_clock_slept_through_is_made_up_for_once_within_its_bound(make_schedule, ready):
    schedule = make_schedule(catch_up=timedelta(minutes=15))

    look(at(9, 10))

    assert history(schedule) == [("06:00", "missed", 3), ("09:00", "started", 1)]


def test_what_is_too_late_is_missed_with_the_reason(make_schedule, ready):
    schedule = make_schedule(catch_up=timedelta(0))

    look(at(9, 10))

    assert history(schedule) == [("06:00", "missed", 4)]
    assert "too late" in schedule.turns.get().reason
    schedule.refresh_from_db()
    assert schedule.next_at == at(10)


def test_a_long_silence_is_counted_up_to_a_bound(make_schedule, ready):
    schedule = make_schedule(cron="* * * * *", catch_up=timedelta(0))

    look(at(5, day=25))

    turns = schedule.turns.order_by("moment")
    assert [turn.state for turn in turns] == ["missed", "started"]
    assert turns[0].count >= 1_000
    assert "at least" in turns[0].reason


def test_a_paused_schedule_starts_nothing_and_goes_on_from_now(make_schedule, ready):
    schedule = make_schedule()
    actions.pause(schedule, now=at(5, 30))
    look(at(6))
    assert not schedule.turns.exists()

    schedule.refresh_from_db()
    assert actions.resume(schedule, now=at(6, 30))
    look(at(7))

    assert history(schedule) == [("07:00", "started", 1)]


def test_a_refused_start_is_kept_and_told_once_in_a_row(make_schedule, ready, lot, owner):
    lot.parts.all().delete()
    schedule = make_schedule()

    for hour in (6, 7):
        look(at(hour))

    assert [state for _, state, _ in history(schedule)] == ["refused", "refused"]
    assert "no definition" in schedule.turns.first().reason
    told = Mail.objects.get()
    assert told.to == owner.email
    assert "no definition" in told.text


def test_a_store_that_is_away_for_a_minute_delays_the_start(make_schedule, ready, monkeypatch):
    schedule = make_schedule()
    with monkeypatch.context() as away:
        away.setattr(storage, "put", out_of_reach)
        look(at(6))
        assert history(schedule) == [("06:00", "waiting", 1)]
        assert not Run.objects.exists()

    look(at(6, 0, 29))
    assert history(schedule) == [("06:00", "waiting", 1)]
    look(at(6, 0, 31))
    assert history(schedule) == [("06:00", "started", 1)]


def test_a_store_that_stays_away_ends_in_a_refusal(make_schedule, ready, monkeypatch):
    schedule = make_schedule()
    monkeypatch.setattr(storage, "put", out_of_reach)
    look(at(6))

    look(at(6, 10, 1))

    assert history(schedule) == [("06:00", "refused", 1)]


def out_of_reach(*_args, **_options):
    raise storage.StorageUnavailable("no answer")


def test_a_moment_that_was_taken_before_the_clock_was_put_back_is_not_taken_again(
    make_schedule, ready
):
    schedule = make_schedule()
    look(at(7))
    finish(Run.objects.get())
    Schedule.objects.update(next_at=at(7))  # as a change at 06:30 of the mended clock leaves it

    look(at(7))

    assert Run.objects.count() == 1
    assert history(schedule)[-1] == ("07:00", "started", 1)


def test_a_clock_that_died_while_it_started_a_run_is_followed_by_another(make_schedule, ready):
    schedule = make_schedule()
    starting.take_due(at(6))
    starting.claim(Turn.objects.get(), now=at(6))

    starting.start_waiting(at(6, 1))
    assert not Run.objects.exists()

    starting.start_waiting(at(6, 2, 1))
    assert history(schedule) == [("06:00", "started", 1)]


def test_a_clock_that_wakes_up_late_makes_no_second_run(make_schedule, ready, lot):
    make_schedule()
    starting.take_due(at(6))
    slow = starting.waiting_turns(at(6))[0]
    starting.claim(slow, now=at(6))
    starting.start_waiting(at(6, 2, 1))
    finish(Run.objects.get())

    with pytest.raises(starting.Overtaken):
        starting.start_run(lot, by=None, joined=lambda run: starting.join(slow, run, now=at(6, 3)))

    assert Run.objects.count() == 1


def test_a_start_that_breaks_again_and_again_is_refused(make_schedule, ready):
    schedule = make_schedule()
    starting.take_due(at(6))
    for minute in (0, 3, 6):
        starting.claim(starting.waiting_turns(at(6, minute))[0], now=at(6, minute))

    starting.start_waiting(at(6, 9))

    assert history(schedule) == [("06:00", "refused", 1)]


def test_of_two_schedules_of_a_lot_at_one_moment_one_starts(make_schedule, ready):
    first, second = make_schedule(), make_schedule(name="Other")

    look(at(6))

    states = sorted(history(each)[0][1] for each in (first, second))
    assert states == ["skipped", "started"]


def test_schedules_of_a_deleted_workspace_start_nothing(make_schedule, ready, workspace):
    make_schedule()
    workspace.deleted = at(5)
    workspace.save()

    look(at(6))

    assert not Turn.objects.exists()


def test_old_history_is_forgotten(make_schedule, ready):
    schedule = make_schedule()
    look(at(6))

    assert ticks.forget(at(6) + ticks.KEEP) == 0
    assert ticks.forget(at(7) + ticks.KEEP) == 1
    assert Run.objects.count() == 1
    assert not schedule.turns.exists()
