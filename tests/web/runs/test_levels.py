"""What is kept of a run over time: every second once, however and whenever shards are merged."""

from datetime import timedelta

import pytest
from django.utils import timezone

from simulator import Second
from web.runs import history, levels, series
from web.runs.boards import ShardReport
from web.runs.models import Level, Run, RunState, Series, Shard, ShardState, Stretch

LONG = 2 * 60 * 60  # s


@pytest.fixture
def long_run(run) -> Run:
    """Return a run of two hours and two shards that began long enough ago for a few rows."""
    start = timezone.now().replace(microsecond=0) - timedelta(minutes=10)
    Run.objects.update(started_at=start, duration=timedelta(seconds=LONG), state=RunState.RUNNING)
    Shard.objects.create(run=run, number=1, part=0, first=20, count=20)
    Shard.objects.update(state=ShardState.LEASED, leased_until=timezone.now())
    return Run.objects.get()


def second(run: Run, at: int, *, count: int = 3) -> Second:
    told = Second(at=int(run.started_at.timestamp()) + at, due=count, acknowledged=count)
    told.latency.record([0.01] * count)
    return told


def store(run: Run, *, number: int, first: int, seconds: int = series.BLOCK) -> None:
    points = [second(run, at) for at in range(first, first + seconds)]
    row = {"shard": run.shards.get(number=number), "first": first}
    Stretch.objects.create(**row, data=series.pack(points))


def acknowledged(run: Run) -> int:
    return sum(point.acknowledged for point in history.points_of(run, {}))


def test_the_newest_row_of_a_shard_stays_its_own_for_it_may_still_grow(long_run):
    for first in (0, 60, 120):
        store(long_run, number=0, first=first)
    store(long_run, number=1, first=0)

    assert levels.merge() == 2

    left = Stretch.objects.order_by("shard__number").values_list("shard__number", "first")
    assert list(left) == [(0, 120), (1, 0)]


def test_merging_changes_no_sum_and_no_histogram(long_run):
    for number in (0, 1):
        for first in (0, 60, 120):
            store(long_run, number=number, first=first)
    before = history.points_of(long_run, {})

    levels.merge()

    assert history.points_of(long_run, {}) == before
    assert sum(point.latency.total for point in before) == 2 * 180 * 3


def test_a_shard_that_comes_later_is_added_to_what_is_there(long_run):
    store(long_run, number=0, first=0)
    store(long_run, number=0, first=60)
    levels.merge()
    store(long_run, number=1, first=0)
    store(long_run, number=1, first=60)

    levels.merge()

    assert Level.objects.filter(step=1).count() == 1
    assert acknowledged(long_run) == 2 * 120 * 3


def test_rows_of_a_shard_that_is_done_are_all_finished(long_run):
    store(long_run, number=0, first=0)
    long_run.shards.filter(number=0).update(state=ShardState.DONE)

    assert levels.merge() == 1
    assert acknowledged(long_run) == 60 * 3


def test_what_another_clock_merged_is_not_merged_again(long_run, monkeypatch):
    store(long_run, number=0, first=0)
    store(long_run, number=0, first=60)
    rows = levels._finished(long_run, is_over=False)
    levels.merge()
    monkeypatch.setattr(levels, "_finished", lambda run, is_over: rows)

    assert levels.merge_run(long_run) == 0
    assert acknowledged(long_run) == 120 * 3


def test_points_are_kept_as_long_as_they_are_fine(long_run):
    store(long_run, number=0, first=0)
    store(long_run, number=0, first=60)
    levels.merge()

    levels.prune()
    assert set(Level.objects.values_list("step", flat=True)) == {1, 10, 60}
    Level.objects.update(at=timezone.now() - timedelta(hours=3))
    levels.prune()
    assert set(Level.objects.values_list("step", flat=True)) == {10, 60}
    Level.objects.update(at=timezone.now() - timedelta(days=3))
    levels.prune()

    assert set(Level.objects.values_list("step", flat=True)) == {60}


def test_a_part_of_a_long_run_is_seen_second_by_second_while_it_is_young(long_run):
    store(long_run, number=0, first=0)
    store(long_run, number=0, first=60)
    levels.merge()
    start = int(long_run.started_at.timestamp())

    points, step = history.part_of(long_run, {}, after=start + 10, before=start + 40)

    assert step == 1
    assert [point.at - start for point in points] == list(range(10, 40))


def test_a_part_that_is_old_is_seen_as_coarse_as_it_is_kept(long_run):
    Run.objects.update(started_at=long_run.started_at - timedelta(hours=5))
    run = Run.objects.get()
    store(run, number=0, first=0)
    store(run, number=0, first=60)
    levels.merge()
    start = int(run.started_at.timestamp())

    points, step = history.part_of(run, {}, after=start, before=start + 40)

    assert step == 10
    assert [(point.at - start, point.acknowledged) for point in points] == [
        (0, 30),
        (10, 30),
        (20, 30),
        (30, 30),
    ]


def test_what_redis_has_counts_once_beside_what_the_database_has(long_run):
    shard = long_run.shards.get(number=0)
    store(long_run, number=0, first=0)
    store(long_run, number=0, first=60, seconds=5)
    recent = [second(long_run, at, count=4) for at in (59, 63, 64, 65)]
    report = ShardReport(at=0, mocks=[], statuses=[], reasons=[], total=Second(at=0), recent=recent)

    points = history.points_of(long_run, {shard.id: report})

    # 59 is in a row that is finished; 63 and 64 are later in Redis, 65 is there alone.
    assert sum(point.acknowledged for point in points) == 63 * 3 + 3 * 4


def test_an_ended_run_keeps_its_chart_when_its_levels_are_gone(long_run):
    store(long_run, number=0, first=0)
    Run.objects.update(state=RunState.FINISHED)
    run = Run.objects.get()
    levels.merge()
    Series.objects.create(run=run, data=series.pack(history.points_of(run, {})))
    Level.objects.all().delete()

    assert acknowledged(run) == 180
    start = int(run.started_at.timestamp())
    points, step = history.part_of(run, {}, after=start, before=start + 20)
    assert (step, len(points)) == (series.step_of(run.duration), 2)


def test_a_step_is_the_finest_that_a_chart_can_show():
    assert series.step_for(60) == 1
    assert series.step_for(60, level=10) == 10
    assert series.step_for(3_600) == 5
    assert series.step_for(7 * 24 * 3_600, level=60) == 900
    assert [series.level_of(step) for step in series.STEPS] == [1, 1, 1, 10, 10, 60, 60, 60, 60]
