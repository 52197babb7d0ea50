"""walk, ou, brownian, ar, markov, correlated: what theory says of them at fixed seeds."""

from typing import Any

import numpy as np
import pytest

from simulator.definition.metrics.metric import read_generator
from simulator.errors import DatasetError
from simulator.generators import Column
from simulator.generators.ar import Fit, fitted, largest_root

from .bench import cast, column, readings, sample, table

MOCKS = 10_000


def series(generator: dict[str, Any], times: Any, mocks: int = MOCKS, **datasets: Any) -> Any:
    """Return what ``mocks`` read at each of ``times``: an array of times × mocks."""
    made = column(generator, cast(mocks, **datasets))
    return np.array(list(readings(made, mocks, times)))


def correlation(one: Any, other: Any) -> float:
    return float(np.corrcoef(one, other)[0, 1])


@pytest.mark.parametrize("at_bounds", ["reflect", "absorb", "hold"])
@pytest.mark.parametrize("process", ["walk", "brownian", "ou"])
def test_no_process_leaves_its_bounds(process: str, at_bounds: str) -> None:
    own = {
        "walk": {"start": 4, "step": 2},
        "brownian": {"start": 4, "drift": 1, "volatility": 2, "per": 1},
        "ou": {"mean": 4, "deviation": 2, "rate": 0.5},
    }
    bounds = {"min": 3, "max": 6, "at_bounds": at_bounds}

    values = series({process: {**own[process], **bounds}}, range(30), mocks=300)

    assert values.min() >= 3
    assert values.max() <= 6
    held = np.isin(values, [3, 6]).mean()
    assert (held > 0.05) == (at_bounds != "reflect")


def test_what_is_absorbed_stays_for_ever() -> None:
    walk = {"walk": {"start": 4, "step": 2, "min": 3, "max": 6, "at_bounds": "absorb"}}

    values = series(walk, range(40), mocks=300)

    at_a_bound = np.isin(values, [3, 6])
    assert np.array_equal(np.maximum.accumulate(at_a_bound), at_a_bound)
    assert at_a_bound[-1].mean() > 0.95


@pytest.mark.parametrize(
    "speed", [{"rate": 0.1}, {"time_constant": "10s"}, {"half_life": 10 * np.log(2)}]
)
def test_ou_keeps_its_mean_its_deviation_and_its_memory_whatever_the_interval(
    speed: dict[str, Any],
) -> None:
    times = [0, 3, 5, 25, 25.5, 100]

    values = series({"ou": {"mean": 20, "deviation": 3, **speed}}, times)

    assert values.mean(axis=1) == pytest.approx([20] * 6, abs=0.1)
    assert values.std(axis=1) == pytest.approx([3] * 6, rel=0.03)
    for i, j in ((0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5)):
        wanted = np.exp(-0.1 * (times[j] - times[i]))
        assert correlation(values[i], values[j]) == pytest.approx(wanted, abs=0.04)


def test_ou_begins_where_it_is_told_and_goes_to_its_mean() -> None:
    values = series({"ou": {"mean": 20, "deviation": 3, "rate": 0.1, "start": 50}}, [0, 10])

    assert set(values[0]) == {50.0}
    assert values[1].mean() == pytest.approx(20 + 30 * np.exp(-1), abs=0.1)
    assert values[1].std() == pytest.approx(3 * np.sqrt(1 - np.exp(-2)), rel=0.03)


def test_brownian_motion_drifts_and_spreads_with_the_root_of_time() -> None:
    brownian = {"start": 5, "drift": 2, "volatility": 3, "per": "1min"}

    values = series({"brownian": brownian}, [0, 15, 60, 240])

    assert set(values[0]) == {5.0}
    assert values.mean(axis=1) == pytest.approx([5, 5.5, 7, 13], abs=0.15)
    assert values.std(axis=1)[1:] == pytest.approx([1.5, 3, 6], rel=0.03)
    steps = np.diff(values, axis=0)
    assert correlation(steps[1], steps[2]) == pytest.approx(0, abs=0.03)


def test_geometric_brownian_motion_grows_by_shares_and_keeps_its_sign() -> None:
    price = {"start": 100, "drift": 0.5, "volatility": 0.3, "per": "1h", "geometric": True}

    values = series({"brownian": price}, [0, 3600, 7200])

    assert values.min() > 0
    assert values.mean(axis=1) == pytest.approx([100, 100 * np.exp(0.5), 100 * np.e], rel=0.02)
    assert np.log(values[2] / values[1]).std() == pytest.approx(0.3, rel=0.03)


def test_ar_1_has_the_deviation_and_the_autocorrelation_of_theory_from_the_first_reading() -> None:
    values = series({"ar": {"mean": 7, "coefficients": [0.8], "noise": 2}}, range(6))

    assert values.mean(axis=1) == pytest.approx([7] * 6, abs=0.1)
    assert values.std(axis=1) == pytest.approx([2 / np.sqrt(1 - 0.64)] * 6, rel=0.03)
    for lag in range(1, 6):
        assert correlation(values[0], values[lag]) == pytest.approx(0.8**lag, abs=0.03)


