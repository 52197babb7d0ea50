"""formula, hysteresis, lag, integral, derivative: against what can be computed by hand."""

from typing import Any

import numpy as np
import pytest

from simulator.definition.metrics.metric import read_generator
from simulator.generators import Cast, Column

from .bench import EPOCH, cast, column, sample

MOCKS = 10_000


def follow(made: Column, steps: list[tuple[float, Any]], **known: Any) -> list[Any]:
    """Return what the first mock reads at each time, ``u`` being what is given there."""
    given = []
    for count, (t, u) in enumerate(steps):
        values = made.draw(sample([0], t=t, count=count, u=np.array([u]), **known))
        assert not isinstance(values, dict)
        given.append(values[0])
    return given


def test_a_formula_draws_anew_at_each_reading_and_place_and_mock() -> None:
    made = column({"formula": "uniform(10, 20) + 100 * uniform(0, 1)"}, cast(MOCKS))
    rows = np.arange(MOCKS)

    first, second = (made.draw(sample(rows, count=count)) for count in (0, 1))
    again = column({"formula": "uniform(10, 20) + 100 * uniform(0, 1)"}, cast(MOCKS)).draw(
        sample(rows, count=1)
    )

    assert first.mean() == pytest.approx(65, abs=1)
    assert first.std() == pytest.approx(np.sqrt((10**2 + 100**2) / 12), rel=0.03)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0, abs=0.03)
    np.testing.assert_array_equal(second, again)


@pytest.mark.parametrize(
    ("text", "mean", "deviation"),
    [
        ("normal(5, 2)", 5, 2),
        ("integer(1, 6)", 3.5, np.sqrt(35 / 12)),
        ("exponential(3)", 3, 3),
        ("chance(0.25) + 0", 0.25, np.sqrt(0.1875)),
        ("uniform(0, index * 0 + 12)", 6, np.sqrt(12)),
    ],
)
def test_a_random_function_has_the_moments_of_its_distribution(
    text: str, mean: float, deviation: float
) -> None:
    rows = np.arange(MOCKS)

    values = column({"formula": text}, cast(MOCKS)).draw(sample(rows, index=rows))

    assert values.mean() == pytest.approx(mean, abs=4 * deviation / np.sqrt(MOCKS))
    assert values.std() == pytest.approx(deviation, rel=0.05)


# on, off: what is read, step by step, from off; the truth table of a switch with a dead band.
@pytest.mark.parametrize(
    ("on", "off", "given", "wanted"),
    [
        (8, 6, [5, 7, 8, 7, 6, 7, 9, 5], [0, 0, 1, 1, 0, 0, 1, 0]),  # cooling: on above
        (18, 22, [20, 18, 20, 22, 20, 17, 23], [0, 1, 1, 0, 0, 1, 0]),  # heating: on below
        (8, 6, [float("nan"), 9, float("nan"), 5], [0, 1, 1, 0]),
    ],
)
def test_a_hysteresis_switches_at_its_thresholds_and_keeps_between(
    on: float, off: float, given: list[float], wanted: list[int]
) -> None:
    made = column({"hysteresis": {"of": "u", "on_at": on, "off_at": off}})

    values = follow(made, list(enumerate(given)))

    assert values == [bool(each) for each in wanted]


def test_a_hysteresis_waits_for_its_delays() -> None:
    delays = {"on_delay": "10s", "off_delay": "20s", "then": "open", "otherwise": "closed"}
    made = column({"hysteresis": {"of": "u", "on_at": 8, "off_at": 6, **delays}})
    steps = [(0, 9), (5, 9), (6, 7), (7, 9), (16, 9), (17, 9), (20, 5), (39, 5), (40, 5)]

    values = follow(made, steps)

    assert values == ["closed"] * 5 + ["open"] * 3 + ["closed"]


def test_a_hysteresis_takes_thresholds_of_each_mock() -> None:
    made = column({"hysteresis": {"of": "u", "on_at": "limit", "off_at": "limit - 1"}})

    values = made.draw(sample([0, 1, 2], u=np.full(3, 5.0), limit=np.array([4, 5, 6])))

    assert values.tolist() == [True, True, False]


