"""What a tower takes while it is late or still closes sockets, and how a full fleet makes room."""

from datetime import timedelta

import pytest
from django.utils import timezone

from simulator import Second
from tests.web.runs.conftest import START, snapshot
from tests.web.runs.test_desk import Clock
from tests.web.runs.test_fairness import make_run
from web.accounts import actions as accounts
from web.runs import leasing, yielding
from web.runs.actions import start_run
from web.runs.desk import Desk
from web.runs.leasing import FORSAKEN_AFTER, Lease, Room
from web.runs.models import Happening, Run, Shard, ShardState, Worker
from web.runs.room import LATE_FOR, Capacity


@pytest.fixture
def other(make_user):
    return accounts.create_workspace("Other", by=make_user("Otto"))


def capacity(clock=None, *, mocks=10_000):
    return Capacity(mocks=mocks, messages=1_000.0, clock=clock or Clock())


def lease(shard=1, *, count=1_000, rate=100.0):
    return Lease(shard, 1, 0, 0, count, "tower-1", 1, rate=rate)


def told(name="1.1", *, count=1_000, due=0, limited=0, state="running"):
    second = Second(at=int(START), due=due, limited=limited)
    return snapshot(name, count=count, seconds=[second], state=state)


def late_room(**changes):
    return Room(5_000, capacity=5_000, is_late=True, **changes)


def later(**how):
    return timezone.now() + timedelta(**how)


def test_a_shard_counts_until_the_engine_has_ended_it():
    known = capacity()

    known.hear([told("1.1", count=3_000), told("2.1", count=2_000)])
    losing = known.room([lease(1, count=3_000)])
    known.hear([told("1.1", count=3_000), told("2.1", count=2_000, state="ended")])

    assert losing.mocks == 5_000
    assert known.room([lease(1, count=3_000)]).mocks == 7_000


def test_what_is_ordered_to_be_sent_more_often_counts_as_it_is_sent():
    known = capacity()

    known.hear([told(due=700)])

    assert known.room([lease(rate=100.0)]).messages == 300.0
    known.hear([told(due=10)])
    assert known.room([lease(rate=100.0)]).messages == pytest.approx(1_000 - 630)


def test_a_tower_is_late_for_a_while_after_a_shard_was():
    clock = Clock()
    known = capacity(clock)

    known.hear([told(limited=1)])
    assert known.room([]).is_late
    clock.now += LATE_FOR
    known.hear([told()])

    assert not known.room([]).is_late


def test_a_late_tower_takes_nothing_new_and_what_nobody_else_goes_on_with(workspace):
    make_run(workspace, mocks=2_000)
    [begun] = leasing.lease_shards("tower-1", room=1_000)
    leasing.give_back(begun)

    at_once = leasing.lease_shards("tower-2", room=late_room())
    soon = leasing.lease_shards("tower-2", room=late_room(), now=timezone.now() + FORSAKEN_AFTER)

    assert at_once == []
    assert [each.shard for each in soon] == [begun.shard]
    assert Shard.objects.filter(state=ShardState.WANTED).count() == 1


def full_fleet(workspace, other):
    """Let two towers hold a big run, and a small one of another workspace wait for long."""
    make_run(workspace, mocks=6_000)
    for name in ("tower-1", "tower-2"):
        leasing.lease_shards(name, room=3_000)
    small = make_run(other, mocks=1_000)
    Shard.objects.filter(run=small).update(wanted_since=later(seconds=-7))
    return small.shards.get()


def asked():
    found = [yielding.asked_of(name) for name in ("tower-1", "tower-2")]
    return [each for each in found if each]


def test_one_tower_of_a_full_fleet_gives_up_one_shard_for_who_has_nothing(workspace, other):
    waiting = full_fleet(workspace, other)

    [(first, given)] = asked()

    assert first == waiting
    assert given.run.workspace_id == workspace.id


def test_nobody_gives_up_anything_before_a_tower_could_have_come(workspace, other):
    waiting = full_fleet(workspace, other)
    Shard.objects.filter(id=waiting.id).update(wanted_since=later(seconds=-2))

    assert asked() == []


def test_nobody_gives_up_anything_while_a_tower_has_room(workspace, other):
    full_fleet(workspace, other)
    Worker.objects.create(dyno="worker.9", heard=timezone.now(), room=1_000)

    assert asked() == []


def test_nobody_gives_up_anything_for_who_has_something_running(workspace, other):
    waiting = full_fleet(workspace, other)
    make_run(other, mocks=1_000)
    waiting.state, waiting.leased_until = ShardState.LEASED, timezone.now()
    waiting.save()
    Shard.objects.filter(state=ShardState.WANTED).update(wanted_since=later(seconds=-60))

    assert asked() == []


def test_the_last_shard_of_a_workspace_is_not_given_up(workspace, other):
    make_run(workspace, mocks=1_000)
    leasing.lease_shards("tower-1", room=1_000)
    small = make_run(other, mocks=1_000)
    Shard.objects.filter(run=small).update(wanted_since=later(seconds=-60))

    assert asked() == []


def test_the_room_goes_to_who_waited_and_the_run_says_why(
    make_lot, owner, other, object_store, asked, published
):
    big = start_run(make_lot(mocks=2_000), by=owner)
    clock = Clock()
    tower = Desk(tower="tower-1", capacity=2_000, clock=clock)
    begun = {given.shard: given for given in tower.work([]).begin}
    small = make_run(other, mocks=1_000)
    Shard.objects.filter(run=small).update(wanted_since=later(seconds=-7))
    Run.objects.filter(id=small.id).update(state="queued")
    going = [snapshot(name, first=g.first, count=g.count) for name, g in begun.items()]

    clock.now += yielding.LOOK_EVERY
    [given] = tower.work(going).hand_over
    going = [
        snapshot(
            name,
            first=g.first,
            count=g.count,
            seconds=[],
            state="moved" if name == given else "running",
            checkpoint=b"CHECKPOINT" if name == given else b"",
        )
        for name, g in begun.items()
    ]
    tower.work(going)

    assert Shard.objects.get(run=small).tower == "tower-1"
    assert [shard.state for shard in big.shards.order_by("number")] == ["leased", "wanted"]
    assert "needed the room" in Happening.objects.get(run=big).words
