"""How many mocks of a run are to be on when."""

import pytest

from simulator.lot.pace import Pace
from simulator.lot.presence import Presence

STAGES = [
    {"until": 10, "mocks": 100},
    {"until": 20},
    {"until": 30, "mocks": 40},
    {"until": 40, "mocks": 60},
]


def planned(*counts: tuple[float, int], own: int = 100, **pace: object) -> Presence:
    corners = Pace.model_validate(pace).corners(own, 60.0)
    return Presence(own=own, corners=corners, counts=counts)


def test_all_are_on_from_the_start_without_a_ramp() -> None:
    plan = planned()

    assert [plan.on(t) for t in (0.0, 1.0, 60.0, 99.0)] == [100] * 4
    assert plan.mock_seconds(60.0) == 6000


def test_stages_rise_are_held_and_fall() -> None:
    plan = planned(stages=STAGES)

    assert [plan.on(t) for t in (0, 5, 10, 15, 25, 30, 35, 50)] == [0, 50, 100, 100, 70, 40, 50, 60]
    assert [plan.most(t) for t in (5, 25, 60)] == [50, 100, 100]
    assert plan.mock_seconds(60.0) == 500 + 1000 + 700 + 500 + 1200


def test_steps_of_a_ramp_are_steps() -> None:
    plan = planned(ramp={"steps": [{"after": 5, "mocks": "30%"}, {"after": 10, "mocks": "100%"}]})

    assert [plan.on(t) for t in (4.9, 5, 9.9, 10)] == [0, 30, 30, 100]
    assert plan.mock_seconds(20.0) == 5 * 30 + 10 * 100


def test_an_order_ends_the_stages_and_may_add_mocks() -> None:
    plan = planned((25.0, 30), (35.0, 150), (50.0, 90), stages=STAGES)

    assert [plan.on(t) for t in (24, 25, 34, 35, 49, 50, 60)] == [76, 30, 30, 150, 150, 90, 90]
    assert plan.most(60.0) == 150


def test_a_ramp_goes_on_below_what_is_ordered() -> None:
    plan = planned((10.0, 50), (20.0, 120), ramp=40.0)

    assert [plan.on(t) for t in (8, 16, 20, 21, 30, 40)] == [20, 40, 70, 72, 95, 120]
    assert plan.on(19.99) == pytest.approx(49)


def test_two_orders_of_one_moment_leave_the_last() -> None:
    assert planned((10.0, 50), (10.0, 70)).on(10.0) == 70


def test_the_last_rise_is_known() -> None:
    plan = planned((25.0, 30), (50.0, 150), stages=STAGES)

    assert [plan.risen(t) for t in (5, 10, 24, 49, 50, 60)] == [5, 10, 10, 10, 50, 50]


def test_the_lines_begin_at_the_start_and_end_where_asked() -> None:
    plan = planned((10.0, 50), ramp=40.0)

    assert plan.lines(30.0) == [(0.0, 0.0), (10.0, 25.0), (10.0, 25.0), (20.0, 50), (30.0, 50)]
