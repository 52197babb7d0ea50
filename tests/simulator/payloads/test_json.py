"""Columns of values as JSON: every value that there is, in every place where it can stand."""

import json
import math
import string
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.definition import parse_template
from simulator.definition.messages.payload import read_payload
from simulator.payloads.document import json_line

ROWS = np.arange(2)
EPOCH = '"1970-01-01T00:00:00.000Z"'


def texts(tree: Any, fixed: dict[str, Any] | None = None, **readings: Any) -> list[str]:
    """The JSON of two mocks; what is not said to be fixed is read each time."""
    columns = {name: column(values) for name, values in readings.items()}
    line = json_line(read_payload(tree))
    if fixed is not None:
        line = line.bound({name: column(values) for name, values in fixed.items()}, 2)
    return line.texts(columns, ROWS)


def column(values: Any) -> Any:
    if not isinstance(values, list):
        return values
    if any(isinstance(value, str | None) for value in values):
        return np.array(values, dtype=object)
    return np.array(values)


@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{x}", [1.5, 1e22], ["1.5", "1e+22"]),
        ("{x}", [1, -2], ["1", "-2"]),
        ("{x}", [True, False], ["true", "false"]),
        ("{x}", ["a", 'b"\n'], ['"a"', '"b\\"\\n"']),
        ("{x}", ["é", "日本"], ['"é"', '"日本"']),
        ("{x}", ["a", None], ['"a"', "null"]),
        ("{x}", [math.nan, 1.0], ["null", "1.0"]),
        ("{x}", [math.inf, -math.inf], ["null", "null"]),
        ("{x:.1f}", [1.25, -0.04], ["1.2", "-0.0"]),
        ("{x:.1f}", [math.nan, 2.0], ["null", "2.0"]),
        ("{x:.1f}", [3, 4], ["3.0", "4.0"]),
        ("{x:.1f}", [True, False], ["1.0", "0.0"]),
        ("{x:.1f}", ["a", None], ['"a"', "null"]),
        ("{x:.3g}", [1234567.0, 0.001], ["1.23e+06", "0.001"]),
        ("{x:.2e}", [12345.0, 0.0], ["1.23e+04", "0.00e+00"]),
        ("{x:d}", [1.6, -2.5], ["2", "-2"]),
        ("{x:06d}", [12, 3], ['"000012"', '"000003"']),
        ("{x:,d}", [1000, 3], ['"1,000"', '"3"']),
        ("{x:+.1f}", [1.0, -1.0], ['"+1.0"', '"-1.0"']),
        ("{x:x}", [255, 16.0], None),
        ("{x:x}", [255, 16], ['"ff"', '"10"']),
        ("{x:.0%}", [0.5, 1.0], ['"50%"', '"100%"']),
        ("is {x:.1f} °C", [1.0, math.nan], ['"is 1.0 °C"', '"is null °C"']),
        ('100 % "{x}"', ["a\\", True], ['"100 % \\"a\\\\\\""', '"100 % \\"true\\""']),
        ("{x:iso}", [0.0, 1763841954.1226], [EPOCH, '"2025-11-22T20:05:54.123Z"']),
        ("{x:epoch}", [0.9, 1763841954.1], ["0", "1763841954"]),
        ("{x:ms}", [0.0014, 2.0], ["1", "2000"]),
        ("{x:us}", [0.0014, 2.0], ["1400", "2000000"]),
        ("{x:%Y-%m-%d}", [0.0, 86_400.0], ['"1970-01-01"', '"1970-01-02"']),
        ("{x:iso}", [math.nan, 1e300], ["null", "null"]),
        ("{x:iso}", ["text", None], ['"text"', "null"]),
        ("{x:iso}!", [0.0, 0.0009], ['"1970-01-01T00:00:00.000Z!"', '"1970-01-01T00:00:00.001Z!"']),
    ],
)  # fmt: skip
def test_a_value_is_written_as_what_it_is(
    template: str, values: list[Any], expected: list[str] | None
) -> None:
    expected = expected or ['"ff"', '"10"']

    assert texts(template, x=values) == expected
    assert texts(template, fixed={"x": values}) == expected