def test_ar_2_obeys_the_equations_of_yule_and_walker() -> None:
    one, two = 1.2, -0.6
    values = series({"ar": {"coefficients": [one, two], "noise": 1}}, range(5))

    first = one / (1 - two)
    second = one * first + two
    third = one * second + two * first
    for lag, wanted in enumerate((first, second, third), start=1):
        assert correlation(values[0], values[lag]) == pytest.approx(wanted, abs=0.03)
    deviation = 1 / np.sqrt(1 - one * first - two * second)
    assert values.std(axis=1) == pytest.approx([deviation] * 5, rel=0.03)


@pytest.mark.parametrize(
    ("coefficients", "is_stationary"),
    [([0.99], True), ([1.0], False), ([-1.01], False), ([1.2, -0.4], True), ([0.6, 0.5], False)],
)
def test_ar_that_would_grow_without_end_is_refused(
    coefficients: list[float], is_stationary: bool
) -> None:
    assert (largest_root(tuple(coefficients)) < 1) == is_stationary
    if not is_stationary:
        with pytest.raises(ValueError, match=r"not stationary, .* root must be below 1"):
            read_generator({"ar": {"coefficients": coefficients, "noise": 1}})


def test_ar_is_fitted_to_a_recording() -> None:
    recorded = series({"ar": {"mean": 30, "coefficients": [0.5, 0.3], "noise": 2}}, range(4000), 1)
    lines = "\n".join(["n,v", *(f"{i},{v}" for i, v in enumerate(recorded[:, 0]))])
    data = {"rec_csv": table(lines)}

    found = fitted(Fit(dataset="rec.csv", column="v", order=2), {"rec.csv": data["rec_csv"]})
    simulated = series(
        {"ar": {"fit": {"dataset": "rec.csv", "column": "v", "order": 2}}}, range(3), **data
    )

    assert found.mean == pytest.approx(30, abs=0.5)
    assert found.coefficients == pytest.approx([0.5, 0.3], abs=0.05)
    assert found.noise == pytest.approx(2, rel=0.05)
    assert simulated.std() == pytest.approx(recorded.std(), rel=0.05)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (["a"] * 50, "column 'v' must hold numbers, it holds text"),
        (["1"] * 15, "an order of 2 needs 20 numbers or more, column 'v' has 15"),
    ],
)
def test_ar_refuses_a_recording_that_says_nothing(lines: list[str], text: str) -> None:
    data = table("\n".join(["v,w", *(f"{each},1" for each in lines)]))

    with pytest.raises(DatasetError, match=text):
        fitted(Fit(dataset="rec.csv", column="v", order=2), {"rec.csv": data})


CHAIN = {"a": {"a": 6, "b": 4}, "b": {"a": 1, "c": 1}, "c": {"a": 1}}
MATRIX = np.array([[0.6, 0.4, 0.0], [0.5, 0.0, 0.5], [1.0, 0.0, 0.0]])
STATIONARY = np.linalg.matrix_power(MATRIX, 200)[0]


def shares(values: Any) -> list[float]:
    return [float(np.mean(values == state)) for state in "abc"]


def test_markov_begins_in_its_first_state_and_steps_by_its_chances() -> None:
    values = series({"markov": {"chain": CHAIN}}, range(40))

    assert set(values[0]) == {"a"}
    assert shares(values[39]) == pytest.approx(STATIONARY, abs=0.015)
    for row, state in enumerate("abc"):
        following = values[21:][values[20:-1] == state]
        assert shares(following) == pytest.approx(MATRIX[row], abs=0.01)


def test_markov_by_time_takes_as_many_steps_as_have_passed() -> None:
    by_time = {"markov": {"chain": CHAIN, "step": "1min"}}

    values = series(by_time, [0, 59, 60, 240])

    assert set(values[0]) == set(values[1]) == {"a"}
    assert shares(values[2]) == pytest.approx(MATRIX[0], abs=0.015)
    assert shares(values[3]) == pytest.approx(np.linalg.matrix_power(MATRIX, 4)[0], abs=0.015)


def test_markov_of_numbers_starts_where_it_is_told() -> None:
    numbers = {"states": [0, 5], "matrix": [[0, 1], [1, 0]], "start": 5}

    values = series({"markov": numbers}, range(4), mocks=2)

    assert values.dtype == np.int64
    assert values[:, 0].tolist() == [5, 0, 5, 0]


