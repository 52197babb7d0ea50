"""Distributions: moments and the test of Kolmogorov and Smirnov, at fixed seeds."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.definition.metrics.metric import read_generator
from simulator.errors import DefinitionError
from simulator.randomness import FloatArray

from .bench import cast, column, sample, table

COUNT = 20_000
LIMIT = 1.63 / np.sqrt(COUNT)  # of the distance: passed by chance by 1 in 100

# Each with the distribution that scipy has for it.
KNOWN: list[tuple[dict[str, Any], Any]] = [
    ({"uniform": {"min": -3, "max": 7}}, stats.uniform(-3, 10)),
    ({"normal": {"mean": 20, "deviation": 3}}, stats.norm(20, 3)),
    (
        {"normal": {"mean": 20, "deviation": 3, "min": 19, "max": 27, "beyond": "redraw"}},
        stats.truncnorm(-1 / 3, 7 / 3, 20, 3),
    ),
    (
        {"normal": {"mean": 0, "deviation": 1, "min": 5, "beyond": "redraw"}},
        stats.truncnorm(5, np.inf),
    ),
    ({"lognormal": {"median": 20, "sigma": 0.6}}, stats.lognorm(0.6, scale=20)),
    (
        {"lognormal": {"mean": 50, "deviation": 40}},
        stats.lognorm(np.sqrt(np.log(1.64)), scale=50 / np.sqrt(1.64)),
    ),
    ({"exponential": 30}, stats.expon(scale=30)),
    (
        {"exponential": {"mean": 30, "min": 5, "max": 60, "beyond": "redraw"}},
        stats.truncexpon(55 / 30, loc=5, scale=30),
    ),
    *(
        ({"gamma": {"shape": shape, "scale": 3}}, stats.gamma(shape, scale=3))
        for shape in (0.05, 0.5, 1, 2.5, 40, 10_000)
    ),
    ({"gamma": {"mean": 40, "deviation": 10}}, stats.gamma(16, scale=2.5)),
    (
        {"histogram": {"edges": [0, 5, 8, 12], "weights": [1, 0, 3]}},
        stats.rv_histogram(([1, 0, 3], [0, 5, 8, 12]), density=False),
    ),
]
WHOLE: list[tuple[dict[str, Any], Any]] = [
    ({"poisson": 0.3}, stats.poisson(0.3)),
    ({"poisson": 4.2}, stats.poisson(4.2)),
    ({"poisson": 1_000}, stats.poisson(1_000)),
    ({"uniform": {"min": -1, "max": 8, "whole": True}}, stats.randint(-1, 9)),
    ({"bernoulli": "30%"}, stats.bernoulli(0.3)),
]


def many(generator: dict[str, Any], **known: Any) -> Any:
    return column(generator, cast(COUNT, seed=5, **known)).draw(sample(np.arange(COUNT)))


def name(value: Any) -> str:
    return str(value) if isinstance(value, dict) else ""


@pytest.mark.parametrize(("generator", "wanted"), KNOWN, ids=name)
def test_numbers_have_the_distribution_that_is_said(generator: dict[str, Any], wanted: Any) -> None:
    values = many(generator)

    assert stats.kstest(values, wanted.cdf).statistic < LIMIT
    assert values.mean() == pytest.approx(wanted.mean(), abs=4 * wanted.std() / np.sqrt(COUNT))
    assert values.std() == pytest.approx(wanted.std(), rel=0.12)


@pytest.mark.parametrize(("generator", "wanted"), KNOWN[:1] + KNOWN[6:8], ids=name)
def test_one_mock_over_time_has_the_same_distribution(
    generator: dict[str, Any], wanted: Any
) -> None:
    made = column(generator, cast(1))
    keys = made._keys  # type: ignore[attr-defined]
    made._keys = np.repeat(keys, COUNT)  # type: ignore[attr-defined]

    values = made.draw(sample(np.arange(COUNT), count=np.arange(COUNT)))

    assert stats.kstest(values, wanted.cdf).statistic < LIMIT


@pytest.mark.parametrize(("generator", "wanted"), WHOLE, ids=name)
def test_counts_come_as_often_as_their_chances_say(generator: dict[str, Any], wanted: Any) -> None:
    values = many(generator).astype(np.int64)

    numbers = np.arange(values.min(), values.max() + 1)
    distance = np.abs(np.searchsorted(np.sort(values), numbers, "right") / COUNT)
    assert np.abs(distance - wanted.cdf(numbers)).max() < LIMIT
    assert values.mean() == pytest.approx(wanted.mean(), abs=4 * wanted.std() / np.sqrt(COUNT))
    assert values.std() == pytest.approx(wanted.std(), rel=0.05)


def test_a_poisson_number_of_a_million_keeps_its_mean_and_deviation() -> None:
    values = many({"poisson": 1_000_000})

    assert values.mean() == pytest.approx(1e6, abs=30)
    assert values.std() == pytest.approx(1e3, rel=0.02)


@pytest.mark.parametrize("shape", [0.01, 0.3, 1, 8, 10_000])
def test_the_table_of_gamma_is_right_to_eight_digits(shape: float) -> None:
    centred = np.linspace(-0.4999, 0.4999, 999)
    made = read_generator({"gamma": {"shape": shape, "scale": 1}})

    values: FloatArray = made.quantile(centred)  # type: ignore[attr-defined]

    wanted = stats.gamma(shape).ppf(centred + 0.5)
    assert values == pytest.approx(wanted, rel=2e-7, abs=1e-290)


@pytest.mark.parametrize(
    "parameters",
    [
        {"normal": {"mean": 0, "deviation": 1}},
        {"lognormal": {"median": 1, "sigma": 1}},
        {"exponential": {"mean": 1}},
        {"gamma": {"shape": 0.4, "scale": 1}},
        {"poisson": {"mean": 1}},
    ],
    ids=name,
)
def test_what_is_beyond_a_bound_is_put_at_it_or_drawn_within(parameters: dict[str, Any]) -> None:
    word, own = next(iter(parameters.items()))
    bounds = {"min": 1, "max": 2}

    clipped = many({word: {**own, **bounds}})
    redrawn = many({word: {**own, **bounds, "beyond": "redraw"}})

    assert (clipped.min(), clipped.max()) == (1, 2)
    assert np.mean(np.isin(clipped, [1, 2])) > 0.5
    assert redrawn.min() >= 1
    assert redrawn.max() <= 2
    if word != "poisson":
        assert not np.any(np.isin(redrawn, [1, 2]))


def test_a_histogram_of_whole_numbers_has_no_others() -> None:
    values = many({"histogram": {"edges": [0, 2, 10], "weights": [9, 1], "whole": True}})

    shares = np.bincount(values, minlength=10) / COUNT
    assert values.dtype == np.int64
    assert len(shares) == 10
    assert shares[:2] == pytest.approx([0.45, 0.45], abs=0.01)
    assert shares[2:] == pytest.approx(0.1 / 8, abs=0.003)


def test_a_histogram_learns_its_bins_from_a_recording() -> None:
    recording = "t,empty,door\n" + "".join(f"{n % 10 + n % 7},,shut\n" for n in range(700))

    values = many(
        {"histogram": {"dataset": "table.csv", "column": "t", "bins": 15}},
        table_csv=table(recording),
    )

    numbers = np.array([n % 10 + n % 7 for n in range(700)])
    counts, edges = np.histogram(numbers, 15)
    drawn = np.histogram(values, edges)[0] / COUNT
    assert drawn == pytest.approx(counts / 700, abs=0.01)
    assert stats.kstest(values, stats.rv_histogram((counts, edges)).cdf).statistic < LIMIT


def test_a_recording_of_one_number_gives_that_number() -> None:
    values = many(
        {"histogram": {"dataset": "table.csv", "column": "t"}}, table_csv=table("t\n7\n7\n")
    )

    assert np.unique(values).tolist() == [7]


@pytest.mark.parametrize(
    ("column_", "text"),
    [("door", "column 'door' must hold numbers, it holds text"), ("other", "no column 'other'")],
)
def test_a_column_that_has_no_numbers_is_refused(column_: str, text: str) -> None:
    made = read_generator({"histogram": {"dataset": "table.csv", "column": column_}})

    with pytest.raises(DefinitionError, match=text):
        made.check_datasets({"table.csv": table("t,door\n1,shut\n")})


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"normal": {"mean": 0, "deviation": 1, "beyond": "redraw"}}, "redraw needs min or max"),
        (
            {"normal": {"mean": 0, "deviation": 1, "min": 7, "beyond": "redraw"}},
            r"one value in 10\^9 must lie between the bounds, got min 7 and max inf",
        ),
        ({"normal": {"mean": 0, "deviation": 1, "beyond": "wrap"}}, "'clip' or 'redraw'"),
        ({"lognormal": {"median": 1}}, "either median and sigma, or mean and deviation"),
        ({"lognormal": {"median": 1, "deviation": 2}}, "either median and sigma"),
        ({"lognormal": {"median": -1, "sigma": 2}}, "greater than 0"),
        ({"lognormal": {"mean": 1, "deviation": 2e6}}, "at most 10\\^6 times the mean 1, got 2e"),
        ({"gamma": {"mean": 1e100, "deviation": 1e-100}}, "from 1/100 to 10 times the mean"),
        ({"exponential": 0}, "greater than 0"),
        ({"gamma": {"shape": 2, "mean": 1}}, "either shape and scale, or mean and deviation"),
        ({"gamma": {"mean": 1, "deviation": 0.001}}, "from 1/100 to 10 times the mean 1, got 0.0"),
        ({"gamma": {"shape": 0.001, "scale": 1}}, "greater than or equal to 0.01"),
        ({"poisson": -1}, "greater than 0"),
        ({"poisson": {"mean": 1, "min": 3, "max": 2}}, "min must be at most max"),
        ({"poisson": {"mean": 1, "min": 40, "beyond": "redraw"}}, r"one value in 10\^9 must lie"),
        ({"bernoulli": "130%"}, "must be from 0 % to 100 %"),
        ({"histogram": {"edges": [0, 1], "weights": [1, 2]}}, "one edge more than weights"),
        ({"histogram": {"edges": [0, 2, 1], "weights": [1, 2]}}, "edges must rise, got 1 after 2"),
        ({"histogram": {"edges": [0, 1], "weights": [0]}}, "at least one weight must be above 0"),
        ({"histogram": {"edges": [0, 1], "weights": [-1]}}, "a weight must be from 0"),
        ({"histogram": {"edges": [0, 0.5], "weights": [1], "whole": True}}, "must be whole"),
        ({"histogram": {"bins": 5}}, "either edges and weights, or dataset and column"),
        ({"histogram": {"dataset": "a.csv"}}, "dataset and column go together"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    generator: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)
