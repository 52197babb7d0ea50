"""When mocks send, in which order, and what neither steps nor shards may change."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.fleet import Fleet
from simulator.fleet.fleet import MAX_EVENTS
from simulator.lot.pace import Pace
from simulator.lot.ramp import Ramp
from tests.simulator.fleet.lives import Life, fleet, live, steps

BUSY = {
    "variables": {"site": {"choice": ["tokyo", "osaka"]}},
    "metrics": {
        "level": {"walk": {"start": 5, "step": 2, "min": 0, "max": 10}},
        "door": {"pick": ["open", "closed"], "order": "random"},
        "count": {"counter": {"start": 1}},
    },
    "messages": {
        "fast": {
            "every": "1s ± 0.9s",
            "topic": "{site}/{id}",
            "json": {"at": "{now:us}", "n": "{seq}", "level": "{level}", "door": "{door}"},
        },
        "slow": {
            "every": "3s",
            "path": "/slow/{index}",
            "json": {"list": {"bulk": {"count": 3, "step": "0.5s", "of": "{level:.3f}"}}},
        },
        "alarm": {"every": "0.5s", "topic": "alarm", "json": ["{count}", "{status}"]},
    },
    "statuses": {
        "fine": {
            "send": ["fast", "slow"],
            "go": [
                {"to": "bad", "when": "level > 8", "chance": "60%"},
                {"to": "away", "chance": "2% per second"},
                {"to": "fine", "at": "*/7 * * * * *"},
            ],
        },
        "bad": {
            "send": ["fast", "alarm"],
            "go": [
                {"to": "fine", "after": "4s ± 3s", "chance": "70%"},
                {"to": "gone", "chance": "20%"},
            ],
        },
        "away": {"connected": False, "go": [{"to": "waiting", "after": "2s"}]},
        "waiting": {"go": [{"to": "fine", "when": "level < 7"}]},
        "gone": {"end": True},
    },
}


def busy(first: int = 0, count: int = 12, seed: int = 1, total: int = 12) -> Fleet:
    return fleet(
        **BUSY, first=first, count=count, total=total, seed=seed, pace=Pace(ramp=Ramp(over=6.0))
    )


def outcome(life: Life) -> tuple[object, ...]:
    return sorted(life.sent), sorted(life.moves), sorted(life.ended)


@pytest.fixture(scope="module")
def whole() -> Life:
    return live(busy(), steps(40.0, 0.5))


def test_the_busy_fleet_does_everything_that_can_be_done(whole: Life) -> None:
    assert {each.message for each in whole.sent} == {"fast", "slow", "alarm"}
    ways = {(before, after) for _, _, before, after, _ in whole.moves}
    assert ways >= {
        ("fine", "bad"), ("bad", "fine"), ("bad", "gone"), ("fine", "away"),
        ("away", "waiting"), ("waiting", "fine"), ("fine", "fine"),
    }  # fmt: skip


@pytest.mark.parametrize("cuts", [[0, 12], [0, 5, 12], [0, 1, 2, 4, 5, 8, 11, 12]])
def test_shards_do_not_show_in_what_is_sent(whole: Life, cuts: list[int]) -> None:
    together = Life()
    for first, end in pairwise(cuts):
        part = live(busy(first, end - first), steps(40.0, 0.5), first=first)
        together.sent += part.sent
        together.moves += part.moves
        together.ended += part.ended

    assert outcome(together) == outcome(whole)


@settings(deadline=None, max_examples=6)
@given(st.lists(st.floats(0.01, 10.0), max_size=8), st.integers(0, 2**63 - 1))
def test_steps_do_not_show_in_what_is_sent(gaps: list[float], seed: int) -> None:
    # All are connected at their switching on, or the moment of it would differ with the steps.
    start = [i * 0.5 for i in range(13)]
    later = 6.0 + np.cumsum(gaps)
    odd = live(busy(seed=seed), [*start, *later[later < 24.0].tolist(), 24.0])

    even = live(busy(seed=seed), [*start, *(6.0 + 0.7 * i for i in range(1, 26)), 24.0])

    assert outcome(odd) == outcome(even)


def test_ten_milliseconds_and_ten_seconds_give_the_same() -> None:
    fine, coarse = (live(fleet(**BUSY, count=4), steps(20.0, step)) for step in (0.01, 10.0))

    assert outcome(fine) == outcome(coarse)


def test_each_mock_counts_its_messages_without_gap_or_repeat(whole: Life) -> None:
    for mock in range(12):
        mine = [each for each in whole.sent if each.mock == mock]

        assert [each.sequence for each in mine] == list(range(1, len(mine) + 1))
        assert [each.t for each in mine] == sorted(each.t for each in mine)


def test_another_seed_gives_other_values(whole: Life) -> None:
    assert outcome(live(busy(seed=2), steps(40.0, 0.5))) != outcome(whole)


def test_messages_come_at_exact_intervals_after_a_first_moment_of_chance() -> None:
    life = live(fleet(count=50), steps(20.0, 0.1))

    by_mock = [[each.t for each in life.sent if each.mock == mock] for mock in range(50)]
    firsts = [times[0] for times in by_mock]
    assert min(firsts) < 0.1
    assert 0.9 < max(firsts) < 1.0
    assert all(len(times) == 20 for times in by_mock)
    assert all(np.allclose(np.diff(times), 1.0, atol=1e-9) for times in by_mock)


def test_a_long_interval_begins_within_ten_seconds() -> None:
    messages = {"daily": {"every": "1d", "topic": "t", "json": 1}}

    life = live(fleet(count=200, messages=messages), steps(20.0, 1.0))

    assert len(life.sent) == 200
    assert 9.5 < max(each.t for each in life.sent) < 10.0


def test_a_spread_is_drawn_evenly_around_the_interval() -> None:
    messages = {"m": {"every": "10s ± 2s", "topic": "t", "json": 1}}

    life = live(fleet(count=20, messages=messages), [0.0, 2000.0])

    gaps = np.concatenate(
        [np.diff([each.t for each in life.sent if each.mock == mock]) for mock in range(20)]
    )
    assert 8.0 <= gaps.min() < 8.05
    assert 11.95 < gaps.max() <= 12.0
    assert abs(gaps.mean() - 10.0) < 0.06
    assert abs(gaps.std() - 4 / np.sqrt(12)) < 0.05


def test_a_rate_is_shared_by_the_messages_of_a_status() -> None:
    messages = {
        name: {"every": every, "topic": name, "json": 1}
        for name, every in (("a", "1h ± 5min"), ("b", "3s"))
    }

    life = live(fleet(count=3, messages=messages, rate=4.0), steps(30.0, 0.5))

    assert len(life.sent) == 3 * 4 * 30
    assert sum(each.message == "a" for each in life.sent) == 3 * 2 * 30


@pytest.mark.parametrize("rate", [1e-9, 1e-300])
def test_a_rate_of_next_to_nothing_sends_once(rate: float) -> None:
    messages = {"m": {"every": "1s", "topic": "t", "json": 1}}

    life = live(fleet(count=3, messages=messages, rate=rate), [0.0, 604_800.0])

    assert len(life.sent) == 3


def test_ten_hours_pass_in_a_moment() -> None:
    messages = {"m": {"every": "1min", "topic": "t", "json": "{seq}"}}

    life = live(fleet(count=5, messages=messages), [0.0, 36_000.0])

    assert len(life.sent) == 5 * 600


def test_a_late_call_is_bounded_and_the_rest_stays_due() -> None:
    mocks = fleet(count=2_000)
    mocks.connected(mocks.due(0.0).connect, 0.0)

    calls = [mocks.due(60.0)]
    while mocks.next_due() <= 60.0:
        calls.append(mocks.due(60.0))

    sizes = [sum(len(batch) for batch in due.sends) for due in calls]
    assert max(sizes) <= MAX_EVENTS
    assert sum(sizes) == 2_000 * 60
    assert mocks.sequence.tolist() == [60] * 2_000
    assert mocks.next_due() > 60.0


def test_large_bulks_make_the_bound_smaller() -> None:
    messages = {
        "m": {
            "every": "1s",
            "topic": "t",
            "json": {"bulk": {"count": 10_000, "step": "1ms", "of": "{index}"}},
        }
    }
    mocks = fleet(count=300, messages=messages)
    mocks.connected(mocks.due(0.0).connect, 0.0)
    while mocks.next_due() <= 0.0:
        mocks.connected(mocks.due(0.0).connect, 0.0)

    due = mocks.due(1.0)

    assert sum(len(batch) for batch in due.sends) <= 200
    assert mocks.next_due() <= 1.0


def test_nothing_is_planned_before_a_mock_is_connected() -> None:
    mocks = fleet(count=3)
    asked = mocks.due(0.0).connect

    mocks.connected(asked[:2], 0.5)
    mocks.connected(asked[:1], 0.9)  # again: its life has begun already

    assert {row for batch in mocks.due(30.5).sends for row in batch.rows.tolist()} == {0, 1}
    assert mocks.sequence.tolist() == [30, 30, 0]


def test_a_ramp_switches_mocks_on_one_after_the_other() -> None:
    life = live(
        fleet(first=10, count=5, total=20, pace=Pace(ramp=Ramp(over=100.0))),
        steps(100.0, 1.0),
        first=10,
    )

    assert life.connects == [(50.0, 10), (55.0, 11), (60.0, 12), (65.0, 13), (70.0, 14)]
    assert min(each.t for each in life.sent if each.mock == 14) >= 70.0


def test_old_timers_do_not_pile_up_in_the_wheel() -> None:
    statuses = {
        "a": {"go": [{"to": "b", "after": "1s"}, {"to": "a", "after": "30d"}]},
        "b": {"go": [{"to": "a", "after": "1s"}]},
    }
    mocks = fleet(count=10, statuses=statuses)

    live(mocks, [0.0, *(100.0 * i for i in range(1, 30))])

    assert len(mocks._mocks.timers._wheel) <= 4 * mocks._mocks.timers.planned.size
