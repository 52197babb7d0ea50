"""Every way in which a run can end, held against the table in ``docs/reference/runs.md``."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from simulator import Reason
from simulator.tower.restraint import gave_up
from tests.web.runs.conftest import snapshot
from web.platform import storage
from web.runs import actions, closing, endings, leasing, overdue, overtime, reaping
from web.runs.actions import CannotStart, start_run
from web.runs.boards import ShardReport
from web.runs.desk import Desk
from web.runs.models import LIVE, Board, Outcome, Run, RunState, Shard
from web.runs.reaping import MOST_LOSSES
from web.schedules import starting
from web.schedules.models import Overlap, Schedule
from web.usage import enforcing
from web.usage.models import Plan, Use
from web.usage.months import month_of

pytestmark = pytest.mark.django_db
PAGE = Path(__file__).parents[3] / "docs" / "reference" / "runs.md"
NOW = timezone.now()


def leases(run: Run, *, now: datetime | None = None) -> list[leasing.Lease]:
    """Return leases on all of a run's shards."""
    return leasing.lease_shards("worker.1/t", room=50_000, now=now or timezone.now())


def release(run: Run, outcome: Outcome, reason: str = "") -> None:
    for lease in leases(run):
        leasing.release(lease, outcome=outcome, reason=reason)
    endings.end_run(run.id)


def finishes(run: Run) -> None:
    release(run, Outcome.FINISHED)


def never_connects(run: Run) -> None:
    (lease,) = leases(run)
    told = snapshot(lease.name, reasons=[Reason("connection refused", 0, 5)])
    report = ShardReport(
        at=told.t,
        mocks=told.board,
        statuses=told.statuses,
        reasons=told.reasons,
        total=told.total,
    )
    Board.objects.create(shard_id=lease.shard, at=NOW, data=report.pack())
    leasing.release(lease, outcome=Outcome.FINISHED)
    endings.end_run(run.id)


def is_stopped(run: Run) -> None:
    (lease,) = leases(run)
    actions.stop_run(run, by="Olga")
    leasing.release(lease, outcome=Outcome.STOPPED)
    endings.end_run(run.id)


def is_stopped_before(run: Run) -> None:
    actions.stop_run(run, by="Olga")


def is_aborted(run: Run) -> None:
    (lease,) = leases(run)
    actions.abort_run(run, by="Olga")
    leasing.release(lease, outcome=Outcome.STOPPED)
    endings.end_run(run.id)


def is_too_long(run: Run) -> None:
    Run.objects.filter(id=run.id).update(longest=timedelta(seconds=30))
    (lease,) = leases(run, now=NOW)
    overtime.tick(NOW + timedelta(seconds=29))
    run.refresh_from_db()
    assert run.stop_requested is None
    overtime.tick(NOW + timedelta(seconds=30))
    leasing.release(lease, outcome=Outcome.STOPPED)
    endings.end_run(run.id)


def uses_up_its_plan(run: Run) -> None:
    (lease,) = leases(run)
    Plan.objects.create(name="Small", messages=10, stops_runs=True, is_default=True)
    Use.objects.create(
        workspace_code=run.workspace.code,
        run_code=run.code,
        started_at=NOW,
        month=month_of(NOW),
        until=NOW,
        messages=10,
    )
    assert enforcing.look(NOW) == 1
    leasing.release(lease, outcome=Outcome.STOPPED)
    endings.end_run(run.id)


def is_replaced(run: Run) -> None:
    (lease,) = leases(run)
    schedule = Schedule.objects.create(
        workspace=run.workspace,
        lot=run.lot,
        name="Nightly",
        cron="0 6 * * *",
        overlap=Overlap.REPLACE,
        next_at=NOW,
    )
    starting.take_due(NOW)
    starting.start_waiting(NOW)
    assert schedule.turns.get().state == "waiting"
    leasing.release(lease, outcome=Outcome.STOPPED)
    endings.end_run(run.id)


def is_held_on_to(run: Run) -> None:
    (lease,) = leases(run, now=NOW)
    overtime.tick(NOW + run.duration + overtime.GRACE + timedelta(seconds=1))
    leasing.release(lease, outcome=Outcome.STOPPED)
    endings.end_run(run.id)


def hangs_while_it_is_stopped(run: Run) -> None:
    leases(run)
    actions.stop_run(run, by="Olga")
    overdue.end(now=timezone.now() + timedelta(minutes=1))


def sends_to_a_closed_host(run: Run) -> None:
    (lease,) = leases(run)
    closing.close_host("broker.example", reason="It asked us to.", by=None)
    leasing.release(lease, outcome=Outcome.STOPPED)
    endings.end_run(run.id)


def loses_its_towers(run: Run) -> None:
    now = timezone.now()
    for _ in range(MOST_LOSSES + 1):
        leases(run, now=now)
        now += timedelta(seconds=20)
        reaping.reap(now=now)


