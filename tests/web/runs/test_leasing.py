from datetime import timedelta

import pytest
from django.utils import timezone

from simulator import StaleLease
from web.runs import leasing
from web.runs.actions import start_run, stop_run
from web.runs.models import Outcome, RunState, Shard, ShardState


@pytest.fixture
def shard(run) -> Shard:
    return run.shards.get()


def lease_one(tower="tower-1"):
    [lease] = leasing.lease_shards(tower, room=10_000)
    return lease


def test_a_tower_takes_a_wanted_shard_and_the_runs_time_begins(run, shard):
    now = timezone.now()

    [lease] = leasing.lease_shards("tower-1", room=20, now=now)

    shard.refresh_from_db()
    run.refresh_from_db()
    assert (shard.state, shard.tower, shard.fence) == (ShardState.LEASED, "tower-1", 1)
    assert shard.leased_until == now + leasing.LEASE
    assert (run.state, run.started_at) == (RunState.STARTING, now)
    assert (lease.shard, lease.first, lease.count, lease.fence) == (shard.id, 0, 20, 1)


def test_of_two_towers_that_saw_the_same_shard_one_gets_it(run, shard):
    seen_by_both = Shard.objects.get(id=shard.id), Shard.objects.get(id=shard.id)
    now = timezone.now()

    first, second = (
        leasing.take(seen, tower=tower, now=now)
        for seen, tower in zip(seen_by_both, ("tower-1", "tower-2"), strict=True)
    )

    assert first is not None
    assert second is None
    assert Shard.objects.get(id=shard.id).tower == "tower-1"


def test_going_on_with_a_run_takes_one_statement_a_shard(run, shard, django_assert_num_queries):
    first = leasing.take(shard, tower="tower-1")
    assert first is not None
    leasing.give_back(first)
    [seen] = leasing.wanted()

    with django_assert_num_queries(1):
        again = leasing.take(seen, tower="tower-2")

    assert again is not None
    assert again.fence == first.fence + 1
    assert leasing.take(seen, tower="tower-3") is None  # it was seen before it was taken


def test_a_shard_that_does_not_fit_is_left_for_another_tower(run):
    assert leasing.lease_shards("tower-1", room=19) == []


def test_each_run_gets_a_shard_before_any_gets_its_second(
    make_lot, owner, object_store, asked, published
):
    runs = [start_run(make_lot(name=n, mocks=3_000), by=owner) for n in ("first", "second")]

    leases = leasing.lease_shards("tower-1", room=4_000)

    assert [lease.run for lease in leases] == [runs[0].id, runs[1].id, runs[0].id, runs[1].id]


def test_the_start_of_a_run_is_that_of_its_first_lease(make_lot, owner, object_store, asked):
    run = start_run(make_lot(mocks=2_000), by=owner)
    now = timezone.now()
    leasing.lease_shards("tower-1", room=1_000, now=now)

    leasing.lease_shards("tower-2", room=1_000, now=now + timedelta(seconds=4))

    run.refresh_from_db()
    assert run.started_at == now


def test_renewing_moves_the_end_of_all_of_a_towers_leases(run, shard):
    lease = lease_one()
    now = timezone.now() + timedelta(seconds=9)

    mine = leasing.renew("tower-1", now=now)

    assert mine == {(lease.shard, lease.fence)}
    assert Shard.objects.get(id=shard.id).leased_until == now + leasing.LEASE


def test_a_write_under_a_lease_goes_through(run, shard):
    with leasing.held(lease_one()):
        Shard.objects.filter(id=shard.id).update(reason="written")

    assert Shard.objects.get(id=shard.id).reason == "written"


@pytest.mark.parametrize("change", [{"fence": 2}, {"tower": "tower-2"}, {"state": "done"}])
def test_a_stale_lease_writes_nothing(run, shard, change):
    lease = lease_one()
    Shard.objects.filter(id=shard.id).update(**change)

    with pytest.raises(StaleLease, match="tower-1 no longer holds shard"), leasing.held(lease):
        pytest.fail("the body of a stale lease must not run")


def test_what_is_written_before_an_error_under_a_lease_is_undone(run, shard):
    def write_half(lease):
        with leasing.held(lease):
            Shard.objects.filter(id=shard.id).update(reason="half")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_half(lease_one())

    assert Shard.objects.get(id=shard.id).reason == ""


def test_a_shard_is_released_once(run, shard):
    lease = lease_one()

    leasing.release(lease, outcome=Outcome.FINISHED)

    assert Shard.objects.get(id=shard.id).state == ShardState.DONE
    with pytest.raises(StaleLease):
        leasing.release(lease, outcome=Outcome.FAILED, reason="twice")


def test_a_shard_that_was_given_back_is_wanted_with_a_higher_fence(run, shard):
    leasing.give_back(lease_one())

    again = lease_one("tower-2")

    assert again.fence == 2


def test_shards_of_a_run_that_is_to_stop_are_not_wanted(run, owner):
    stop_run(run, by=owner)

    assert leasing.lease_shards("tower-1", room=10_000) == []


def test_a_shard_that_is_restarted_goes_to_another_tower_and_the_first_finds_its_lease_stale(run):
    [lease] = leasing.lease_shards("tower-1", room=1_000)

    assert leasing.restart(run, [0]) == [0]

    [again] = leasing.lease_shards("tower-2", room=1_000)
    assert (again.shard, again.fence) == (lease.shard, lease.fence + 2)
    with pytest.raises(StaleLease), leasing.held(lease):
        pass


def test_only_named_shards_that_a_tower_holds_are_restarted(run):
    assert leasing.restart(run) == []

    leasing.lease_shards("tower-1", room=1_000)

    assert leasing.restart(run, [1]) == []
    assert leasing.restart(run) == [0]
