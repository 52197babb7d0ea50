"""From one tower to the next: what is stored, who may go on, and with what."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction
from django.utils import timezone

from simulator import Chunk, StaleLease
from tests.web.runs.conftest import START, snapshot
from tests.web.runs.towers import LATER, Clock, new_desk
from web.runs import desk, happenings, history, leasing, ticks
from web.runs.actions import start_run, stop_run
from web.runs.models import Checkpoint, Run, RunState, Shard, ShardState
from web.runs.reaping import BREAK, MOST_LOSSES, WATCH, Reaper, reap

CHUNK = Chunk(shard="", number=0, rows=3, sends=2, failed=1, first=1.8e9, last=1.8e9, data=b"P")


def begun(run, name="tower-1", clock=None):
    """Return a desk whose engine was given the run's only shard, and what it was given."""
    new = new_desk(name, clock)
    [assignment] = new.work([]).begin
    return new, assignment


def handed_over(run, data=b"CHECKPOINT"):
    """Let a first tower begin and hand over the run's only shard."""
    tower, given = begun(run)
    tower.work([snapshot(given.shard)])
    tower.work([snapshot(given.shard, state="moved", seconds=[], checkpoint=data)], closing=True)
    return tower, given


def later(**how):
    return timezone.now() + timedelta(**how)


def test_a_shard_that_nobody_had_begins_without_anything_to_resume(run):
    _, given = begun(run)

    assert given.resume is None


def test_a_checkpoint_is_stored_with_the_board_and_the_engine_hears_of_it(run):
    tower, given = begun(run)

    orders = tower.work([snapshot(given.shard, checkpoint=b"CHECKPOINT")])

    stored = Checkpoint.objects.get()
    assert (bytes(stored.data), stored.fence) == (b"CHECKPOINT", 1)
    assert orders.stored == [(given.shard, snapshot(given.shard).t)]


def test_a_checkpoint_that_was_not_stored_is_not_confirmed_before_it_is(run, monkeypatch):
    tower, given = begun(run)
    with monkeypatch.context() as outage:

        def fail(*args, **how):
            raise OperationalError("gone")

        outage.setattr(desk, "save", fail)
        silent = tower.work([snapshot(given.shard, checkpoint=b"CHECKPOINT")])

    orders = tower.work([])

    assert silent.stored == []
    assert orders.stored == [(given.shard, snapshot(given.shard).t)]


def test_a_shard_that_was_handed_over_is_wanted_and_goes_on_in_order(run):
    tower, _ = handed_over(run)
    assert tower.is_settled
    assert Shard.objects.get().state == ShardState.WANTED

    _, given = begun(run, "tower-2")

    assert given.resume.checkpoint == b"CHECKPOINT"
    assert given.resume.reason == ""
    assert (given.resume.towers, given.resume.told) == (0, None)
    run.refresh_from_db()
    assert run.state == RunState.RUNNING


def test_the_towers_that_took_part_are_on_the_timeline(run):
    handed_over(run)
    begun(run, "tower-2")

    lines = happenings.lines(run)

    assert [(line.label, line.tower, line.mocks) for line in lines] == [
        ("Went on", "tower-2", 20),
        ("Moved", "tower-1", 20),
    ]


def test_what_a_moved_shard_told_is_gone_on_with_in_its_series(run):
    handed_over(run)
    second, given = begun(run, "tower-2")

    second.work([snapshot(given.shard, seconds=[snapshot(given.shard).seconds[0]])])
    second.work([snapshot(given.shard, state="ended", seconds=[])])

    run.refresh_from_db()
    assert sum(point.acknowledged for point in history.kept(run)) == 120  # both towers' 60


def test_a_shard_whose_run_is_to_stop_ends_where_it_would_be_handed_over(run, owner):
    tower, given = begun(run)
    tower.work([snapshot(given.shard)])
    stop_run(run, by=owner)

    tower.work([snapshot(given.shard, state="moved", seconds=[], checkpoint=b"C")], closing=True)

    run.refresh_from_db()
    assert (run.state, run.reason) == (RunState.STOPPED, "Olga stopped it.")


def test_a_wanted_shard_of_a_run_that_is_to_stop_is_ended_by_the_clock(run, owner, asked):
    handed_over(run)
    Run.objects.update(state=RunState.STOPPING, stop_requested=timezone.now())

    ticks.tick()

    run.refresh_from_db()
    assert run.state == RunState.STOPPED


def test_a_silent_towers_shard_is_wanted_again_with_the_reason(run):
    tower, given = begun(run)
    tower.work([snapshot(given.shard, checkpoint=b"CHECKPOINT")])

    [lost] = reap(now=later(seconds=11))

    assert lost.tower == "tower-1"
    shard = Shard.objects.get()
    assert (shard.state, shard.losses) == (ShardState.WANTED, 1)
    assert shard.lost.startswith("tower tower-1 gave no sign of life since ")
    _, again = begun(run, "tower-2")
    assert again.resume.checkpoint == b"CHECKPOINT"
    assert again.resume.reason == shard.lost
    assert again.resume.towers == 1  # the fence rose with the loss, too: a block more is left out
    assert again.resume.told.total.acknowledged == 60
    [problem] = tower.filing.put([replace(CHUNK, shard="x")])
    assert isinstance(problem, StaleLease)


def test_what_a_lost_tower_told_redis_last_is_kept_and_gone_on_with(run):
    clock = Clock()
    tower, given = begun(run, clock=clock)
    tower.work([snapshot(given.shard)])
    newer = snapshot(given.shard)
    newer.total.acknowledged = newer.total.due = 90
    clock.now += 1
    tower.work([newer])  # the database is not due, Redis has it

    reap(now=later(seconds=11))

    _, again = begun(run, "tower-2")
    assert again.resume.told.total.acknowledged == 90


