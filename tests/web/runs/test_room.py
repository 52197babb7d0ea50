"""What a tower takes while it is late or still closes sockets, and how a full fleet makes room."""

from datetime import UTC, datetime, timedelta

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
from web.runs.leasing import Lease
from web.runs.models import Happening, Run, Shard, ShardState, Worker
from web.runs.room import LATE_FOR, Capacity
from web.runs.turns import FORSAKEN_AFTER, OWED_AFTER, RESERVE, SMALL, Room

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # of a look for room


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
    since = Shard.objects.get(id=begun.shard).wanted_since

    at_once = leasing.lease_shards("tower-2", room=late_room(), now=since)
    soon = leasing.lease_shards("tower-2", room=late_room(), now=since + FORSAKEN_AFTER)

    assert at_once == []
    assert [each.shard for each in soon] == [begun.shard]
    assert Shard.objects.filter(state=ShardState.WANTED).count() == 1


def full_fleet(workspace, other):
    """Let two towers hold a big run, and a small one of another workspace wait for long."""
    make_run(workspace, mocks=6_000)
    for name in ("tower-1", "tower-2"):
        leasing.lease_shards(name, room=3_000)
    small = make_run(other, mocks=1_000)
    Shard.objects.filter(run=small).update(wanted_since=NOW - timedelta(seconds=7))
    return small.shards.get()


def asked():
    found = [yielding.asked_of(name, now=NOW) for name in ("tower-1", "tower-2")]
    return [each for each in found if each]


def test_one_tower_of_a_full_fleet_gives_up_one_shard_for_who_has_nothing(workspace, other):
    waiting = full_fleet(workspace, other)

    [(first, given)] = asked()

    assert first == waiting
    assert given.run.workspace_id == workspace.id


def test_nobody_gives_up_anything_before_a_tower_could_have_come(workspace, other):
    waiting = full_fleet(workspace, other)
    Shard.objects.filter(id=waiting.id).update(wanted_since=NOW - timedelta(seconds=2))

    assert asked() == []


def test_nobody_gives_up_anything_while_a_tower_has_room(workspace, other):
    full_fleet(workspace, other)
    Worker.objects.create(dyno="worker.9", heard=NOW, room=1_000)

    assert asked() == []


def test_who_has_something_running_gets_room_for_a_small_run_more(workspace, other):
    waiting = full_fleet(workspace, other)
    begun = make_run(other, mocks=1_000)
    begun.shards.update(state=ShardState.LEASED, leased_until=timezone.now())

    [(first, given)] = asked()

    assert (first, given.run.workspace_id) == (waiting, workspace.id)


def test_nobody_gives_up_anything_for_who_would_have_more_by_it(workspace, other):
    full_fleet(workspace, other)
    begun = make_run(other, mocks=5_000)
    begun.shards.update(state=ShardState.LEASED, leased_until=timezone.now())

    assert asked() == []


def test_nobody_gives_up_anything_for_a_run_that_has_begun(workspace, other):
    waiting = full_fleet(workspace, other)
    begun = Shard(run=waiting.run, number=1, part=0, first=1_000, count=1_000)
    begun.state, begun.leased_until = ShardState.LEASED, timezone.now()
    begun.save()

    assert asked() == []


def test_a_big_runs_owner_waits_and_hides_nobody_who_came_later(workspace, other):
    waiting = full_fleet(workspace, other)
    own = make_run(workspace, mocks=1_000, name="another of the big one's")
    own.shards.update(wanted_since=NOW - timedelta(seconds=60))

    [(first, _)] = asked()

    assert first == waiting


@pytest.fixture
def big_and_small(workspace, other):
    """A big run that tower-1 has, and a small one of somebody else that has waited for it."""
    make_run(workspace, mocks=2_000)
    leasing.lease_shards("tower-1", room=2_000)
    small = make_run(other, mocks=10, size=10, rate=100.0)
    return small.shards.get()


@pytest.mark.parametrize(
    "room",
    [
        late_room(messages=1_000.0),  # late with what it has
        Room(3_000, 0.0, 5_000),  # as many messages as it can send
        Room(RESERVE, 1_000.0, 5_000),  # nothing but what is kept free
    ],
)
def test_a_big_run_keeps_no_small_one_waiting_whatever_is_used_up(big_and_small, other, room):
    begun = make_run(other, mocks=10, size=10)
    begun.shards.update(state=ShardState.LEASED, leased_until=timezone.now())

    since = big_and_small.wanted_since
    at_once = leasing.lease_shards("tower-1", room=room, now=since)
    soon = leasing.lease_shards("tower-1", room=room, now=since + OWED_AFTER)

    assert at_once == []
    assert [each.shard for each in soon] == [big_and_small.id]


def test_what_sends_much_waits_for_a_tower_that_can(big_and_small):
    Shard.objects.filter(id=big_and_small.id).update(rate=SMALL + 1)
    moment = timezone.now() + OWED_AFTER

    assert leasing.lease_shards("tower-1", room=late_room(), now=moment) == []
    assert leasing.lease_shards("tower-1", room=Room(3_000, 0.0, 5_000), now=moment) == []


def test_the_last_shard_of_a_workspace_is_not_given_up(workspace, other):
    make_run(workspace, mocks=1_000)
    leasing.lease_shards("tower-1", room=1_000)
    small = make_run(other, mocks=1_000)
    Shard.objects.filter(run=small).update(wanted_since=NOW - timedelta(seconds=60))

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
    clock.now += yielding.LOOK_EVERY
    assert tower.work(going).hand_over == [], "it is told once"
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
