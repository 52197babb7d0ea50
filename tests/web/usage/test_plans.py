"""What plans allow: at the start, while a run goes on, and to who watches."""

import threading
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone

from web.alerts import limits as watched
from web.logs import retention
from web.runs import actions, orders
from web.runs.models import Run, RunState, Shard, ShardState
from web.usage import actions as usage
from web.usage import enforcing, forecasting, levels, limits
from web.usage.limits import Taken, Wanted
from web.usage.models import Plan, Use
from web.usage.months import month_of

NOVEMBER = datetime(2026, 11, 1, tzinfo=UTC).date()
WANTED = Wanted(mocks=20, mock_seconds=1_200.0, messages=600)
FREE = "1 December 2026 (UTC)"
NOW = datetime(2026, 11, 15, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _in_the_middle_of_a_month(monkeypatch):
    """A run of a minute falls to one month, on the last evening of one too."""
    for asking in (limits, forecasting):
        monkeypatch.setattr(asking, "timezone", SimpleNamespace(now=lambda: NOW))


@pytest.fixture
def plan(db) -> Plan:
    """Return the default plan, which has no limits yet."""
    return Plan.objects.create(name="Small", is_default=True)


@pytest.fixture
def start(owner, object_store, asked, published):
    return lambda lot: actions.start_run(lot, by=owner)


def limited(plan: Plan, **limits: object) -> Plan:
    Plan.objects.filter(id=plan.id).update(**limits)
    return Plan.objects.get(id=plan.id)


@pytest.mark.parametrize(
    ("limit", "used", "words"),
    [
        (
            {"runs": 2},
            {"runs": 2},
            ["has 2 runs at once, and 2 have not ended", "Stop one of them"],
        ),
        ({"mocks": 30}, {"mocks": 11}, ["has 30 mocks at once. 11 are taken, and this run has 20"]),
        ({"mock_hours": 1}, {"mock_seconds": 2_500.0}, ["0.7 of November 2026 are used", FREE]),
        ({"messages": 500}, {"messages": 500}, ["500 of November 2026 are used", FREE]),
        ({"messages": 1_000}, {"messages": 401}, ["this run would send about 600", FREE]),
        ({"log_gigabytes": 1}, {"log_bytes": 1_500_000_000}, ["keeps 1 GB of logs, and 1.5 are"]),
    ],
)
def test_each_limit_is_refused_with_what_is_used_and_what_to_do(limit, used, words):
    plan = Plan(name="Small", **limit)

    [trouble] = limits.troubles(plan, WANTED, Taken(month=NOVEMBER, **used))

    assert all(
        each in trouble for each in [*words, "(Small)", "ask the operators for another plan"]
    )


@pytest.mark.parametrize(
    ("limit", "used"),
    [
        ({"runs": 2}, {"runs": 1}),
        ({"mocks": 30}, {"mocks": 10}),
        ({"mock_hours": 1}, {"mock_seconds": 2_400.0}),
        ({"messages": 1_000}, {"messages": 400}),
        ({"log_gigabytes": 1}, {"log_bytes": 999_999_999}),
        ({}, {"runs": 900, "mocks": 10**6, "messages": 10**9}),
    ],
)
def test_what_a_plan_has_room_for_is_let_through(limit, used):
    plan = Plan(name="Small", **limit)

    assert list(limits.troubles(plan, WANTED, Taken(month=NOVEMBER, **used))) == []


def test_a_refusal_says_when_the_first_run_is_over():
    used = Taken(month=NOVEMBER, runs=1, first_end=datetime(2026, 11, 23, 14, 5, tzinfo=UTC))

    [trouble] = limits.troubles(Plan(name="Small", runs=1), WANTED, used)

    assert "The first is over at 14:05 on 23 November (UTC)." in trouble


def test_a_run_above_its_plan_is_not_made(plan, lot, start, object_store):
    limited(plan, mocks=19)

    with pytest.raises(actions.CannotStart, match="has 19 mocks at once"):
        start(lot)

    assert not Run.objects.exists()
    assert not object_store.objects


def test_a_run_that_would_send_more_than_is_left_is_not_made(plan, lot, start):
    limited(plan, messages=100)

    with pytest.raises(actions.CannotStart, match="would send about 1"):
        start(lot)


def test_what_live_runs_are_going_to_use_counts_as_taken(plan, make_lot, start):
    limited(plan, mock_hours=1)
    first = make_lot(mocks=40, name="First")
    second = make_lot(mocks=40, name="Second")
    for lot in (first, second):
        lot.duration = timedelta(hours=1) / 60
        lot.save()
    start(first)

    with pytest.raises(actions.CannotStart, match=r"0\.7 of .* are used or taken by live runs"):
        start(second)


def test_a_plan_that_was_given_stands_before_the_default_one(plan, workspace, lot, start, owner):
    limited(plan, runs=0)
    usage.give_plan(workspace, Plan.objects.create(name="Large"), by=owner)

    assert start(lot)


def test_without_a_plan_there_are_no_limits(lot, start):
    assert start(lot)


def test_of_two_starts_at_once_the_second_sees_the_first(plan, lot, owner, start, monkeypatch):
    limited(plan, runs=1)
    kept = actions.keep_snapshot

    def meanwhile(run, snapshot) -> None:
        """Start another run between the first look at the plan and the transaction."""
        monkeypatch.setattr(actions, "keep_snapshot", kept)
        actions.start_run(lot, by=owner)
        kept(run, snapshot)

    monkeypatch.setattr(actions, "keep_snapshot", meanwhile)

    with pytest.raises(actions.CannotStart, match="has 1 runs at once, and 1 have not ended"):
        start(lot)

    assert Run.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_starts_at_the_same_moment_wait_for_each_other(plan, lot, owner, start):
    if connection.vendor == "sqlite":
        pytest.skip("an SQLite in memory has one connection")
    limited(plan, runs=3)
    outcomes: list[bool] = []

    def begin() -> None:
        try:
            actions.start_run(lot, by=owner)
            outcomes.append(True)
        except actions.CannotStart:
            outcomes.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert outcomes.count(True) == Run.objects.count() == 3


def test_a_run_does_not_grow_above_its_plan(plan, run, make_lot, start, owner):
    limited(plan, mocks=45)
    start(make_lot(mocks=20, name="Other"))
    Run.objects.filter(id=run.id).update(started_at=timezone.now(), state=RunState.RUNNING)
    run.refresh_from_db()

    with pytest.raises(orders.CannotOrder, match="Say 25 or fewer"):
        orders.ask(run, {"order": "count", "mocks": 26}, by=owner)

    assert orders.ask(run, {"order": "count", "mocks": 25}, by=owner)


def used_up(run: Run, **values: int) -> None:
    Use.objects.create(
        workspace=run.workspace, workspace_code=run.workspace.code, workspace_name="x", run=run,
        run_code=run.code, run_name=run.name, started_at=NOW, until=NOW,
        month=month_of(NOW), **values,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "values", "words"),
    [
        ({"messages": 1_000}, {"messages": 1_000}, "1,000 messages a month"),
        ({"mock_hours": 2}, {"mock_seconds": 7_200}, "2 mock-hours a month"),
    ],
)
def test_a_plan_that_says_so_stops_live_runs_once_it_is_used_up(plan, run, limit, values, words):
    limited(plan, stops_runs=True, **limit)
    Shard.objects.filter(run=run).update(
        state=ShardState.LEASED, tower="worker.1/a", leased_until=timezone.now()
    )
    assert enforcing.look(NOW) == 0
    used_up(run, **values)

    assert enforcing.look(NOW) == 1
    assert enforcing.look(NOW) == 0

    run.refresh_from_db()
    assert run.reason == f"The plan's limit of {words} stopped it."


def test_another_plan_lets_live_runs_go_on_to_their_end(plan, run, lot, start):
    limited(plan, messages=1_000)
    used_up(run, messages=5_000)

    assert enforcing.look(NOW) == 0
    with pytest.raises(
        actions.CannotStart, match=r"and 5,000 of .* are used\. It begins anew on 1 "
    ):
        start(lot)


def test_who_watches_quotas_is_told_of_the_plans(plan, workspace, run):
    limited(plan, runs=4, mocks=100, messages=1_000, log_gigabytes=2)
    used_up(run, messages=900)

    found = {level.name: level for level in levels.of_plan(workspace)}

    assert found["runs"].value == 25.0
    assert found["mocks"].value == 20.0
    assert found["messages"].value == 90.0
    assert found["messages"].words == "900 of 1,000 messages a month."
    assert found["plan's logs"].value == 0.0
    assert levels.of_plan in watched.LIMITS["quota"]


def test_a_limit_of_nothing_is_used_up(plan):
    [limit] = limits.limits_of(Plan(name="None", runs=0), Taken(month=NOVEMBER))

    assert limit.percent == 100.0


def test_a_gigabyte_is_what_the_retention_calls_one():
    assert retention.GIGABYTE == 10**9
