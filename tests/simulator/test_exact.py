"""Functions whose bits are the same on every machine agree with those of the C library."""

import math
import statistics

import numpy as np
import pytest

from simulator import exact


def test_logarithms_and_exponentials_are_right_to_their_last_digits() -> None:
    values = 10.0 ** np.linspace(-300, 300, 2001)

    logarithms = exact.logarithm(values)

    assert logarithms == pytest.approx([math.log(v) for v in values.tolist()], rel=3e-16)
    powers = exact.exponential(np.linspace(-700, 709, 2001))
    assert powers == pytest.approx(np.exp(np.linspace(-700, 709, 2001)), rel=1e-15)


def test_exponentials_go_over_to_nothing_and_to_infinity_without_a_warning() -> None:
    ends = exact.exponential(np.array([-1e300, -746.0, 0.0, 710.0, 1e300]))

    assert ends.tolist() == [0, 0, 1, math.inf, math.inf]


def test_a_sine_is_right_everywhere_and_exact_at_each_quarter() -> None:
    turns = np.linspace(0, 1, 2001)

    assert exact.sine(turns) == pytest.approx(np.sin(turns * 2 * np.pi), abs=1e-15)
    assert exact.sine(np.array([0, 0.25, 0.5, 0.75, 1])).tolist() == [0, 1, 0, -1, 0]


def test_the_inverse_normal_agrees_with_the_standard_library_out_to_its_ends() -> None:
    below = 10.0 ** -np.arange(1, 17) - 0.5
    centred = np.concatenate([below, [2.0**-53 - 0.5, 0.0, -0.07, -0.42, -0.43]])

    wanted = [statistics.NormalDist().inv_cdf(chance) for chance in (centred + 0.5).tolist()]

    assert exact.normal_quantile(centred) == pytest.approx(wanted, rel=1e-14)
    assert np.array_equal(exact.normal_quantile(-centred), -exact.normal_quantile(centred))


def test_functions_stay_as_they_are_from_version_to_version() -> None:
    values = np.array([0.1, 0.7])
    drawn = [exact.logarithm, exact.exponential, exact.sine]

    bits = [[value.hex() for value in function(values).tolist()] for function in drawn]

    assert bits == [
        ["-0x1.26bb1bbb55515p+1", "-0x1.6d3c324e13f4fp-2"],
        ["0x1.1aec7b35a00d4p+0", "0x1.01c2a61268987p+1"],
        ["0x1.2cf2304755a5ep-1", "-0x1.e6f0e134454ffp-1"],
    ]


def test_a_single_value_has_the_bits_that_it_has_among_others() -> None:
    spread = np.linspace(-1, 1, 997)
    columns = [
        (exact.logarithm, 10.0 ** (spread * 300)),
        (exact.exponential, spread * 690),
        (exact.sine, spread * 7),
        (exact.sine, np.arange(-9, 9) / 4),
        (exact.normal_quantile, spread[1:-1] / 2),
        (
            exact.normal_quantile,
            np.copysign(0.5 - 10.0 ** (-(spread**2) * 16), spread)[1:-1] * 0.999,
        ),
    ]

    for function, values in columns:
        alone = [function(values[place : place + 1]).tobytes() for place in range(len(values))]

        assert b"".join(alone) == function(values).tobytes()
