"""Randomness is a pure function, evenly spread, and the same on every machine."""

import math
import statistics

import numpy as np
import pytest

from simulator import randomness
from simulator.randomness import FloatArray, IntArray


def numbers(count: int, first: int = 0) -> IntArray:
    return np.arange(first, first + count, dtype=np.int64)


def constant(value: int, length: int) -> IntArray:
    return np.full(length, value, dtype=np.int64)


def correlation(left: FloatArray, right: FloatArray) -> float:
    return float(np.corrcoef(left, right)[0, 1])


def hexadecimal(values: FloatArray) -> list[str]:
    return [value.hex() for value in values.tolist()]


def kolmogorov_distance(values: FloatArray, cumulative: FloatArray) -> float:
    """Return the largest distance of the values' distribution to the wanted one, times sqrt(n)."""
    steps = np.arange(len(values) + 1) / len(values)
    distance = max(np.max(steps[1:] - cumulative), np.max(cumulative - steps[:-1]))
    return float(distance * math.sqrt(len(values)))


def test_the_finalizer_gives_the_published_splitmix64_numbers() -> None:
    # SplitMix64 seeded with 1234567: its state grows by gamma, its output is the finalizer.
    # The five numbers are those of Rosetta Code, "Pseudo-random numbers/Splitmix64".
    states = (numbers(5, 1).view(np.uint64) * randomness._GAMMA) + np.uint64(1234567)

    outputs = randomness._mixed(states)

    assert outputs.tolist() == [
        6457827717110365317,
        3203168211198807973,
        9817491932198370423,
        4593380528125082431,
        16408922859458223821,
    ]


def test_values_stay_as_they_are_from_version_to_version() -> None:
    keys = randomness.keys(1, numbers(3), "metric.temperature")
    count = numbers(3)

    assert keys.tolist() == [12102688534807948724, 14472124483707989096, 1718170092606219303]
    assert hexadecimal(randomness.uniform(keys, count)) == [
        "0x1.55172b6d84530p-3",
        "0x1.15561140ec0c2p-1",
        "0x1.59c50e19461a4p-1",
    ]
    assert hexadecimal(randomness.normal(keys, count)) == [
        "-0x1.ef9018362e1abp-1",
        "0x1.aca2ee6dac242p-4",
        "0x1.d1988f7b3aff2p-2",
    ]


def test_a_slice_of_the_mocks_has_the_values_of_the_whole() -> None:
    whole = randomness.keys(7, numbers(1000), "metric.load")
    part = randomness.keys(7, numbers(100, 300), "metric.load")

    assert np.array_equal(part, whole[300:400])
    assert np.array_equal(
        randomness.normal(part, constant(5, 100)),
        randomness.normal(whole, constant(5, 1000))[300:400],
    )


@pytest.mark.parametrize("draw", [randomness.uniform, randomness.normal, randomness.exponential])
def test_a_single_mock_draws_what_it_draws_among_others(draw) -> None:  # type: ignore[no-untyped-def]
    keys = randomness.keys(1, np.arange(500), "m")
    count = np.arange(65_300, 65_800)  # within the table of counts, and beyond it

    alone = [draw(keys[row : row + 1], count[row : row + 1]).tobytes() for row in range(500)]

    assert b"".join(alone) == draw(keys, count).tobytes()


def test_nothing_that_is_handed_in_is_changed() -> None:
    keys, count = randomness.keys(1, numbers(4), "a"), numbers(4)
    before = keys.copy(), count.copy()

    randomness.uniform(keys, count)
    randomness.normal(keys, count)

    assert np.array_equal(keys, before[0])
    assert np.array_equal(count, before[1])


def test_uniform_values_fill_all_of_zero_to_one_evenly() -> None:
    values = randomness.uniform(randomness.keys(3, numbers(100_000), "u"), constant(0, 100_000))

    observed = np.histogram(values, bins=100, range=(0, 1))[0]
    chi_square = float(np.sum((observed - 1000) ** 2) / 1000)

    assert values.min() >= 0
    assert values.max() < 1
    assert 67 < chi_square < 139  # 99 degrees of freedom: 0.5 % on each side
    assert kolmogorov_distance(np.sort(values), np.sort(values)) < 1.63  # 1 %


def test_uniform_values_of_one_mock_over_time_are_even_too() -> None:
    key = np.repeat(randomness.keys(3, numbers(1), "u"), 100_000)

    values = np.sort(randomness.uniform(key, numbers(100_000)))

    assert kolmogorov_distance(values, values) < 1.63  # 1 %


def test_normal_values_have_the_normal_distribution() -> None:
    values = np.sort(randomness.normal(randomness.keys(9, numbers(100_000), "n"), numbers(100_000)))

    wanted = np.array([statistics.NormalDist().cdf(value) for value in values.tolist()])

    assert abs(values.mean()) < 0.01
    assert abs(values.std() - 1) < 0.01
    assert kolmogorov_distance(values, wanted) < 1.63  # 1 %


def test_counts_beyond_the_table_go_on_as_the_formula_says() -> None:
    keys = randomness.keys(1, numbers(4), "a")
    count = numbers(4, 65_534)  # the last two are computed

    together = randomness.uniform(keys, count)
    apart = [randomness.uniform(keys[i : i + 1], count[i : i + 1])[0] for i in range(4)]

    assert together.tolist() == apart
    assert randomness.uniform(keys, count + 2**40).max() < 1


def test_centred_values_are_uniform_ones_about_zero_and_never_reach_a_half() -> None:
    values = randomness.centred(randomness.keys(3, numbers(100_000), "u"), constant(0, 100_000))

    assert -0.5 < values.min() < -0.4999
    assert 0.4999 < values.max() < 0.5
    assert abs(values.mean()) < 0.003
    assert np.array_equal(values * 2**53 % 2, np.ones(100_000))


@pytest.mark.parametrize("draw", [randomness.uniform, randomness.normal])
def test_neighbouring_mocks_counts_names_and_seeds_are_unrelated(draw) -> None:  # type: ignore[no-untyped-def]
    length = 100_000
    keys = randomness.keys(1, numbers(length), "metric.a")
    base = draw(keys, constant(0, length))

    others = {
        "next count": draw(keys, constant(1, length)),
        "next mock": draw(randomness.keys(1, numbers(length, 1), "metric.a"), constant(0, length)),
        "other name": draw(randomness.keys(1, numbers(length), "metric.b"), constant(0, length)),
        "next seed": draw(randomness.keys(2, numbers(length), "metric.a"), constant(0, length)),
    }

    for other in others.values():
        assert abs(correlation(base, other)) < 0.01  # 3 deviations are 0.0095
        assert not np.any(base == other)


def test_picks_follow_the_weights_and_never_take_an_entry_of_no_weight() -> None:
    keys = randomness.keys(1, numbers(100_000), "pick")

    picked = randomness.pick(keys, constant(0, 100_000), [0.0, 1.0, 1.0, 4.0, 4.0])

    shares = np.bincount(picked, minlength=5) / 100_000
    assert shares[[0, 2, 4]].tolist() == [0, 0, 0]
    assert shares[1] == pytest.approx(0.25, abs=0.005)
    assert shares[3] == pytest.approx(0.75, abs=0.005)
