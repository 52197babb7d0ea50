"""constant, uniform, normal, walk, pick, counter: what is drawn, and what is refused."""

from typing import Any

import numpy as np
import pytest

from simulator.definition.metrics.metric import read_generator

from .bench import cast, column, readings, sample


def drawn(generator: dict[str, Any], times: int = 1, mocks: int = 1) -> list[Any]:
    """Return what the first mock reads at each time."""
    made = column(generator, cast(mocks))
    return [values[0] for values in readings(made, mocks, range(times))]


def many(generator: dict[str, Any], mocks: int = 20_000) -> Any:
    return column(generator, cast(mocks)).draw(sample(np.arange(mocks)))


@pytest.mark.parametrize(
    ("value", "dtype"), [(5, "i"), (5.5, "f"), (True, "b"), ("open", "O"), (None, "O")]
)
def test_a_constant_keeps_its_type(value: Any, dtype: str) -> None:
    values = column({"constant": value}).draw(sample([0, 1]))

    assert values.tolist() == [value, value]
    assert values.dtype.kind == dtype


def test_uniform_values_lie_between_the_bounds_evenly() -> None:
    values = many({"uniform": {"min": -3, "max": 7}})

    assert values.min() >= -3
    assert values.max() < 7
    assert values.mean() == pytest.approx(2, abs=0.1)
    assert np.histogram(values, 10)[0] == pytest.approx(2000, rel=0.1)


def test_whole_uniform_numbers_include_both_bounds() -> None:
    values = many({"uniform": {"min": -1, "max": 2, "whole": True}})

    assert values.dtype == np.int64
    assert np.unique(values).tolist() == [-1, 0, 1, 2]
    assert np.bincount(values + 1) == pytest.approx(5000, rel=0.1)


def test_normal_values_have_their_mean_and_deviation() -> None:
    values = many({"normal": {"mean": 20, "deviation": 3}})

    assert values.mean() == pytest.approx(20, abs=0.1)
    assert values.std() == pytest.approx(3, abs=0.1)


def test_normal_values_beyond_a_bound_are_put_at_it() -> None:
    values = many({"normal": {"mean": 20, "deviation": 3, "min": 19, "max": 21}})

    assert (values.min(), values.max()) == (19, 21)
    assert np.mean(values == 19) == pytest.approx(0.37, abs=0.02)


def test_a_walk_starts_at_its_start_and_steps_by_its_deviation() -> None:
    made = column({"walk": {"start": 4, "step": 0.5}}, cast(20_000))

    first, second, third = readings(made, 20_000, range(3))

    assert np.all(first == 4)
    assert (second - first).std() == pytest.approx(0.5, rel=0.02)
    assert (third - second).std() == pytest.approx(0.5, rel=0.02)
    assert np.corrcoef(second - first, third - second)[0, 1] == pytest.approx(0, abs=0.03)


def test_a_pulled_walk_spreads_as_its_formula_says() -> None:
    generator = {"walk": {"start": 10, "step": 0.5, "pull": 0.1, "to": 4}}
    *_, last = readings(column(generator, cast(20_000)), 20_000, range(100))

    assert last.mean() == pytest.approx(4, abs=0.05)
    assert last.std() == pytest.approx(0.5 / np.sqrt(0.1 * 1.9), rel=0.02)


@pytest.mark.parametrize(
    "bounds", [{"min": 3, "max": 4.5}, {"min": 3}, {"max": 4.5}, {"min": 4, "max": 4.01}]
)
def test_a_walk_never_leaves_its_bounds_nor_sticks_to_them(bounds: dict[str, float]) -> None:
    generator = {"walk": {"start": 4, "step": 2, **bounds}}

    values = np.array(list(readings(column(generator, cast(500)), 500, range(50))))

    assert values.min() >= bounds.get("min", -np.inf)
    assert values.max() <= bounds.get("max", np.inf)
    assert np.mean(np.isin(values[1:], list(bounds.values()))) < 0.01


