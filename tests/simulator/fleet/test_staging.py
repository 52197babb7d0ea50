import math
from itertools import pairwise

import numpy as np
import pytest

from simulator.fleet.staging import Staging, changes, staged
from simulator.lot.stages import Stage, points

UP_HOLD_DOWN = (Stage(until=10, mocks=100), Stage(until=30), Stage(until=40, mocks=0))
TWO_HILLS = (
    Stage(until=10, mocks=60),
    Stage(until=15, mocks="20%"),
    Stage(until=25, mocks=100),
    Stage(until=27, mocks=50),
)


def on_at(stages: tuple[Stage, ...], t: float, *, shards: int = 1, total: int = 100) -> list[int]:
    """Return the numbers of who is on at a time, as shards find it each for itself."""
    bounds = [total * place // shards for place in range(shards + 1)]
    found: list[int] = []
    for first, end in pairwise(bounds):
        numbers = np.arange(first, end)
        staging = Staging(stages, first=first, count=end - first, total=total)
        most = staging.take(t)
        born = staged(stages, numbers, total=total) <= t
        found += numbers[born & (numbers < (total if most is None else most))].tolist()
    return found


def test_the_corners_are_what_was_said() -> None:
    assert points(TWO_HILLS, 100) == [(0, 0), (10, 60), (15, 20), (25, 100), (27, 50)]
    assert points(UP_HOLD_DOWN, 100) == [(0, 0), (10, 100), (30, 100), (40, 0)]


def test_mocks_are_switched_on_one_after_the_other() -> None:
    moments = staged(UP_HOLD_DOWN, np.arange(100), total=100)

    assert moments.tolist() == pytest.approx((np.arange(100) / 10).tolist())


@pytest.mark.parametrize(
    ("t", "mocks"), [(0, 1), (5, 51), (10, 100), (29, 100), (30, 100), (35, 50), (39.9, 1), (40, 0)]
)
def test_so_many_are_on_at_a_time(t: float, mocks: int) -> None:
    assert on_at(UP_HOLD_DOWN, t) == list(range(mocks))


@pytest.mark.parametrize("shards", [2, 7])
@pytest.mark.parametrize("stages", [UP_HOLD_DOWN, TWO_HILLS])
def test_shards_find_the_same(stages: tuple[Stage, ...], shards: int) -> None:
    for t in np.arange(0, 41, 0.7).tolist():
        assert on_at(stages, t, shards=shards) == on_at(stages, t)


def test_who_is_on_follows_the_line_within_a_step_of_the_grid() -> None:
    corners = np.array(points(TWO_HILLS, 100), dtype=float)
    for t in np.arange(0.05, 30, 0.1).tolist():
        said = np.interp(np.linspace(t - 0.1, t, 21), corners[:, 0], corners[:, 1])
        assert min(said) - 1e-9 <= len(on_at(TWO_HILLS, t)) <= math.floor(max(said)) + 1


def test_a_shard_hears_of_its_own_mocks_alone_and_at_most_ten_times_a_second() -> None:
    near = changes(UP_HOLD_DOWN, first=90, count=10, total=100)

    assert near == [((301 + place) / 10, 99 - place) for place in range(10)]
    steep = (Stage(until=1, mocks=50_000), Stage(until=2, mocks=0))
    assert len(changes(steep, first=0, count=1_000, total=50_000)) <= 2


def test_nothing_is_asked_for_where_nothing_falls() -> None:
    assert changes((Stage(until=10, mocks=100),), first=0, count=100, total=100) == []
    assert math.isinf(Staging((), first=0, count=100, total=100).next_due())


def test_changes_are_taken_once_and_dropped_for_good() -> None:
    staging = Staging(UP_HOLD_DOWN, first=0, count=100, total=100)

    assert staging.take(35.0) == 50
    assert staging.take(35.0) is None
    assert staging.next_due() == pytest.approx(35.1)
    staging.drop()
    assert math.isinf(staging.next_due())
