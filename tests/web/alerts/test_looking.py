"""From what towers told to incidents: real rows and boards, an explicit clock, one clock or two."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.alerts.going import played
from web.alerts import limits, looking
from web.alerts.models import Incident, Look, Watch
from web.logs import retention
from web.runs import actions
from web.runs.models import Run, RunState
from web.schedules.models import Schedule


def found(**filters):
    return list(Incident.objects.filter(**filters).values_list("kind", "state"))


def test_a_run_that_goes_well_opens_nothing(going, start, published, make_rule):
    for kind in ("silent", "failures", "lateness", "limited", "unconnected", "dropped", "no_data"):
        make_rule(kind, limit=5.0, hold=timedelta(0))

    played(going, start, published=published, until=120, sends=lambda s: 100 * s)

    assert found() == []
    assert Look.objects.count() == 1


def test_failures_open_an_incident_that_resolves_by_itself_when_calm(
    going, start, published, make_rule
):
    rule = make_rule("failures", limit=5.0, least=10, hold=timedelta(seconds=20))
    failed = lambda s: 0 if s < 60 else 50 * (min(s, 180) - 50)  # noqa: E731

    played(going, start, published=published, until=90, sends=lambda s: 100 * s, failed=failed)
    [incident] = Incident.objects.all()
    assert (incident.state, incident.rule, incident.run) == ("open", rule, going)
    assert "sends failed within" in incident.words

    played(going, start, published=published, until=360, sends=lambda s: 100 * s, failed=failed)
    incident.refresh_from_db()
    assert incident.state == "resolved"


def test_silence_of_the_mocks_is_found_and_names_the_shard(going, start, published, make_rule):
    make_rule("silent")

    played(
        going, start, published=published, until=120, last=lambda s: start + timedelta(seconds=10)
    )

    assert found() == [("silent", "open")]


def test_no_data_is_not_fine(going, start, published, make_rule):
    make_rule("failures", limit=5.0, least=10)
    make_rule("no_data")
    failed = lambda s: 60 * s  # noqa: E731
    played(going, start, published=published, until=90, sends=lambda s: 100 * s, failed=failed)
    assert found() == [("failures", "open")]

    for second in range(100, 400, 10):
        looking.look(start + timedelta(seconds=second))

    assert sorted(found()) == [("failures", "open"), ("no_data", "open")]


def test_mocks_that_are_not_connected_after_the_ramp_are_found(going, start, published, make_rule):
    make_rule("unconnected", limit=30.0)

    played(going, start, published=published, until=60, connected=lambda s: 18)

    [incident] = Incident.objects.all()
    assert incident.words == "2 of 20 mocks that should be on line are not."
    assert incident.evidence == {"connected": 18, "not connected": 2}


def test_mocks_have_as_long_again_once_more_of_them_were_switched_on(
    going, start, published, make_rule
):
    make_rule("unconnected", limit=30.0)
    on = {"own": 18, "corners": [[0, 18], [60, 18]], "counts": [[29, 20]]}
    Run.objects.filter(id=going.id).update(presence=on)

    played(going, start, published=published, until=55, connected=lambda s: 18)

    assert not Incident.objects.exists()


def test_the_end_of_a_run_ends_the_incidents_of_a_live_one(going, start, published, make_rule):
    make_rule("silent", limit=10.0)
    old = lambda s: start  # noqa: E731
    played(going, start, published=published, until=30, last=old)
    assert found() == [("silent", "open")]

    Run.objects.filter(id=going.id).update(state=RunState.STOPPED, ended_at=start)
    looking.look(start + timedelta(seconds=40))

    assert found() == [("silent", "resolved")]
    assert Incident.objects.get().entries.last().words == "The run has ended."


@pytest.mark.parametrize(
    ("state", "rulings", "words"),
    [
        ("failed", [], "The run failed. No mock ever connected."),
        ("cut_off", [], "The run was cut off. No mock ever connected."),
        (
            "finished",
            [{"text": "failed < 1 %", "words": "7 %", "kept": False, "measured": 0.07}],
            "The run missed 1 threshold: failed < 1 %, 7 %.",
        ),
    ],
)
def test_a_run_that_ended_early_is_told_once_until_a_later_one_goes_well(
    going, start, make_rule, lot, owner, state, rulings, words
):
    make_rule("ended")
    end = {"ended_at": start, "reason": "No mock ever connected.", "rulings": rulings}
    Run.objects.filter(id=going.id).update(state=state, **end)

    looking.look(start + timedelta(seconds=10))
    looking.look(start + timedelta(seconds=20))
    [incident] = Incident.objects.all()
    assert incident.words == words

    later = actions.start_run(lot, by=owner)
    looking.look(start + timedelta(seconds=30))
    assert found() == [("ended", "open")]

    Run.objects.filter(id=later.id).update(state=RunState.RUNNING)
    looking.look(start + timedelta(seconds=40))
    looking.look(start + timedelta(seconds=110))
    assert found() == [("ended", "resolved")]


def test_a_run_that_ended_before_its_watch_was_made_is_not_told(going, start, make_rule):
    rule = make_rule("ended")
    Watch.objects.filter(id=rule.watch.id).update(created=start + timedelta(seconds=1))
    Run.objects.filter(id=going.id).update(state="failed", ended_at=start)

    looking.look(start + timedelta(seconds=10))

    assert found() == []


def test_a_watch_looks_after_runs_with_its_tag_alone(going, start, published, make_rule):
    make_rule("silent", tag="night", limit=10.0)
    make_rule("silent", tag="nigh", limit=10.0)
    Run.objects.filter(id=going.id).update(tags=" night press ")

    played(going, start, published=published, until=30, last=lambda s: start)

    assert [incident.watch.tag for incident in Incident.objects.all()] == ["night"]


def test_a_watch_that_is_off_looks_after_nothing(going, start, published, make_rule):
    rule = make_rule("silent", limit=10.0)
    Watch.objects.filter(id=rule.watch.id).update(is_on=False)

    played(going, start, published=published, until=30, last=lambda s: start)

    assert found() == []


def test_two_clocks_find_what_one_finds(going, start, published, make_rule, monkeypatch):
    make_rule("silent", limit=10.0, hold=timedelta(seconds=20))
    once = looking.look
    monkeypatch.setattr(looking, "look", lambda now: (once(now), once(now)))

    played(going, start, published=published, until=60, last=lambda s: start)

    assert found() == [("silent", "open")]
    assert Incident.objects.get().entries.count() == 1


def test_a_clock_that_remembers_less_than_another_opens_nothing_twice(
    going, start, published, make_rule
):
    make_rule("silent", limit=10.0)
    played(going, start, published=published, until=30, last=lambda s: start)
    Look.objects.update(memory={})  # as if the slower of two clocks had written last

    played(going, start, published=published, until=60, last=lambda s: start)

    assert found() == [("silent", "open")]


def test_counts_are_remembered_over_looks_and_thinned_out(going, start, published, make_rule):
    make_rule("failures", limit=5.0, window=timedelta(seconds=60))

    played(going, start, published=published, until=600, step=2, sends=lambda s: s)

    assert 15 <= len(Look.objects.get().memory["counts"]) <= 26


def test_many_runs_take_as_many_queries_as_one(
    going, start, published, make_rule, make_lot, owner, django_assert_max_num_queries
):
    make_rule("silent")
    make_rule("failures")
    for number in range(20):
        run = actions.start_run(make_lot(name=f"Lot {number}"), by=owner)
        Run.objects.filter(id=run.id).update(state=RunState.RUNNING, started_at=start)

    with django_assert_max_num_queries(12):
        assert looking.look(start + timedelta(seconds=10)) == 21


def test_a_look_ends_in_time_and_the_next_one_goes_on_where_it_ended(
    start, make_rule, make_lot, owner, object_store, asked, published, monkeypatch
):
    monkeypatch.setattr(looking, "PORTION", 2)
    make_rule("silent")
    for number in range(5):
        run = actions.start_run(make_lot(name=f"Lot {number}"), by=owner)
        Run.objects.filter(id=run.id).update(state=RunState.RUNNING, started_at=start)
    seconds = iter(range(100))

    looks = [
        looking.look(
            start + timedelta(seconds=10 * number), within=2.0, clock=lambda: next(seconds)
        )
        for number in (1, 2)
    ]

    assert looks == [4, 4]
    assert Look.objects.count() == 5


def test_what_nobody_looked_at_for_a_day_is_forgotten(db, start):
    Look.objects.create(subject="run:old", at=start)
    Look.objects.create(subject="run:new", at=start + timedelta(hours=2))

    assert looking.forget(start + timedelta(hours=25)) == 1


# Limits of a workspace.


def test_a_limit_that_is_nearly_used_up_opens_an_incident(workspace, make_rule, start, monkeypatch):
    make_rule("quota", limit=80.0)
    monkeypatch.setattr(limits, "MAX_INVITATIONS", 10)
    for number in range(9):
        workspace.invitations.create(email=f"{number}@example.org", role="viewer", expires=start)

    limits.look(start)
    limits.look(start + timedelta(seconds=30))  # looked at less than a minute ago

    [incident] = Incident.objects.all()
    assert incident.words == "9 of 10 invitations are open."
    assert incident.workspace == workspace


def test_logs_that_nearly_fill_what_the_retention_keeps_open_an_incident(
    workspace, make_rule, owner, start, monkeypatch
):
    make_rule("storage", limit=90.0)
    monkeypatch.setattr(retention, "size_of", lambda chunks: 1_900_000_000)
    limits.look(start)
    assert not Incident.objects.exists()

    retention.decide(workspace, days=None, gigabytes=2, by=owner)
    limits.look(start + timedelta(minutes=1))

    assert Incident.objects.get().words.startswith("Logs fill 1.9 of 2 GB")


def test_a_scheduled_start_that_was_refused_rings_until_one_is_made(
    workspace, make_rule, lot, start
):
    make_rule("refused", limit=0.0)
    schedule = Schedule.objects.create(
        workspace=workspace, lot=lot, name="Nightly", cron="0 * * * *"
    )
    at = timezone.now()
    schedule.turns.create(moment=at, taken=at, state="refused", reason="The target is gone.")

    limits.look(start)

    [incident] = Incident.objects.all()
    assert incident.words == "The schedule Nightly could not start its run. The target is gone."
    schedule.turns.create(moment=at + timedelta(hours=1), taken=at, state="started")
    for minutes in (2, 12, 22):  # fine for a while
        limits.look(start + timedelta(minutes=minutes))
    incident.refresh_from_db()
    assert not incident.is_open


@pytest.mark.parametrize("changes", [{"paused_at": timezone.now()}, {"name": "Old"}])
def test_what_was_refused_of_a_paused_schedule_or_days_ago_does_not_ring(
    workspace, make_rule, lot, start, changes
):
    make_rule("refused", limit=0.0)
    values = {"name": "Nightly", "cron": "0 * * * *", **changes}
    schedule = Schedule.objects.create(workspace=workspace, lot=lot, **values)
    at = timezone.now() - timedelta(days=2 if values["name"] == "Old" else 0)
    schedule.turns.create(moment=at, taken=at, state="refused", reason="The target is gone.")

    limits.look(start)

    assert not Incident.objects.exists()