def test_mocks_that_read_at_different_times_keep_their_own_walks() -> None:
    together = column({"walk": {"start": 0, "step": 1}})
    apart = column({"walk": {"start": 0, "step": 1}})
    *_, wanted = readings(together, 3, range(3))

    for row in (2, 0, 1):
        for count in range(3):
            last = apart.draw(sample([row], count=count))
        assert last[0] == wanted[row]


def test_a_pick_draws_by_how_often_an_entry_stands_in_it() -> None:
    values = many({"pick": ["closed", "closed", "closed", "open"], "order": "random"})

    assert np.mean(values == "open") == pytest.approx(0.25, abs=0.01)


def test_a_pick_of_weights_draws_by_them() -> None:
    values = many({"pick": {"values": {"closed": 3, "open": 1, "broken": 0}}})

    assert np.mean(values == "open") == pytest.approx(0.25, abs=0.01)
    assert np.mean(values == "closed") == pytest.approx(0.75, abs=0.01)


def test_a_pick_in_order_goes_around() -> None:
    assert drawn({"pick": ["a", "b", None], "order": "in_order"}, 5) == ["a", "b", None, "a", "b"]


@pytest.mark.parametrize(
    ("values", "kind"),
    [([1, 2], "i"), ([1, 2.5], "f"), ([True, False], "b"), ([1, "a"], "O"), ([True, 1], "O")],
)
def test_a_pick_gives_the_narrowest_type_that_holds_its_values(
    values: list[Any], kind: str
) -> None:
    assert many({"pick": values}, 3).dtype.kind == kind


@pytest.mark.parametrize(
    ("parameters", "numbers"),
    [
        ({}, [0, 1, 2, 3, 4]),
        ({"start": 5, "step": 10, "max": 25}, [5, 15, 25, 5, 15]),
        ({"start": 5, "step": 10, "max": 24}, [5, 15, 5, 15, 5]),
        ({"start": 2, "step": -1, "min": 0}, [2, 1, 0, 2, 1]),
        ({"start": 7, "max": 7}, [7, 7, 7, 7, 7]),
    ],
)
def test_a_counter_counts_and_begins_again(parameters: dict[str, int], numbers: list[int]) -> None:
    assert drawn({"counter": parameters}, 5) == numbers


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"constant": [1]}, "needs a number, text, true, false or null, got a list"),
        ({"constant": 2**63}, "a whole number must be within ±9223372036854775807"),
        ({"constant": float("nan")}, "needs a finite number, got nan"),
        ({"uniform": {"min": 3, "max": 3}}, "min must be below max, got min 3 and max 3"),
        ({"uniform": {"min": 0, "max": 1.5, "whole": True}}, "must be whole and within ±2"),
        ({"normal": {"mean": 0, "deviation": -1}}, "greater than or equal to 0"),
        ({"normal": {"mean": 0, "deviation": 1, "min": 2, "max": 1}}, "min must be below max"),
        ({"walk": {"start": 5, "step": 1, "max": 4}}, "start must be from -inf to 4, got 5"),
        ({"walk": {"start": 1, "step": 1, "min": 0, "to": -1}}, "to must be from 0 to inf, got -1"),
        ({"walk": {"start": 1, "step": 1, "pull": 2}}, "less than or equal to 1"),
        ({"pick": []}, "needs a list of 1 to 10,000 values, or a mapping .* got 0"),
        ({"pick": [[1]]}, "needs a number, text, true, false or null, got a list"),
        ({"pick": {"values": {"a": -1}}}, "a weight must be a number from 0 to 10\\^9, got -1"),
        ({"pick": {"values": {"a": 0}}}, "at least one weight must be above 0, all are 0"),
        (
            {"pick": {"values": {"a": 1}, "order": "in_order"}},
            "order: in_order needs a list of values, got a mapping of weights",
        ),
        ({"counter": {"step": 0}}, "step must not be 0"),
        ({"counter": {"step": -1, "max": 5}}, "with step -1 it ends at min, got the other bound"),
        ({"counter": {"start": 3, "max": 2}}, "max must be at or above start 3, got 2"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    generator: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)
