"""Decimals by look-up are those of a format, to the last digit."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.payloads.decimals import MAX_DIGITS, decimals

MANY = 17  # more than are formatted one by one


def texts(values: list[float], digits: int) -> list[str] | None:
    """Return the texts by look-up, which are those of the few that are formatted one by one."""
    columns = decimals(np.array(values * MANY), digits)
    few = decimals(np.array(values[: MANY - 1]), digits)
    if columns is None:
        assert few is None
        return None
    texts = ["".join(parts) for parts in zip(*columns, strict=True)]
    assert few == [texts[: len(values[: MANY - 1])]]
    return texts[: len(values)]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.one_of(
            st.floats(-9_998, 9_998),
            st.floats(-1, 1),
            st.integers(-999_000, 999_000).map(lambda n: n / 200),  # many halves
        ),
        min_size=1,
        max_size=20,
    ),
    st.integers(0, MAX_DIGITS),
)
def test_the_text_is_that_of_a_format(values: list[float], digits: int) -> None:
    assert texts(values, digits) == [f"{value:.{digits}f}" for value in values]


@pytest.mark.parametrize("digits", range(MAX_DIGITS + 1))
def test_zeros_halves_and_edges_are_exact(digits: int) -> None:
    last = 10.0**-digits
    values = [0.0, -0.0, last / 3, -last / 3, last / 2, 0.05, 0.15, 2.5, -2.5, 9_998.5]
    values += [(n + 0.5) * last for n in range(50)]

    assert texts(values, digits) == [f"{value:.{digits}f}" for value in values]


@pytest.mark.parametrize("value", [9_999.0, -9_999.0, math.nan, math.inf, -math.inf, 1.7e308])
def test_what_has_no_place_in_a_table_is_left_to_others(value: float) -> None:
    assert texts([1.0, value], 2) is None
