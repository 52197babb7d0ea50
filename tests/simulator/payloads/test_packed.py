"""CBOR and MessagePack, read by the libraries of others and compared value by value."""

import math
from collections.abc import Callable
from typing import Any

import cbor2
import msgpack
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.generators.base import LEFT_OUT
from tests.simulator.payloads.making import payloads


def read_msgpack(data: bytes) -> Any:
    return msgpack.unpackb(data, strict_map_key=False)


FORMATS = pytest.mark.parametrize(
    ("word", "read"), [("cbor", cbor2.loads), ("msgpack", read_msgpack)]
)

EDGES = [
    0, 1, 23, 24, 31, 32, 127, 128, 255, 256, 32_767, 32_768, 65_535, 65_536, 2**31 - 1, 2**31,
    2**32 - 1, 2**32, 2**53, 2**63 - 1, -1, -24, -25, -32, -33, -128, -129, -256, -257, -32_768,
    -32_769, -65_537, -(2**31), -(2**31) - 1, -(2**32) - 1, -(2**63),
]  # fmt: skip


@FORMATS
def test_whole_numbers_of_every_length_come_back(word: str, read: Callable[[bytes], Any]) -> None:
    assert [read(each) for each in payloads({word: "{x}"}, x=EDGES)] == EDGES
    assert [read(payloads({word: "{x}"}, x=[edge])[0]) for edge in EDGES] == EDGES


def test_they_are_as_short_as_the_libraries_of_others_make_them() -> None:
    packed = {word: payloads({word: "{x}"}, x=EDGES) for word in ("cbor", "msgpack")}

    assert packed["cbor"] == [cbor2.dumps(edge) for edge in EDGES]
    assert packed["msgpack"] == [msgpack.packb(edge) for edge in EDGES]


@FORMATS
@pytest.mark.parametrize(
    ("template", "values", "expected"),
    [
        ("{x}", [1.5, math.nan, math.inf], [1.5, None, None]),
        ("{x}", [True, False], [True, False]),
        ("{x}", ["", "日本", "a\ud800"], ["", "日本", "a?"]),
        ("{x}", ["a", None, 1, 2.5, True, 2**70], ["a", None, 1, 2.5, True, 2.0**70]),
        ("{x:.1f}", [1.25, -0.05, math.nan], [1.2, -0.1, None]),
        ("{x:.2f}", [1.005, 2.675, 1e15 + 0.125], [1.0, 2.67, 1e15 + 0.12]),
        ("{x:d}", [1.5, 2.5, -1.2], [2, 2, -1]),
        ("{x:06d}", [12, -3], ["000012", "-00003"]),
        ("{x:.3g}", [1234.5, 0.5], [1230.0, 0.5]),
        ("{x:.1f}", ["warm", None], ["warm", None]),
        ("{x:iso}", [0.0, 1.5], ["1970-01-01T00:00:00.000Z", "1970-01-01T00:00:01.500Z"]),
        ("{x:ms}", [0.0, 1.5], [0, 1500]),
        ("{x:ms}", [math.nan, 1.5], [None, 1500]),
        ("{x:%Y}", [0.0], ["1970"]),
        ("it is {x:.1f}", [1.25, math.nan], ["it is 1.2", "it is null"]),
        ("{x * 2}", [1, 2], [2, 4]),
    ],
)
def test_a_value_has_the_type_that_it_has_in_json(
    word: str, read: Callable[[bytes], Any], template: str, values: list[Any], expected: list[Any]
) -> None:
    read_back = [read(each) for each in payloads({word: template}, x=values)]

    assert read_back == expected
    assert list(map(type, read_back)) == list(map(type, expected))