def test_a_document_keeps_its_nesting_and_order() -> None:
    tree = {"b": {"list": [1, "{x:.1f}", {"z": None}], "%": "50 %"}, "a": [], "": {}, "t": True}

    assert texts(tree, x=[1.0, 2.0])[1] == (
        '{"b":{"list":[1,2.0,{"z":null}],"%":"50 %"},"a":[],"":{},"t":true}'
    )


def test_a_bulk_is_an_array_of_its_samples() -> None:
    line = json_line(read_payload({"s": {"bulk": {"count": 3, "step": 1, "of": ["{x:.0f}"]}}}))
    samples = [{"x": np.array([float(n), n + 10.0])} for n in range(3)]

    (bulk,) = line.bulks

    assert (bulk.count, bulk.step, bulk.names) == (3, 1.0, {"x"})
    assert line.texts({}, ROWS, [samples]) == ['{"s":[[0],[1],[2]]}', '{"s":[[10],[11],[12]]}']


def test_what_is_fixed_for_a_mock_melts_into_one_text() -> None:
    tree = {"id": "{id}", "fw": "{fw}", "x": "{x}", "n": "{n}"}
    fixed = {"id": np.array(["a", "b"], dtype=object), "n": np.array([1, 2]), "fw": "2%"}

    line = json_line(read_payload(tree)).bound(fixed, 2)

    assert len(line.pieces) == 3
    assert line.names == {"x"}
    assert line.texts({"x": np.array([5])}, np.array([1])) == ['{"id":"b","fw":"2%","x":5,"n":2}']


def test_half_a_surrogate_pair_does_not_break_the_payload() -> None:
    text = texts("{x}", x=["\ud800", "ok"])[0]

    assert json.loads(text.encode()) == "\ud800"


def test_many_different_texts_do_not_fill_the_memory() -> None:
    line = json_line(parse_template("{x}"))
    (hole,) = line.pieces

    for start in range(0, 30_000, 1_000):
        values = np.array([f"text {start + i}" for i in range(1_000)], dtype=object)
        line.texts({"x": values}, np.arange(1_000))

    assert len(hole._texts) <= 10_000


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53), 2**53),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="{}"), max_size=20),
)
TREES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(st.text(max_size=8).filter(lambda key: key != "bulk"), inner, max_size=4),
    ),
    max_leaves=12,
)


@settings(deadline=None, max_examples=30)
@given(TREES)
def test_a_document_without_placeholders_is_sent_as_it_is(tree: Any) -> None:
    assert json.loads(texts(tree)[0]) == tree


COLUMNS = st.one_of(
    st.lists(st.floats(), min_size=2, max_size=2),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=2, max_size=2),
    st.lists(st.booleans(), min_size=2, max_size=2),
    st.lists(st.one_of(st.none(), st.text(max_size=20)), min_size=2, max_size=2),
)


@settings(deadline=None, max_examples=150)
@given(COLUMNS, st.text(string.printable, min_size=1, max_size=8))
def test_whatever_a_column_holds_comes_back_from_the_json(values: list[Any], around: str) -> None:
    literal = around.replace("{", "{{").replace("}", "}}")
    tree = {"alone": "{x}", "inside": f"{literal}{{x}}{literal}"}

    read = [json.loads(text.encode()) for text in texts(tree, x=values)]

    for value, got in zip(values, read, strict=True):
        is_number = isinstance(value, float)
        expected = None if is_number and not math.isfinite(value) else value
        assert got["alone"] == expected
        assert got["alone"] is expected or type(got["alone"]) is type(expected)
        shown = value if isinstance(value, str) else json.dumps(expected)
        assert got["inside"] == f"{around}{shown}{around}" or is_number


SPECS = st.sampled_from([".0f", ".1f", ".6f", ".3g", ".2e", "d", "08.2f", "+.1f", ".1%", ",.2f"])


@settings(deadline=None, max_examples=150)
@given(COLUMNS, SPECS)
def test_a_formatted_number_is_what_the_format_says(values: list[Any], spec: str) -> None:
    read = [json.loads(text.encode()) for text in texts(f"{{x:{spec}}}", x=values)]

    for value, got in zip(values, read, strict=True):
        if value is None or (isinstance(value, float) and not math.isfinite(value)):
            assert got is None
        elif isinstance(value, str):
            assert got == value
        else:
            text = format(round(value) if spec == "d" else value, spec)
            assert got == text or float(got) == float(text)
