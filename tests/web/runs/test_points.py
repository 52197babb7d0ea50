"""Points over time as columns: small, and added up as if each had been added alone."""

import zlib

import numpy as np
import orjson
import pytest

from simulator import OTHERS, Breakdown, Second
from web.runs.points import Columns

START = 1_800_000_000  # Unix s


def point(at: int, *, count: int = 10, took: float = 0.02) -> Second:
    second = Second(at=START + at, due=count, acknowledged=count, failed=1, bytes=count * 30)
    second.latency.record(took * np.linspace(0.5, 2, count))
    second.lateness.record([0.001])
    return second


def with_names(second: Second, **counts: int) -> Second:
    """Return a second that counted so many sends of each message, and mocks in each status."""
    table = np.zeros((len(counts) + 1, 5), np.int64)
    table[1:, 0] = list(counts.values())
    second.messages = Breakdown((OTHERS, *counts), table)
    second.statuses = Breakdown((OTHERS, *counts), table[:, ::-1].copy())
    return second


def test_points_survive_their_bytes() -> None:
    points = [point(0), point(1, count=0), point(2, count=300)]

    again = Columns.unpack(Columns.of(points).pack()).summed(step=1, origin=START)

    assert again == points


def test_points_survive_their_quick_bytes_too() -> None:
    points = [point(n) for n in range(5)]

    again = Columns.unpack(Columns.of(points).pack_quickly())

    assert again.summed(step=1, origin=START) == points
    assert Columns.read(Columns.of([]).quick()).summed(step=1, origin=START) == []


def test_counts_that_are_not_known_any_more_are_left_out_and_new_ones_are_0() -> None:
    body = Columns.of([point(0)]).quick()
    length = int.from_bytes(body[:4], "little")
    told = body[4 : 4 + length].replace(b'"due"', b'"own"')

    again = Columns.read(len(told).to_bytes(4, "little") + told + body[4 + length :])

    [was], [now] = [point(0)], again.summed(step=1, origin=START)
    assert (now.due, now.acknowledged) == (0, was.acknowledged)


def test_all_points_are_one_sum_of_the_earliest_moment() -> None:
    points = [point(n) for n in (4, 2, 9)]

    assert Columns.of(points).whole() == Second.summed(points)
    assert Columns.of([]).whole() == Second(at=0)


def test_no_points_survive_their_bytes_too() -> None:
    assert Columns.unpack(Columns.of([]).pack()).summed(step=1, origin=START) == []


def test_points_of_many_shards_add_up_to_what_the_seconds_do() -> None:
    shards = [[point(at, count=5 + at, took=0.01 * shard) for at in range(25)] for shard in (1, 2)]

    summed = Columns.joined(map(Columns.of, shards)).summed(step=10, origin=START)

    for place, whole in enumerate(summed):
        alone = [p for shard in shards for p in shard[place * 10 : place * 10 + 10]]
        assert whole == Second.summed(alone)
    assert [each.at - START for each in summed] == [0, 10, 20]


def test_points_that_are_left_out_take_their_histograms_with_them() -> None:
    points = [point(0), point(1, count=3), point(2)]

    kept = Columns.of(points).kept(np.array([False, True, True]))

    assert kept.summed(step=1, origin=START) == points[1:]


def test_what_points_counted_by_name_survives_their_bytes() -> None:
    points = [with_names(point(0), a=3), point(1), with_names(point(2), b=70_000, a=1, c=0)]

    columns = Columns.unpack(Columns.of(points).pack())

    assert columns.summed(step=1, origin=START) == points
    assert columns.summed(step=10, origin=START)[0] == Second.summed(points)
    assert columns.kept(columns.at > START + 1).summed(step=1, origin=START) == points[2:]


def test_what_shards_counted_by_other_names_adds_up_by_name() -> None:
    shards = [
        [with_names(point(at), hot=at, cold=1) for at in range(4)],
        [with_names(point(at), cold=2, dead=5) for at in range(4)],
    ]

    summed = Columns.joined(map(Columns.of, shards)).summed(step=4, origin=START)[0]

    assert [summed.messages.of(name)["sent"] for name in ("hot", "cold", "dead")] == [6, 12, 20]
    assert summed.statuses.of("dead")["present"] == 20


def test_names_that_counted_nothing_take_no_room() -> None:
    plain, named = [point(0)], [with_names(point(0), **{f"name_{i}": 0 for i in range(50)})]

    assert len(Columns.of(named).pack()) <= len(Columns.of(plain).pack()) + 8


def test_points_of_before_there_were_names_are_still_read() -> None:
    body = Columns.of([point(0), point(1)]).body()
    length = int.from_bytes(body[:4], "little")
    head = orjson.loads(body[4 : 4 + length])
    for word in ("names", "figures"):
        del head[word]
    head["columns"] = head["columns"][: 1 + len(head["counts"]) + 9]
    told = orjson.dumps(head)

    again = Columns.read(len(told).to_bytes(4, "little") + told + body[4 + length :])

    assert again.summed(step=1, origin=START) == [point(0), point(1)]


def test_points_of_a_version_before_are_still_read() -> None:
    points = [point(0), point(1)]
    data = zlib.compress(orjson.dumps([each.to_dict() for each in points]))

    assert Columns.unpack(data).summed(step=1, origin=START) == points


def test_bytes_that_are_no_points_are_refused() -> None:
    with pytest.raises(ValueError, match="not points of a run"):
        Columns.unpack(b"nothing of the kind")


def test_a_week_of_minutes_stays_small() -> None:
    random = np.random.default_rng(1)
    hour = []
    for minute in range(60):
        second = Second(at=START + 60 * minute, due=60_000, acknowledged=60_000, bytes=10**7)
        second.latency.record(0.02 * random.lognormal(0, 0.6, 60_000))
        second.lateness.record(0.005 * random.lognormal(0, 0.6, 60_000))
        hour.append(second)

    assert len(Columns.of(hour).pack()) * 24 * 7 < 8_000_000


def test_one_count_and_one_histogram_are_had_without_the_rest() -> None:
    points = [point(n, count=5 + n) for n in range(3)]
    columns, whole = Columns.of(points), Second.summed(points)

    assert columns.count("acknowledged", "failed") == whole.acknowledged + whole.failed
    assert columns.histogram("latency") == whole.latency
    assert Columns.of([]).histogram("lateness").total == 0