def is_not_gone_on_with(run: Run) -> None:
    leases(run, now=NOW)
    reaping.reap(now=NOW + timedelta(seconds=20))
    end = NOW + run.duration + overtime.GRACE
    overtime.tick(end)
    run.refresh_from_db()
    assert run.state in LIVE
    overtime.tick(end + timedelta(seconds=1))


def is_refused(run: Run) -> None:
    release(run, Outcome.FAILED, f"{gave_up(97.0, 60).capitalize()}.")


def is_never_taken(run: Run) -> None:
    overtime.tick(run.created + overtime.START_WITHIN)
    run.refresh_from_db()
    assert run.state == RunState.QUEUED
    overtime.tick(run.created + overtime.START_WITHIN + timedelta(seconds=1))


def has_lost_its_snapshot(run: Run) -> None:
    storage.delete(run.lot_key)
    desk = Desk(tower="worker.1/t", capacity=20_000, messages=1e6, dyno="worker.1")
    desk.work([], closing=False)


def cannot_be_run(run: Run) -> None:
    release(run, Outcome.FAILED, "The engine said this.")


WAYS: list[tuple[Callable[[Run], None], str]] = [
    (finishes, "Finished"),
    (never_connects, "Finished"),
    (is_stopped, "Stopped"),
    (is_stopped_before, "Stopped"),
    (is_aborted, "Stopped"),
    (is_too_long, "Stopped"),
    (uses_up_its_plan, "Stopped"),
    (is_replaced, "Stopped"),
    (is_held_on_to, "Stopped"),
    (hangs_while_it_is_stopped, "Stopped"),
    (sends_to_a_closed_host, "Stopped"),
    (loses_its_towers, "Cut off"),
    (is_not_gone_on_with, "Cut off"),
    (is_refused, "Failed"),
    (is_never_taken, "Failed"),
    (has_lost_its_snapshot, "Failed"),
    (cannot_be_run, "Failed"),
]


def rows() -> list[tuple[str, str]]:
    """Return (state, reason) of each row of the page's first table."""
    table = PAGE.read_text().partition("| --- |")[2].partition("\n\n")[0]
    lines = [line.strip("| ").split(" | ") for line in table.splitlines()[1:]]
    return [(state, reason) for state, _how, reason in lines]


def pattern(reason: str) -> str:
    """Return what a reason of the table looks like on a run."""
    known = {"none": "", "what the engine said": "The engine said this."}
    return ".+".join(re.escape(piece) for piece in known.get(reason, reason).split("…"))


@pytest.mark.parametrize(
    ("way", "state", "row"),
    [(way, state, row) for row, (way, state) in enumerate(WAYS)],
    ids=[way.__name__ for way, _ in WAYS],
)
def test_however_a_run_ends_it_is_in_the_table(way, state, row, run):
    way(run)

    run.refresh_from_db()
    assert run.get_state_display() == state
    assert run.ended_at is not None
    assert not Shard.objects.filter(run=run).exclude(state="done").exists()
    assert rows()[row][0] == state
    assert re.fullmatch(pattern(rows()[row][1]), run.reason), run.reason


def test_the_table_has_no_way_that_is_not_walked():
    assert len(rows()) == len(WAYS)
    assert {state for _, state in WAYS} == {
        RunState(state).label for state in RunState if state not in LIVE
    }


def test_shards_that_end_differently_end_the_run_by_the_worst(
    make_lot, owner, object_store, asked, published
):
    run = start_run(make_lot(mocks=2_500), by=owner)
    first, *rest = leases(run)
    leasing.release(first, outcome=Outcome.FAILED, reason="It broke.")
    for lease in rest:
        leasing.release(lease, outcome=Outcome.FINISHED)
    endings.end_run(run.id)

    run.refresh_from_db()
    assert (run.state, run.reason) == (RunState.FAILED, "It broke. This struck 1 of 3 shards.")


def test_a_lot_that_lasts_longer_than_its_workspace_allows_is_not_started(lot, owner, object_store):
    lot.workspace.longest_run = timedelta(seconds=59)

    with pytest.raises(CannotStart, match="The lot lasts 1min, and a run of this workspace at"):
        start_run(lot, by=owner)

    assert not Run.objects.exists()


@pytest.mark.parametrize(("asked_for", "least"), [(None, 5), (3, 3), (9, 5)])
def test_the_least_of_the_limits_counts(lot, owner, object_store, asked, asked_for, least):
    lot.workspace.longest_run = timedelta(minutes=5)

    run = start_run(lot, by=owner, longest=asked_for and timedelta(minutes=asked_for))

    assert run.longest == timedelta(minutes=least)


def test_a_run_without_a_limit_is_not_stopped_before_its_end(run):
    leases(run, now=NOW)

    overtime.tick(NOW + run.duration + overtime.GRACE)

    run.refresh_from_db()
    assert run.stop_requested is None
