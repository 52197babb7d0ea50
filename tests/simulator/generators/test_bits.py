"""bits: fields of a word, where they lie and what fits into them."""

from typing import Any

import numpy as np
import pytest

from simulator.definition.metrics.metric import read_generator

from .bench import cast, column, sample


def word(fields: list[dict[str, Any]], **known: Any) -> list[int]:
    count = len(next(iter(known.values())))
    drawn = column({"bits": fields}, cast(count)).draw(
        sample(np.arange(count), **{name: np.array(values) for name, values in known.items()})
    )
    assert drawn.dtype == np.int64
    return drawn.tolist()


def test_fields_follow_each_other_from_the_lowest_bit_or_lie_where_they_are_put() -> None:
    fields = [
        {"name": "open", "value": "door == 'open'"},
        {"name": "low", "value": "battery < 20"},
        {"name": "level", "width": 4, "value": "battery / 10"},
        {"name": "mode", "width": 2, "shift": 14, "value": 3},
    ]

    words = word(fields, door=["open", "shut"], battery=[15.0, 99.0])

    assert words == [0b11_00000000_0001_1_1, 0b11_00000000_1001_0_0]


def test_negative_numbers_are_twos_complement() -> None:
    fields = [{"width": 8, "value": "v", "signed": True}]

    assert word(fields, v=[-1, -128, 127, -1.9]) == [0xFF, 0x80, 0x7F, 0xFF]


def test_what_does_not_fit_is_the_nearest_that_does_and_no_value_is_0() -> None:
    unsigned = [{"width": 4, "value": "v"}]

    assert word(unsigned, v=[-3.0, 99.0, np.nan, np.inf]) == [0, 15, 0, 15]
    assert word([{"width": 4, "value": "v", "signed": True}], v=[-99, 99]) == [0b1000, 0b0111]
    assert word(unsigned, v=np.array([None, 3, "x", True], dtype=object)) == [0, 3, 0, 1]


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ([], "at least 1 item"),
        ([{"width": 54, "value": 1}], "less than or equal to 53"),
        (
            [{"width": 53, "value": 1}, {"width": 11, "value": 1}],
            "field 2 ends at bit 64",
        ),
        (
            [{"width": 4, "value": 1}, {"name": "b", "shift": 3, "value": 1}],
            r"field 2 .b. lies over another one at bit 3",
        ),
    ],
)
def test_fields_that_do_not_fit_are_refused(fields: list[dict[str, Any]], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator({"bits": fields})