def test_a_lag_follows_a_step_along_the_exponential_whatever_the_interval() -> None:
    made = column({"lag": {"of": "u", "time_constant": "60s"}})
    times = [0, 1, 7, 60, 61.5, 300]

    values = follow(made, [(0, 20.0), *((t, 80.0) for t in times)])

    assert values[0] == 20
    wanted = [80 - 60 * np.exp(-t / 60) for t in times]
    assert values[1:] == pytest.approx(wanted, rel=1e-12)


def test_a_lag_rises_and_falls_with_its_own_times_and_waits_where_there_is_no_value() -> None:
    made = column({"lag": {"of": "u", "up": "10s", "down": "100s", "initial": 0}})

    values = follow(made, [(0, 1.0), (10, 1.0), (20, float("nan")), (30, 0.0)])

    up = 1 - np.exp(-1)
    assert values == pytest.approx([0, up, up, up * np.exp(-0.1)])


def test_an_integral_of_a_straight_line_is_exact() -> None:
    made = column({"integral": {"of": "u", "scale": 0.001, "initial": 5}})
    times = [0, 10, 11, 500, 3600, 9000]

    values = follow(made, [(t, 1000 + 2 * t) for t in times])

    wanted = [5 + (1000 * t + t * t) / 3600 / 1000 for t in times]
    assert values == pytest.approx(wanted, rel=1e-12)


def test_meters_begin_spread_and_roll_over_at_their_last_digit() -> None:
    integral = {"of": 1, "per": 1, "initial": "uniform(0, 1000)", "digits": 3}
    made = column({"integral": integral}, cast(MOCKS))
    rows = np.arange(MOCKS)

    first, second = (made.draw(sample(rows, t=t, count=t)) for t in (0, 400))

    assert (first.min(), first.max()) == pytest.approx((0, 1000), abs=1)
    assert second.min() >= 0
    assert second.max() < 1000
    np.testing.assert_allclose(second, np.mod(first + 400, 1000))


def test_a_meter_is_reset_at_the_clock_time_itself() -> None:
    made = column({"integral": {"of": "u", "per": 1, "reset": {"at": "0 * * * * *"}}})
    assert EPOCH % 60 == 0

    values = follow(made, [(50, 0.0), (59, 9.0), (70, 20.0), (190, 140.0), (200, 0.0)])

    # u = t - 50: from each full minute on the area of a trapezoid.
    assert values == pytest.approx([0, 40.5, (10 + 20) / 2 * 10, (130 + 140) / 2 * 10, 1350 + 700])


def test_a_meter_is_reset_on_entering_a_status() -> None:
    mocks = Cast(first=0, count=2, seed=1, epoch=EPOCH, statuses=("on", "service"))
    made = read_generator({"integral": {"of": 2, "per": 1, "reset": {"in": ["service"]}}}).column(
        mocks, "m"
    )

    values = []
    for count, (t, code, entered) in enumerate([(0, 0, 0), (10, 0, 0), (20, 1, 15), (30, 1, 15)]):
        one = sample([0, 1], t=t, count=count, entered=entered)
        object.__setattr__(one, "status", np.array([code, 0], dtype=np.uint8))
        values.append(made.draw(one).tolist())

    assert values == [[0, 0], [20, 20], [10, 40], [30, 60]]


def test_an_integral_counts_what_is_known_where_a_value_is_missing() -> None:
    made = column({"integral": {"of": "u", "per": 1}})

    values = follow(made, [(0, 4.0), (1, float("nan")), (2, 6.0), (3, 6.0)])

    assert values == [0, 4, 9, 15]


def test_a_derivative_is_the_slope_between_two_readings() -> None:
    made = column({"derivative": {"of": "u", "per": "1min"}})

    values = follow(made, [(0, 1.0), (10, 2.0), (30, 2.0), (30, 5.0), (40, 4.0)])

    assert values[:3] == [0, 6, 0]
    assert np.isnan(values[3])
    assert values[4] == -6


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"hysteresis": {"of": "t", "on_at": 5, "off_at": 5}}, "on_at and off_at must differ"),
        ({"lag": {"of": "t", "up": 5}}, "needs time_constant, or both up and down"),
        ({"lag": {"of": "uniform(1, 2)", "up": 5}}, "only a formula draws at random"),
        ({"integral": {"of": "t", "reset": {}}}, "needs at .* or in"),
        ({"integral": {"of": "t", "initial": "mock(1).t"}}, "initial cannot read other mocks"),
        ({"integral": {"of": "t", "digits": 0}}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_derived_is_refused_in_words(generator: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)