@FORMATS
def test_a_tree_keeps_its_nesting(word: str, read: Callable[[bytes], Any]) -> None:
    tree = {"a": ["{x}", 1, 2.5, None, True, "text"], "b": {"": {}, "c": []}, "{x}": {"d": "{x}!"}}

    assert read(payloads({word: tree}, x=[7])[0]) == {
        "a": [7, 1, 2.5, None, True, "text"],
        "b": {"": {}, "c": []},
        "7": {"d": "7!"},
    }


@FORMATS
@pytest.mark.parametrize("size", [0, 15, 16, 23, 24, 31, 32, 255, 256, 65_535, 65_536])
def test_containers_and_texts_of_every_length_come_back(
    word: str, read: Callable[[bytes], Any], size: int
) -> None:
    assert read(payloads({word: "{x}"}, x=["a" * size])[0]) == "a" * size
    if size < 300:
        tree = {"map": {f"k{n}": n for n in range(size)}, "list": list(range(size))}
        assert read(payloads({word: tree})[0]) == tree


@FORMATS
def test_what_is_left_out_takes_its_key_with_it(word: str, read: Callable[[bytes], Any]) -> None:
    message = {word: {"a": "{x}", "b": 1, "c": "{y}", "in": {"x": "{x}"}, "list": ["{x}"]}}

    read_back = payloads(message, left_out=["x", "y"], x=[1.5, LEFT_OUT], y=[LEFT_OUT, LEFT_OUT])

    assert [read(each) for each in read_back] == [
        {"a": 1.5, "b": 1, "in": {"x": 1.5}, "list": [1.5]},
        {"b": 1, "in": {}, "list": [None]},
    ]


@FORMATS
def test_a_bulk_may_be_rows_or_columns(word: str, read: Callable[[bytes], Any]) -> None:
    bulk = {"count": 2, "step": "1s", "of": {"t": "{t}", "h": "{h}"}}
    samples = [{"t": [1, 10], "h": [0.5, 5.5]}, {"t": [2, 20], "h": [0.25, 2.25]}]

    rows = payloads({word: {"s": {"bulk": bulk}}}, samples=samples)
    columns = payloads({word: {"s": {"bulk": {**bulk, "shape": "columns"}}}}, samples=samples)

    assert read(rows[1]) == {"s": [{"t": 10, "h": 5.5}, {"t": 20, "h": 2.25}]}
    assert read(columns[0]) == {"s": {"t": [1, 2], "h": [0.5, 0.25]}}


@FORMATS
def test_a_binary_layout_is_a_string_of_bytes(word: str, read: Callable[[bytes], Any]) -> None:
    tree = {"data": {"binary": {"fields": [{"type": "u16", "value": "{x}"}]}}}

    assert read(payloads({word: tree}, x=[258])[0]) == {"data": b"\x01\x02"}


PLAIN = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=40),
)
KEYS = st.text(st.characters(exclude_characters="{}", exclude_categories=["Cs"]), max_size=8)
TREES = st.recursive(
    PLAIN,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.dictionaries(KEYS.filter(lambda key: key not in ("bulk", "binary")), inner, max_size=4),
    ),
    max_leaves=12,
)


@FORMATS
@settings(deadline=None, max_examples=30)
@given(tree=TREES)
def test_any_document_comes_back(word: str, read: Callable[[bytes], Any], tree: Any) -> None:
    assert read(payloads({word: tree})[0]) == tree


COLUMNS = st.one_of(
    st.lists(st.floats(), min_size=1, max_size=6),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=6),
    st.lists(st.one_of(PLAIN, st.floats()), min_size=1, max_size=6),
)


@FORMATS
@settings(deadline=None, max_examples=60)
@given(values=COLUMNS)
def test_any_column_comes_back(word: str, read: Callable[[bytes], Any], values: list[Any]) -> None:
    if {type(value) for value in values} == {int, float}:
        values = [float(value) for value in values]

    read_back = [read(each) for each in payloads({word: {"v": "{x}"}}, x=values)]

    assert read_back == [
        {"v": None if isinstance(value, float) and not math.isfinite(value) else value}
        for value in values
    ]
