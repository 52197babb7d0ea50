"""What rules do by themselves: each once an opening, within a budget, with its result kept."""

from datetime import timedelta

import pytest

from tests.web.alerts.going import played
from web.alerts import incidents, looking, recovery
from web.alerts.models import Incident, Recovery
from web.runs.models import Run, RunState


@pytest.fixture
def failing_run(going, start, published, make_rule):
    """Return a function that has a rule with a remedy find a silent run; the incident."""

    def make(remedy, **values):
        make_rule("silent", limit=10.0, remedy=remedy, **values)
        played(going, start, published=published, until=20, last=lambda s: start)
        return Incident.objects.get()

    return make


def test_a_shard_is_restarted_and_it_is_recorded(failing_run, going):
    incident = failing_run("restart_shard")

    recovery.work(incident.recoveries.get().code)

    done = incident.recoveries.get()
    assert (done.state, done.result) == ("done", "Shards 0 wait for a tower again.")
    assert going.shards.get().state == "wanted"


def test_a_run_is_stopped_by_its_watch(failing_run, going):
    incident = failing_run("stop_run")

    recovery.work(incident.recoveries.get().code)

    going.refresh_from_db()
    assert going.state == RunState.STOPPING
    assert going.reason == "The watch “silent” stopped it."


def test_a_run_is_restarted_once_it_has_ended(failing_run, going, lot):
    incident = failing_run("restart_run")
    asked = incident.recoveries.get()

    recovery.work(asked.code, now=asked.asked)
    asked.refresh_from_db()
    assert (asked.state, asked.result) == ("waiting", "The run has yet to end.")

    Run.objects.filter(id=going.id).update(state=RunState.STOPPED)
    recovery.work(asked.code, now=asked.asked + recovery.AGAIN_AFTER)

    asked.refresh_from_db()
    assert asked.state == "done"
    assert asked.run.lot == lot
    assert asked.run.started_by is None


def test_a_run_that_does_not_end_is_not_waited_for_for_ever(failing_run):
    asked = failing_run("restart_run").recoveries.get()

    recovery.work(asked.code, now=asked.asked)
    recovery.work(asked.code, now=asked.asked + recovery.WITHIN * 2)

    asked.refresh_from_db()
    assert asked.state == "failed"


def test_a_lot_that_cannot_start_is_said(failing_run, going, lot):
    asked = failing_run("restart_run").recoveries.get()
    Run.objects.filter(id=going.id).update(state=RunState.STOPPED)
    lot.parts.all().delete()

    recovery.work(asked.code, now=asked.asked)

    asked.refresh_from_db()
    assert (asked.state, asked.result) == (
        "failed",
        "This lot has no definition. Edit it and add one.",
    )


def test_two_workers_do_it_once(failing_run, going):
    asked = failing_run("restart_shard").recoveries.get()
    assert recovery.claim(asked.code, now=asked.asked)

    recovery.work(asked.code, now=asked.asked)

    assert going.shards.get().state == "leased"


def test_a_run_that_fails_at_once_is_not_started_for_ever(make_rule, going, lot, start):
    make_rule("ended", remedy="restart_run", budget=2)
    failed, moments = going, [start + timedelta(minutes=number) for number in range(1, 5)]
    for now in moments:
        Run.objects.filter(id=failed.id).update(state="failed", ended_at=now)
        looking.look(now)
        asked = Recovery.objects.latest("id")
        recovery.work(asked.code, now=now)
        asked.refresh_from_db()
        failed = asked.run or failed

    assert Run.objects.filter(lot=lot).count() == 3  # the first one, and a budget of two
    refused = Recovery.objects.latest("id")
    assert (refused.state, refused.result) == (
        "refused",
        "The budget of 2 in an hour is used up.",
    )


def test_the_budget_is_there_again_an_hour_later(failing_run, going, start):
    incident = failing_run("restart_shard", budget=1)
    incidents.resolve(incident, words="Well.", now=start)
    assert incident.recoveries.get().state == "waiting"
    trouble = incidents.Trouble(
        subject="run:2", subject_name="x", key="k", kind="silent", words="w",
        workspace=incident.workspace, rule=incident.rule, run=going,
    )  # fmt: skip

    soon = incidents.open_incident(trouble, now=start + timedelta(minutes=59))
    assert soon.recoveries.get().state == "refused"
    incidents.resolve(soon, words="Well.", now=start)
    later = incidents.open_incident(trouble, now=start + timedelta(minutes=62))
    assert later.recoveries.get().state == "waiting"
