"""What a tower takes: every shard that it leases begins, and goes on as it was left."""

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from tests.web.runs.towers import LATER, Clock, new_desk, told, under_way
from web.platform import storage
from web.runs import leasing, moves, reaping
from web.runs.desk import SLOW_TAKE
from web.runs.models import Board, Happening, HappeningKind, Shard, ShardState, Stretch
from web.runs.reaping import reap


def handed_over(name="tower-1"):
    """Let a tower hand over all that is wanted; return what it had been given."""
    tower, begun = under_way(name)
    tower.work([told(given, state="moved", seconds=[]) for given in begun], closing=True)
    return begun


def refusing(table):
    """Return what lets every statement about a table fail, as a database that goes away."""

    def answer(execute, sql, *more):
        if f'"{table}"' in sql:
            raise OperationalError("the server closed the connection unexpectedly")
        return execute(sql, *more)

    return connection.execute_wrapper(answer)


def kinds():
    return [each.kind for each in Happening.objects.order_by("id")]


def test_a_shard_that_was_taken_just_before_the_database_left_begins_when_it_is_back(run):
    tower = new_desk()

    with refusing("runs_injection"):
        silent = tower.work([])
    back = tower.work([])

    assert silent.begin == []
    assert [given.count for given in back.begin] == [20]
    assert tower.work([]).begin == []


@pytest.mark.parametrize("table", ["runs_checkpoint", "runs_stretch"])
def test_what_was_left_is_read_again_where_the_database_left_meanwhile(wide, table):
    handed_over()
    tower = new_desk("tower-2")

    with refusing(table):
        silent = tower.work([])
    back = tower.work([])

    assert silent.begin == []
    assert [given.resume.reason for given in back.begin] == ["", "", ""]
    assert kinds() == [HappeningKind.MOVED] * 3 + [HappeningKind.WENT_ON] * 3


def test_a_shard_that_its_engine_never_heard_of_is_left_to_other_towers(run):
    tower = new_desk()
    with refusing("runs_injection"):
        tower.work([])

    orders = tower.work([], closing=True)

    assert orders.begin == []
    assert Shard.objects.get().state == ShardState.WANTED


def test_each_shard_goes_on_with_what_was_left_of_it(wide):
    before = {given.first: given.shard.encode() for given in handed_over()}

    after = new_desk("tower-2").work([]).begin

    assert {given.first: given.resume.checkpoint for given in after} == before
    assert len(before) == 3


def test_what_several_shards_left_is_read_in_as_many_statements_as_that_of_one(
    wide, django_assert_num_queries
):
    under_way()
    reap(now=timezone.now() + LATER)
    leases = leasing.lease_shards("tower-2", room=1_000)
    assert len(leases) == 3

    with django_assert_num_queries(5):  # checkpoints, boards, points, the date, happenings
        left = moves.left_of(leases)

    assert [each.resume.told.board["number"][0] for each in left.values()] == [0, 4, 8]
    assert [len(each.points) for each in left.values()] == [1, 1, 1]


def test_of_shards_that_nobody_had_nothing_is_read(wide, django_assert_num_queries):
    leases = leasing.lease_shards("tower-1", room=1_000)

    with django_assert_num_queries(0):
        assert moves.left_of(leases) == {}


def test_a_shard_goes_on_with_its_newest_points_alone(wide):
    given = handed_over()[0]
    row = Shard.objects.get(first=given.first)
    data = Stretch.objects.get(shard=row).data
    Stretch.objects.filter(shard=row).delete()
    for first in (0, 60, 120):
        Stretch.objects.create(shard=row, first=first, data=data)
    lease = leasing.lease_shards("tower-2", room=4)[0]

    assert lease.shard == row.id
    assert len(moves.left_of([lease])[row.id].points) == moves.NEWEST


def test_what_a_draining_tower_gives_up_meanwhile_is_taken_right_after_a_slow_begin(
    wide, object_store, monkeypatch
):
    clock, shards = Clock(), Shard.objects.order_by("first")
    shards.filter(first__gt=0).update(state=ShardState.DONE)

    def slow(key):
        clock.now += SLOW_TAKE
        shards.filter(first__gt=0).update(state=ShardState.WANTED)
        return object_store.get(key)

    monkeypatch.setattr(storage, "get", slow)

    orders = new_desk(clock=clock).work([])

    assert [given.first for given in orders.begin] == [0, 4, 8]


def test_who_begins_quickly_looks_for_more_in_the_next_second(wide, object_store, monkeypatch):
    shards = Shard.objects.order_by("first")
    shards.filter(first__gt=0).update(state=ShardState.DONE)

    def quick(key):
        shards.filter(first__gt=0).update(state=ShardState.WANTED)
        return object_store.get(key)

    monkeypatch.setattr(storage, "get", quick)
    tower = new_desk()

    assert [given.first for given in tower.work([]).begin] == [0]
    assert [given.first for given in tower.work([]).begin] == [4, 8]


def test_all_shards_of_a_silent_tower_are_taken_from_it_together(
    wide, django_assert_max_num_queries
):
    under_way()
    now = timezone.now() + LATER

    # Found; a savepoint here, a transaction elsewhere: locked, taken, noted; boards, points twice.
    with django_assert_max_num_queries(9):
        lost = reap(now=now)

    assert [(each.first, each.tower, each.fence) for each in lost] == [
        (0, "tower-1", 1),
        (4, "tower-1", 1),
        (8, "tower-1", 1),
    ]
    rows = Shard.objects.order_by("first").values_list("state", "tower", "fence", "losses")
    assert list(rows) == [(ShardState.WANTED, "", 2, 1)] * 3
    assert kinds() == [HappeningKind.LOST] * 3
    assert Board.objects.exclude(identities=b"").count() == 3  # the ids of mocks stay


def test_a_silent_towers_shards_are_all_taken_or_none(wide):
    under_way()

    with refusing("runs_happening"), pytest.raises(OperationalError):
        reap(now=timezone.now() + LATER)

    assert set(Shard.objects.values_list("state", "fence")) == {(ShardState.LEASED, 1)}
    assert len(reap(now=timezone.now() + LATER)) == 3


def test_a_shard_that_its_tower_renewed_meanwhile_stays_there(wide):
    under_way()
    now = timezone.now() + LATER
    found = [each.shard for each in reaping.quiet(now=now)]
    Shard.objects.filter(first=4).update(leased_until=now + leasing.LEASE)

    assert [each.first for each in reaping._lose(found, now=now)] == [0, 8]
    assert Shard.objects.get(first=4).tower == "tower-1"


def test_shards_of_one_tower_that_were_lost_more_or_less_often_are_told_apart(wide):
    under_way()
    now = timezone.now() + LATER
    Shard.objects.filter(first=4).update(losses=reaping.MOST_LOSSES, losses_since=now)

    reap(now=now)

    told = Shard.objects.order_by("first").values_list("state", "losses")
    assert list(told) == [
        (ShardState.WANTED, 1),
        (ShardState.DONE, reaping.MOST_LOSSES + 1),
        (ShardState.WANTED, 1),
    ]
    assert sorted(kinds()) == [HappeningKind.GIVEN_UP, HappeningKind.LOST, HappeningKind.LOST]
