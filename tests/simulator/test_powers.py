"""Powers, roots and logarithms: against the C library, exact where one expects it."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from simulator import powers

rng = np.random.default_rng(1)
ABOVE = np.concatenate([rng.uniform(1e-3, 1e5, 300), 10.0 ** np.arange(-300, 301, 50)])
AROUND = np.concatenate([rng.uniform(-2, 2, 300), [-300.0, -30.0, 0.0, 1e-9, 30.0, 300.0]])


@pytest.mark.parametrize(
    ("ours", "theirs", "values"),
    [
        (powers.logarithm, math.log, ABOVE),
        (powers.logarithm_2, math.log2, ABOVE),
        (powers.logarithm_10, math.log10, ABOVE),
        (powers.cube_root, math.cbrt, ABOVE),
        (powers.exponential, math.exp, AROUND),
        (powers.hyperbolic_sine, math.sinh, AROUND),
        (powers.hyperbolic_cosine, math.cosh, AROUND),
        (powers.hyperbolic_tangent, math.tanh, AROUND),
    ],
)
def test_it_is_right_to_its_last_digits(
    ours: Callable[[np.ndarray], np.ndarray], theirs: Callable[[float], float], values: np.ndarray
) -> None:
    assert ours(values) == pytest.approx([theirs(v) for v in values.tolist()], rel=2e-15)


@pytest.mark.parametrize("share", [0.0, 1e-300, 1e-12, 0.0099, 0.0101, 0.5, 0.999_999])
def test_a_share_goes_at_its_rate_however_small_it_is(share: float) -> None:
    assert powers.rate_of(share) == pytest.approx(-math.log1p(-share), rel=2e-14)


def test_what_is_exact_on_paper_is_exact() -> None:
    assert powers.logarithm_10(np.array([1e-7, 1.0, 1000.0])).tolist() == [-7, 0, 3]
    assert powers.logarithm_2(np.array([0.25, 1.0, 1024.0])).tolist() == [-2, 0, 10]
    assert powers.cube_root(np.array([27.0, -8.0, 0.0])).tolist() == [3, -2, 0]


def test_powers_are_those_of_the_c_library() -> None:
    base = np.array([2.0, -2.0, -2.0, 0.0, 9.0, 1.5, 10.0, 0.0, 0.0])
    exponent = np.array([100.0, 3.0, 2001.0, 0.0, 0.5, 2.5, -3.0, 2.0, 0.25])

    with np.errstate(over="ignore"):
        got = powers.power(base, exponent).tolist()

    wanted = [2.0**100, -8, -math.inf, 1, 3, 1.5**2.5, 1e-3, 0, 0]
    assert got == pytest.approx(wanted, rel=1e-15)
    assert got[0] == 2.0**100


def test_what_has_no_value_is_no_number() -> None:
    with np.errstate(invalid="ignore"):
        nothing = [
            *powers.power(np.array([-8.0, np.nan]), np.array([1 / 3, 2.0])),
            *powers.logarithm(np.array([0.0, -1.0, np.inf, np.nan])),
            *powers.exponential(np.array([np.nan])),
        ]

    assert np.isnan(nothing).all()


def test_no_power_depends_on_those_beside_it() -> None:
    base, exponent = np.array([1.1, 3.0, 2.0]), np.array([7.0, 900.0, 0.3])

    whole = powers.power(base, exponent)

    alone = [powers.power(base[i : i + 1], exponent[i : i + 1])[0] for i in range(3)]
    assert alone == whole.tolist()