def test_markov_learns_how_often_each_follows_each() -> None:
    modes = ["idle", "idle", "idle", "busy", "busy", "idle", "off"]
    data = table("\n".join(["n,mode", *(f"{i},{mode}" for i, mode in enumerate(modes))]))
    learn = {"markov": {"learn": {"dataset": "rec.csv", "column": "mode"}}}

    values = series(learn, range(3), rec_csv=data)

    after_idle = values[1]
    assert np.mean(after_idle == "idle") == pytest.approx(0.5, abs=0.02)
    assert np.mean(after_idle == "off") == pytest.approx(0.25, abs=0.02)
    assert set(values[2][after_idle == "off"]) == {"off"}


def test_correlated_parts_have_the_covariance_that_was_asked_for() -> None:
    wanted = {("a", "b"): 0.8, ("a", "c"): -0.5, ("b", "c"): -0.2}
    parts = {name: {"mean": i, "deviation": i + 1} for i, name in enumerate("abc")}
    pairs = [[*pair, share] for pair, share in wanted.items()]
    made = column({"correlated": {"parts": parts, "correlations": pairs}}, cast(20_000))

    drawn = made.draw(sample(np.arange(20_000)))

    assert isinstance(drawn, dict)
    for i, name in enumerate("abc"):
        assert drawn[name].mean() == pytest.approx(i, abs=0.05)
        assert drawn[name].std() == pytest.approx(i + 1, rel=0.03)
    for (one, other), share in wanted.items():
        assert correlation(drawn[one], drawn[other]) == pytest.approx(share, abs=0.02)


def test_correlated_parts_with_a_half_life_remember() -> None:
    parts = {"a": {"mean": 0, "deviation": 1}, "b": {"mean": 0, "deviation": 1}}
    pairs = [["a", "b", 0.6]]
    generator = {"correlated": {"parts": parts, "correlations": pairs, "half_life": "10s"}}
    made = column(generator, cast(MOCKS))

    first, second = readings(made, MOCKS, [0, 20])

    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert correlation(first["a"], second["a"]) == pytest.approx(0.25, abs=0.03)
    assert correlation(second["a"], second["b"]) == pytest.approx(0.6, abs=0.02)
    assert correlation(first["a"], second["b"]) == pytest.approx(0.15, abs=0.03)


def test_what_follows_wholly_from_others_is_possible() -> None:
    parts = {name: {"mean": 0, "deviation": 1} for name in "ab"}
    made = column({"correlated": {"parts": parts, "correlations": [["a", "b", -1]]}}, cast(50))

    drawn = made.draw(sample(np.arange(50)))

    assert isinstance(drawn, dict)
    np.testing.assert_array_equal(drawn["a"], -drawn["b"])


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"walk": {"start": 1, "step": 1, "at_bounds": "absorb"}}, "absorb needs min or max"),
        ({"ou": {"mean": 1, "deviation": 1}}, "one of half_life, time_constant and rate, got none"),
        (
            {"ou": {"mean": 1, "deviation": 1, "rate": 1, "half_life": 1}},
            "needs one of half_life, time_constant and rate, got half_life and rate",
        ),
        ({"ou": {"mean": 1, "deviation": 1, "rate": 1, "min": 2}}, "mean must be from 2 to inf"),
        (
            {"brownian": {"start": 0, "volatility": 1, "geometric": True}},
            "needs a start that is not 0",
        ),
        ({"ar": {"coefficients": [0.5]}}, "needs coefficients and noise, or fit"),
        ({"markov": {}}, "needs one of chain, states with matrix, and learn"),
        ({"markov": {"chain": {"a": {"c": 1}, "b": {}}}}, "'a' leads to 'c', allowed: a, b"),
        ({"markov": {"chain": {"a": {"a": 0}}}}, "'a' leads nowhere"),
        ({"markov": {"chain": {"a": {"a": 1}}, "start": "b"}}, "start: no state 'b'"),
        (
            {"markov": {"states": [1, 2], "matrix": [[1, 2]]}},
            "matrix needs 2 rows of 2 weights, got rows of 2",
        ),
        (
            {"correlated": {"parts": {"a": {"mean": 0, "deviation": 1}}, "correlations": [
                ["a", "temp", 0.5]]}},
            "correlations: no part 'temp', allowed: a",
        ),
        (
            {
                "correlated": {
                    "parts": {n: {"mean": 0, "deviation": 1} for n in "abc"},
                    "correlations": [["a", "b", 0.9], ["b", "c", 0.9], ["a", "c", -0.9]],
                }
            },
            "these correlations cannot be together: .* must be 0 or more and is -0.8",
        ),
    ],
)  # fmt: skip
def test_a_process_that_cannot_be_is_refused_in_words(generator: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)


def test_processes_read_at_odd_times_do_not_fail() -> None:
    for word in ("ou", "brownian"):
        own = {"mean": 1, "deviation": 1, "rate": 1} if word == "ou" else {"start": 1}
        made: Column = column({word: {"volatility": 1, **own} if "start" in own else own})
        made.draw(sample([0, 1, 2], t=[5.0, 5.0, 5.0]))

        back = made.draw(sample([0, 1], t=[3.0, 1e12], count=1))

        assert np.isfinite(back).all()
