"""Whose shards a tower takes first, how much it takes, and who is told to drain."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from simulator import busiest, parse
from web.accounts import actions as accounts
from web.accounts.models import Workspace
from web.platform import queues
from web.runs import leasing, ticks, workers
from web.runs.models import Run, Shard, ShardState, Worker
from web.runs.turns import RESERVE, RESERVED_FOR, Room


@pytest.fixture
def other(make_user) -> Workspace:
    return accounts.create_workspace("Other", by=make_user("Otto"))


def make_run(workspace, *, mocks, size=1_000, rate=0.0, name="run") -> Run:
    run = Run.objects.create(
        workspace=workspace, name=name, mocks=mocks, duration=timedelta(minutes=1), seed=1
    )
    Shard.objects.bulk_create(
        Shard(run=run, number=n, part=0, first=n * size, count=size, rate=rate)
        for n in range(mocks // size)
    )
    return run


def waits_since(run):
    """Return since when shards of a run wait."""
    return run.shards.order_by("wanted_since")[0].wanted_since


def test_a_big_run_hides_no_small_one_that_came_later(workspace, other):
    make_run(workspace, mocks=700_000)
    small = make_run(other, mocks=1_000)

    leases = leasing.lease_shards("tower-1", room=2_000)

    assert small.id in [lease.run for lease in leases]


def test_workspaces_take_turns_and_not_their_runs(workspace, other):
    for number in range(3):
        make_run(workspace, mocks=2_000, name=str(number))
    single = make_run(other, mocks=3_000)

    leases = leasing.lease_shards("tower-1", room=4_000)

    assert [lease.run == single.id for lease in leases].count(True) == 2


def test_who_has_the_least_running_comes_first(workspace, other):
    make_run(workspace, mocks=5_000)
    leasing.lease_shards("tower-1", room=4_000)
    small = make_run(other, mocks=1_000)

    [lease] = leasing.lease_shards("tower-2", room=1_000)

    assert lease.run == small.id


def test_a_large_tower_keeps_room_for_who_has_nothing_yet(workspace, other):
    now = waits_since(make_run(workspace, mocks=20_000))
    big = leasing.lease_shards("tower-1", room=Room(9_000, capacity=9_000), now=now)
    small = make_run(other, mocks=1_000)
    left = 9_000 - 1_000 * len(big)

    [lease] = leasing.lease_shards("tower-1", room=Room(left, capacity=9_000), now=now)

    assert left == RESERVE
    assert lease.run == small.id


def test_a_shard_that_no_other_tower_took_gets_the_reserve_in_the_end(workspace):
    now = waits_since(make_run(workspace, mocks=9_000))
    leasing.lease_shards("tower-1", room=Room(9_000, capacity=9_000), now=now)
    assert Shard.objects.filter(state=ShardState.WANTED).count() == 1

    later = timezone.now() + RESERVED_FOR
    leases = leasing.lease_shards("tower-1", room=Room(1_000, capacity=9_000), now=later)

    assert len(leases) == 1


def test_what_was_begun_before_comes_before_all_that_is_new(workspace, other):
    make_run(workspace, mocks=2_000)
    [first] = leasing.lease_shards("tower-1", room=1_000)
    make_run(other, mocks=5_000)
    leasing.give_back(first)

    [lease] = leasing.lease_shards("tower-2", room=1_000)

    assert (lease.shard, lease.fence) == (first.shard, 2)


def test_a_tower_takes_no_more_messages_than_it_can_send(workspace):
    make_run(workspace, mocks=4_000, rate=15_000.0)

    leases = leasing.lease_shards("tower-1", room=Room(9_000, 40_000.0, 9_000))

    assert len(leases) == 2


def test_a_shard_that_is_too_fast_for_any_tower_gets_one_of_its_own(workspace):
    make_run(workspace, mocks=2_000, rate=90_000.0)

    leases = leasing.lease_shards("tower-1", room=Room(9_000, 40_000.0, 9_000))

    assert len(leases) == 1


def test_how_fast_a_definition_is_at_most_is_told_by_its_busiest_status():
    device = parse(
        """
name: x
id: "{index}"
messages:
  a: {every: 10s, json: "1"}
  b: {every: 2s, json: "1"}
statuses:
  calm: {send: [a], go: [{to: busy, after: 1h}]}
  busy: {send: [a, b]}
"""
    )

    assert busiest(device) == pytest.approx(0.6)
    assert busiest(device, rate=5.0) == pytest.approx(5.0)


@pytest.fixture
def queue(monkeypatch, asked):
    """A queue of towers that counts what is put into it."""
    monkeypatch.setattr(queues, "queue", lambda name: SimpleNamespace(count=len(asked)))
    return asked


def test_the_clock_asks_for_as_many_towers_as_the_wanted_shards_need(workspace, queue):
    make_run(workspace, mocks=50_000)

    assert ticks.ask_for_wanted_towers() == 6
    assert ticks.ask_for_wanted_towers() == 0  # two clocks at once: the queue has them
    assert len(queue) == 6


def test_fast_mocks_need_more_towers_than_their_number_says(workspace, queue):
    make_run(workspace, mocks=3_000, rate=50_000.0)

    assert ticks.ask_for_wanted_towers() == 4


def beat(number, **more):
    return workers.beat(f"worker.{number}", tower="t", mocks=0, room=9_000)


def test_the_highest_numbers_drain_first(db):
    for number in (1, 2, 10):
        beat(number)

    assert workers.drain(2) == ["worker.10", "worker.2"]
    assert [beat(number) for number in (1, 2, 10)] == [False, True, True]


def test_a_worker_that_was_silent_for_long_is_not_among_those_to_drain(db):
    beat(3)
    Worker.objects.update(heard=timezone.now() - timedelta(minutes=1))
    beat(1)

    assert workers.drain(1) == ["worker.1"]


def test_another_process_of_the_same_name_begins_anew(db):
    beat(2)
    workers.drain(1)
    Worker.objects.update(process="another:1")

    assert not beat(2)


def test_a_worker_that_is_to_go_on_takes_shards_again(db):
    beat(2)
    workers.drain(1)
    assert workers.is_draining("worker.2")

    assert workers.keep(["worker.2"]) == 1
    assert not beat(2)


def test_rows_of_workers_that_are_gone_for_a_day_go(db):
    beat(1)
    Worker.objects.update(heard=timezone.now() - timedelta(days=2))

    assert workers.forget_gone() == 1
