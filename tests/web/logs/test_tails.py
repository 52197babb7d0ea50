"""Who looks at mocks or at a reason sees what their tower settles, through a real Redis."""

from itertools import count

import pytest

from simulator import Watch
from tests.web.platform.conftest import PATIENT
from tests.web.runs.conftest import START, snapshot
from web.logs import relaying, tails
from web.logs.relaying import MOST_TOLD, Catch, Relay
from web.platform import redis
from web.runs.desk import Desk
from web.runs.leasing import Lease

pytestmark = [pytest.mark.parts("redis"), pytest.mark.usefixtures("_real_redis")]

numbers = count(1)
talk = relaying.talk


@pytest.fixture
def _real_redis(redis_port, settings, monkeypatch, run):
    settings.REDIS_URL = f"redis://127.0.0.1:{redis_port}/8"
    settings.REDIS_TIMEOUT = PATIENT
    monkeypatch.setattr(tails, "LIFE", 600)  # no watch ends because the machine is busy
    redis.connection.cache_clear()
    redis.connection().flushdb()
    monkeypatch.setattr(relaying, "talk", talk)
    yield
    redis.connection().close()
    redis.connection.cache_clear()


@pytest.fixture
def shard(run) -> Lease:
    return Lease(shard=1, run=run.id, part=0, first=0, count=10, tower="t", fence=1)


def copy(mock, **changes):
    """Return a record as a tower copies it."""
    at = int(START * 1_000_000)
    return {
        "event": "send",
        "mock": mock,
        "id": f"f-{mock}",
        "sequence": next(numbers),
        "status": "running",
        "message": "telemetry",
        "address": "a",
        "payload": b"\xff",
        "scheduled": at,
        "sent": at,
        "settled": at,
        "result": "acknowledged",
        "reason": "",
        "fault": "",
        "size": 1,
    } | changes


def mocks_in(seen):
    return [record.mock for record in seen.records]


def test_nobody_looks_and_nothing_is_watched(shard):
    assert Relay().exchange({shard: Catch()}) == []
    assert redis.connection().keys("*") == []


def test_what_is_looked_at_reaches_who_looks(run, shard):
    relay = Relay()
    watch = tails.watch(run, mocks=[3, 99])

    [[name, wanted]] = relay.exchange({shard: Catch()})
    again = relay.exchange({shard: Catch([copy(3), copy(4)])})
    seen = tails.take(run, watch)

    assert (name, wanted.mocks, wanted.reasons) == ("1.1", {3}, set())
    assert again == []
    assert mocks_in(seen) == [3]
    assert seen.records[0].payload == b"\xff"
    assert seen.records[0].sent.timestamp() == START
    assert tails.take(run, watch, after=seen.after) == tails.Seen([], 0, seen.after)


def test_a_reason_is_watched_in_every_shard_of_the_run(run, shard):
    relay, other = Relay(), Lease(2, run.id, 0, 10, 10, "t", 1)
    watch = tails.watch(run, reason="HTTP 503")

    changes = dict(relay.exchange({shard: Catch(), other: Catch()}))
    relay.exchange({shard: Catch([copy(1, reason="HTTP 503")]), other: Catch([copy(11)])})

    assert {name: wanted.reasons for name, wanted in changes.items()} == {
        "1.1": {"HTTP 503"},
        "2.1": {"HTTP 503"},
    }
    assert mocks_in(tails.take(run, watch)) == [1]


def test_a_shard_that_nobody_looks_at_is_not_watched(run, shard):
    tails.watch(run, mocks=[3])
    far = Lease(2, run.id, 0, 10, 10, "t", 1)
    other = Lease(3, run.id + 1, 0, 0, 10, "t", 1)

    changes = Relay().exchange({shard: Catch(), far: Catch(), other: Catch()})

    assert [name for name, _ in changes] == ["1.1"]


def test_watching_ends_when_nobody_looks_any_more(run, shard, monkeypatch):
    relay = Relay()
    watch = tails.watch(run, mocks=[3])
    relay.exchange({shard: Catch()})

    now = tails.time()
    monkeypatch.setattr(relaying, "time", lambda: now + tails.LIFE + 1)

    assert relay.exchange({shard: Catch()}) == [("1.1", None)]
    assert 0 < redis.connection().ttl(tails.watches_key(run.id)) <= 2 * tails.LIFE
    assert watch


def test_a_watch_goes_on_under_its_name(run, shard):
    watch = tails.watch(run, mocks=[3])

    assert tails.watch(run, mocks=[4], name=watch) == watch
    [[_, wanted]] = Relay().exchange({shard: Catch()})
    assert wanted.mocks == {4}


def test_what_is_too_much_is_counted_and_the_stream_stays_short(run, shard):
    relay = Relay()
    watch = tails.watch(run, mocks=[3])
    relay.exchange({shard: Catch()})

    for _ in range(tails.MOST_BATCHES + 5):
        relay.exchange({shard: Catch([copy(3)] * (MOST_TOLD + 2), left_out=7)})
    seen = tails.take(run, watch)

    assert len(seen.records) >= tails.MOST_READ
    assert seen.left_out == 9 * len(seen.records) / MOST_TOLD
    key = tails.tail_key(run.id, watch)
    assert redis.connection().xlen(key) == tails.MOST_BATCHES
    assert 0 < redis.connection().ttl(key) <= 2 * tails.LIFE


def test_only_so_many_watch_a_run(run):
    for _ in range(tails.MOST_WATCHES):
        tails.watch(run, mocks=[1])

    with pytest.raises(tails.TooManyWatch, match="20 people watch this run"):
        tails.watch(run, mocks=[1])


@pytest.mark.parametrize(
    ("text", "is_one"), [("", True), ("1-0", True), ("1", False), ("a-1", False)]
)
def test_a_place_is_what_redis_gave(text, is_one):
    assert tails.is_place(text) is is_one


@pytest.mark.usefixtures("published")
def test_a_tower_is_told_who_looks_and_hands_over_what_it_saw(run, monkeypatch):
    monkeypatch.setattr(relaying, "talk", talk)  # the real one, in place of the desk's tests'
    desk = Desk(tower="tower-1", capacity=10_000)
    [assignment] = desk.work([]).begin
    watch = tails.watch(run, mocks=[3], reason="HTTP 503")

    [[name, wanted]] = desk.work([snapshot(assignment.shard)]).watches
    seen = [copy(3), copy(5, reason="HTTP 503"), copy(6)]
    again = desk.work([snapshot(assignment.shard, tail=seen, tail_left_out=2)])
    found = tails.take(run, watch)

    assert (name, wanted) == (assignment.shard, Watch(frozenset({3}), frozenset({"HTTP 503"})))
    assert again.watches == []
    assert (mocks_in(found), found.left_out) == ([3, 5], 2)
