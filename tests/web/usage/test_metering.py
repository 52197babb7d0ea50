"""What runs used, in rows a month: while they go on, when they end, and whatever is repeated."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from django.db import DatabaseError, transaction

from simulator import FIGURES, Second
from tests.web.runs.conftest import START, snapshot
from web.accounts import actions as accounts
from web.accounts.models import Workspace
from web.runs import endings, leasing, removal
from web.runs.boards import ShardReport
from web.runs.models import Board, Outcome, Run, RunState, Shard, ShardState
from web.usage import metering
from web.usage.holding import NOBODY, Holding
from web.usage.models import Use

BEGUN = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TURN = datetime(2026, 12, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def report(*, messages: int, held: int = 10**9) -> ShardReport:
    """Return what a shard tells: so many messages, and mock-seconds that it was held."""
    told = snapshot("a")
    total = Second(
        at=int(START), acknowledged=messages, bytes=30 * messages, wire_out=90, wire_in=9
    )
    counts = np.zeros((1, len(FIGURES)), np.int64)
    counts[0, FIGURES.index("present")] = held
    total.statuses.add(("running",), counts)
    return ShardReport(at=told.t, mocks=told.board, statuses=told.statuses, reasons=[], total=total)


@pytest.fixture
def begun(run) -> Run:
    """Return a run of 20 mocks for an hour that a tower took at noon."""
    Run.objects.filter(id=run.id).update(
        started_at=BEGUN, state=RunState.RUNNING, duration=timedelta(hours=1), presence={}
    )
    Shard.objects.filter(run=run).update(
        state=ShardState.LEASED, tower="worker.1/a", fence=1, leased_until=BEGUN + MINUTE
    )
    return Run.objects.select_related("workspace").get(id=run.id)


def stored(run: Run, told: ShardReport) -> None:
    """Keep a report as the database has it."""
    board = {"at": BEGUN, "data": told.pack()}
    Board.objects.update_or_create(shard=Shard.objects.get(run=run), defaults=board)


def test_a_look_counts_what_is_new(begun):
    metering.meter(begun, [report(messages=100)], Holding(1, 1.0), at=BEGUN + MINUTE)
    metering.meter(begun, [report(messages=250)], Holding(1, 0.5), at=BEGUN + 2 * MINUTE)

    use = Use.objects.get()
    assert (use.messages, use.bytes, use.bytes_out, use.bytes_in) == (250, 7_500, 90, 9)
    assert use.mock_seconds == 20 * 120
    assert use.tower_seconds == pytest.approx(90.0)
    assert (use.towers, use.mocks, use.until) == (1, 20, BEGUN + 2 * MINUTE)
    assert (use.run, use.workspace_name) == (begun, "Cold chain")


def test_the_same_look_twice_counts_once(begun):
    for _ in range(3):
        metering.meter(begun, [report(messages=100)], Holding(1, 1.0), at=BEGUN + MINUTE)

    use = Use.objects.get()
    assert (use.messages, use.tower_seconds) == (100, 60.0)


def test_a_late_look_of_another_clock_takes_nothing_back(begun):
    metering.meter(begun, [report(messages=300)], Holding(1, 1.0), at=BEGUN + 2 * MINUTE)
    metering.meter(begun, [report(messages=100)], Holding(1, 1.0), at=BEGUN + MINUTE)

    use = Use.objects.get()
    assert (use.messages, use.until, use.tower_seconds) == (300, BEGUN + 2 * MINUTE, 120.0)


def test_what_lies_on_both_sides_of_a_months_end_is_divided(begun):
    begun.started_at = TURN - MINUTE
    begun.save(update_fields=["started_at"])

    metering.meter(begun, [report(messages=401)], Holding(1, 1.0), at=TURN + 3 * MINUTE)
    metering.meter(begun, [report(messages=500)], Holding(1, 1.0), at=TURN + 4 * MINUTE)

    november, december = Use.objects.order_by("month")
    assert (november.messages, december.messages) == (100, 400)
    assert (november.until, december.until) == (TURN, TURN + 4 * MINUTE)
    assert november.mock_seconds + december.mock_seconds == 20 * 300


def test_a_mock_counts_no_longer_than_a_tower_held_it(begun):
    metering.meter(begun, [report(messages=1, held=77)], NOBODY, at=BEGUN + 5 * MINUTE)

    assert Use.objects.get().mock_seconds == 77


def test_a_mock_counts_no_longer_than_it_was_to_be_on(begun):
    begun.presence = {"own": 20, "corners": [[0, 0], [100, 20], [3600, 20]], "counts": []}

    metering.meter(
        begun, [report(messages=1, held=2_000)], NOBODY, at=BEGUN + timedelta(seconds=100)
    )

    assert Use.objects.get().mock_seconds == 1_000


def test_a_run_that_no_tower_told_of_used_no_mocks(begun):
    metering.meter(begun, [], NOBODY, at=BEGUN + MINUTE)

    assert Use.objects.get().mock_seconds == 0


def test_the_clock_counts_live_runs_from_what_towers_told(begun, published):
    stored(begun, report(messages=100))

    assert metering.look(BEGUN + MINUTE) == 1
    assert metering.look(BEGUN + 2 * MINUTE) == 1

    use = Use.objects.get()
    assert (use.messages, use.tower_seconds, use.towers) == (100, 120.0, 1)


def test_a_look_has_its_time_and_goes_on_with_who_waited_longest(begun, published, monkeypatch):
    monkeypatch.setattr(metering, "PORTION", 1)
    other = Run.objects.create(
        workspace=begun.workspace, name="Other", mocks=1, duration=timedelta(hours=1), seed=1,
        state=RunState.RUNNING, started_at=BEGUN,
    )  # fmt: skip
    times = iter([0.0, 9.0, 9.0, 9.0])

    assert metering.look(BEGUN + MINUTE, within=5.0, clock=lambda: next(times)) == 1
    [first] = Use.objects.all()
    [next_one, _] = metering.longest_waiting()

    assert {first.run, next_one} == {begun, other}


def test_the_number_of_questions_does_not_follow_from_shards(
    begun, published, django_assert_max_num_queries
):
    stored(begun, report(messages=100))
    shards = [
        Shard(run=begun, number=number, part=0, first=20 * number, count=20, tower="worker.1/a",
              state=ShardState.LEASED, fence=1, leased_until=BEGUN)
        for number in range(1, 30)
    ]  # fmt: skip
    Shard.objects.bulk_create(shards)

    with django_assert_max_num_queries(14):
        metering.look(BEGUN + MINUTE)


def test_a_run_that_ends_is_counted_in_the_same_transaction(begun):
    stored(begun, report(messages=123))
    Shard.objects.filter(run=begun).update(state=ShardState.DONE, outcome=Outcome.FINISHED)

    assert endings.end_run(begun.id)

    months, begun = Use.objects.order_by("until"), Run.objects.get(id=begun.id)
    assert sum(use.messages for use in months) == 123  # it ends now, which may be years later
    assert months.last().until == begun.ended_at
    assert metering.make_up() == 0


def test_where_counting_fails_the_run_has_not_ended(begun, monkeypatch):
    def broken(*_):
        raise DatabaseError("disk full")

    monkeypatch.setattr(metering, "settle", broken)
    Shard.objects.filter(run=begun).update(state=ShardState.DONE, outcome=Outcome.FINISHED)

    with pytest.raises(DatabaseError), transaction.atomic():
        endings.end_run(begun.id)

    assert Run.objects.get(id=begun.id).is_live


def test_runs_of_before_this_was_counted_are_made_up_for(begun, published):
    stored(begun, report(messages=9))
    ended = {"state": RunState.FINISHED, "ended_at": BEGUN + timedelta(hours=1)}
    Run.objects.filter(id=begun.id).update(**ended)

    assert metering.make_up() == 1
    assert metering.make_up() == 0
    assert Use.objects.get().messages == 9


def test_what_was_used_stays_when_the_run_and_the_workspace_go(begun, published):
    metering.meter(begun, [report(messages=100)], NOBODY, at=BEGUN + MINUTE)
    Run.objects.filter(id=begun.id).update(state=RunState.STOPPED, deleted=BEGUN)

    assert removal.remove(begun.code)
    Workspace.objects.filter(id=begun.workspace_id).update(deleted=BEGUN)
    accounts.remove_deleted()

    use = Use.objects.get()
    assert (use.run, use.workspace) == (None, None)
    assert (use.messages, use.run_name, use.workspace_name) == (100, "Night shift", "Cold chain")


def test_a_run_counts_only_from_its_first_tower_on(run, published):
    assert metering.look(BEGUN) == 0
    assert not Use.objects.exists()
    assert leasing.lease_shards("worker.1/a", room=leasing.Room(100, 1e6, 100))

    assert metering.look(BEGUN) == 1
