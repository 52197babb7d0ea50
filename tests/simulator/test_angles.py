"""Sines, tangents and their inverses: against the C library, and the same bits for good."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from simulator import angles

rng = np.random.default_rng(1)
BITS = [
    ["0x1.2e9cd95baba33p-2", "-0x1.91103985da840p-1"],
    ["0x1.e921dd42f09bap-1", "0x1.3e43a9692e21dp-1"],
    ["0x1.3cc2a44e29997p-2", "-0x1.4299ba9c2a137p+0"],
    ["0x1.2a73a661eaf06p-2", "-0x1.77338a80603bep-1"],
    ["0x1.380159e14f6ffp-2", "-0x1.1ea93705fa172p+0"],
]
ANGLES = np.concatenate(
    [
        rng.uniform(-7, 7, 500),
        rng.uniform(-3e9, 3e9, 500),  # Unix seconds, and more
        10.0 ** np.arange(-300, 301, 25),
        np.arange(-20, 21) * math.pi / 2,
    ]
)


@pytest.mark.parametrize(("ours", "theirs"), [(angles.sine, math.sin), (angles.cosine, math.cos)])
def test_it_is_right_to_the_last_digits_however_far_the_angle_has_turned(
    ours: Callable[[np.ndarray], np.ndarray], theirs: Callable[[float], float]
) -> None:
    assert ours(ANGLES) == pytest.approx(
        [theirs(each) for each in ANGLES.tolist()], rel=3e-16, abs=3e-16
    )


def test_tangents_and_what_turns_them_back() -> None:
    near = rng.uniform(-1.5, 1.5, 500)
    steep = np.array([-1e308, -40.0, -1.0, -0.0, 1e-9, 0.5, 0.6, 1.1, 2.0, 3.0, 1e20])

    assert angles.tangent(near) == pytest.approx([math.tan(v) for v in near.tolist()], rel=1e-15)
    assert angles.arctangent(steep) == pytest.approx([math.atan(v) for v in steep], rel=3e-16)


def test_a_direction_is_that_of_its_quarter() -> None:
    y, x = rng.normal(size=(2, 500))
    y[:6], x[:6] = [0, 0, 1, -1, -0.0, 0], [1, -1, 0, 0, -1, 0]

    assert angles.direction(y, x) == pytest.approx(list(map(math.atan2, y, x)), rel=5e-16)


def test_arc_sines_end_at_one() -> None:
    values = np.array([-1.0, -0.7, 0.0, 1e-8, 0.5, 1.0])

    assert angles.arcsine(values) == pytest.approx([math.asin(v) for v in values], rel=5e-16)
    assert angles.arccosine(values) == pytest.approx([math.acos(v) for v in values], rel=5e-16)


def test_a_hypotenuse_is_exact_where_it_can_be_and_never_too_large_on_the_way() -> None:
    a, b = np.array([3.0, 5.0, 0.0, 2e200]), np.array([4.0, -12.0, 0.0, 0.0])

    assert angles.hypotenuse(a, b).tolist() == [5, 13, 0, 2e200]


def test_what_is_no_number_has_no_sine() -> None:
    with np.errstate(invalid="ignore"):
        assert np.isnan(angles.sine(np.array([math.inf, -math.inf, math.nan]))).all()


def test_no_value_depends_on_those_beside_it() -> None:
    whole = angles.sine(ANGLES)

    assert [angles.sine(ANGLES[i : i + 1])[0] for i in range(0, 1_000, 97)] == whole[
        :1_000:97
    ].tolist()


def test_angles_stay_as_they_are_from_version_to_version() -> None:
    values = np.array([0.3, -0.9])
    functions = [angles.sine, angles.cosine, angles.tangent, angles.arctangent, angles.arcsine]

    assert [[v.hex() for v in each(values).tolist()] for each in functions] == BITS