def test_the_points_that_a_lost_tower_told_redis_alone_are_kept(run):
    tower, given = begun(run)
    tower.work([snapshot(given.shard)])
    second = replace(snapshot(given.shard).seconds[0], at=int(START) + 1)
    tower.work([snapshot(given.shard, seconds=[second])])  # the database is not due

    reap(now=later(seconds=11))

    run.refresh_from_db()
    assert [point.acknowledged for point in history.points_of(run, {})] == [60, 60]


def test_a_tower_that_renewed_is_not_reaped(run):
    soon = later(seconds=9)  # of less than a lease from before it began, however long that takes
    begun(run)

    assert reap(now=soon) == []


def test_a_shard_that_loses_tower_after_tower_is_given_up_with_the_reason(run):
    start = timezone.now()
    for number in range(MOST_LOSSES + 1):
        now = start + number * LATER
        leasing.lease_shards(f"tower-{number}", room=1_000, now=now)
        assert len(reap(now=now + LATER)) == 1

    run.refresh_from_db()
    assert run.state == RunState.CUT_OFF
    assert run.reason.startswith("Its tower was lost 6 times within 1 minutes")
    assert leasing.lease_shards("tower-x", room=1_000) == []


def test_losses_long_apart_do_not_add_up(run):
    leasing.lease_shards("tower-1", room=1_000)
    Shard.objects.update(losses=MOST_LOSSES, losses_since=later(minutes=-11))

    reap(now=later(seconds=11))

    assert Shard.objects.get().losses == 1


def test_nobody_is_declared_lost_while_and_right_after_the_database_was_away(run):
    clock, soon, late = Clock(), later(seconds=1), later(seconds=30)
    leasing.lease_shards("tower-1", room=1_000)
    reaper = Reaper(clock)
    for _ in range(2):
        clock.now += WATCH / 2
        assert reaper.look(now=soon) == []

    with connection.execute_wrapper(away):
        for _ in range(10):
            clock.now += 2
            with pytest.raises(OperationalError):
                reaper.look(now=late)

    assert reaper.look(now=late) == []
    clock.now += WATCH
    assert reaper.look(now=late) != []


def away(*_):
    raise OperationalError("the server closed the connection unexpectedly")


def test_nobody_is_declared_lost_while_the_database_takes_nothing(run):
    clock, late = Clock(), later(seconds=30)
    leasing.lease_shards("tower-1", room=1_000)
    reaper = Reaper(clock)

    with connection.execute_wrapper(full):
        for _ in range(10):
            clock.now += 2
            refused = pytest.raises(OperationalError, match="could not extend file")
            with refused, transaction.atomic():
                reaper.look(now=late)

    assert reaper.look(now=late) == []
    clock.now += WATCH
    assert reaper.look(now=late) != []


def full(execute, sql, *more):
    if sql.startswith("UPDATE"):
        raise OperationalError("could not extend file: No space left on device")
    return execute(sql, *more)


def test_a_tower_that_renews_is_not_lost_where_the_database_has_another_date(run):
    clock = Clock()
    leasing.lease_shards("tower-1", room=1_000)
    reaper = Reaper(clock)
    for date in (later(hours=1), later(hours=-1)):  # it is put forward, and back
        reaper.look(now=date)
        clock.now += WATCH
        leasing.renew("tower-1", now=date)

        assert reaper.look(now=date) == []


def test_a_dead_tower_is_lost_though_the_database_was_put_back(run):
    clock, back = Clock(), later(hours=-1)
    leasing.lease_shards("tower-1", room=1_000)
    reaper = Reaper(clock)

    assert reaper.look(now=back) == []
    clock.now += WATCH

    assert [shard.tower for shard in reaper.look(now=back)] == ["tower-1"]


def test_nobody_is_declared_lost_by_who_has_just_come_or_was_away_itself(run):
    clock, late = Clock(), later(seconds=30)
    leasing.lease_shards("tower-1", room=1_000)
    reaper = Reaper(clock)

    assert reaper.look(now=late) == []
    clock.now += WATCH - 1
    assert reaper.look(now=late) == []
    clock.now += BREAK + 1  # its own looks failed for a while
    assert reaper.look(now=late) == []
    for _ in range(3):
        clock.now += WATCH / 2
        found = reaper.look(now=late)
        if found:
            break
    assert [shard.tower for shard in found] == ["tower-1"]


def test_a_tower_that_woke_up_asks_first_and_hears_what_it_lost(run):
    clock = Clock()
    tower, given = begun(run, clock=clock)
    tower.work([snapshot(given.shard)])
    reap(now=later(seconds=11))
    begun(run, "tower-2")
    clock.now += 40

    orders = tower.work([snapshot(given.shard, seconds=[])], confirm=True)

    assert orders.is_confirmed
    assert orders.lost == [given.shard]
    assert Checkpoint.objects.count() == 0


def test_a_woken_tower_is_not_confirmed_while_the_database_is_silent(run, monkeypatch):
    tower, given = begun(run)

    def fail(*args, **how):
        raise OperationalError("gone")

    monkeypatch.setattr(leasing, "renew", fail)

    assert not tower.work([snapshot(given.shard)], confirm=True).is_confirmed


def test_a_tower_that_is_late_takes_no_more(run, make_lot, owner):
    clock = Clock()
    tower, given = begun(run, clock=clock)
    late = snapshot(given.shard)
    late.seconds[0].limited = 1
    start_run(make_lot(name="Second"), by=owner)

    busy = tower.work([late])
    clock.now += 11
    free = tower.work([snapshot(given.shard, seconds=[])])

    assert busy.begin == []
    assert len(free.begin) == 1
