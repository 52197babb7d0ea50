"""Whatever a column holds, a body makes bytes of it: nothing at run time is an exception."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.definition.messages.message import Message
from simulator.generators.base import LEFT_OUT
from simulator.payloads import body
from simulator.payloads.texts import JsonText

PROTO = """syntax = "proto3"; import "google/protobuf/timestamp.proto";
message R { string s = 1; double d = 2; int32 i = 3; uint64 u = 4; bool b = 5; enum E { A = 0; }
 E e = 6; repeated sint64 l = 7; map<string, float> m = 8; google.protobuf.Timestamp t = 9;
 bytes raw = 10; }"""
AVRO: dict[str, Any] = {
    "type": "array",
    "items": ["null", "boolean", "int", "string", {"type": "fixed", "name": "F", "size": 2}],
}
KINDS = ("u8", "i24", "u64", "i64", "f16", "f32", "bool", "ascii", "bytes")
FIELDS = [
    *({"type": kind, "value": "{x}"} for kind in KINDS),
    *({"type": kind, "value": "{x}", "out_of_range": "wrap"} for kind in ("u16", "i64", "f64")),
    {"type": "bcd", "length": 9, "value": "{x}"},
    {"type": "bcd", "length": 2, "value": "{x}", "out_of_range": "wrap"},
    {"type": "utf8", "prefix": "u8", "value": "{x}{x}"},
    {"bits": [{"width": 5, "value": "{x}"}, {"width": 59, "value": "{x}", "signed": True}]},
    {"crc": "crc32"},
]
LEAVES = ["{x}", "{x:.1f}", "{x:d}", "{x:06d}", "{x:x}", "{x:iso}", "{x:ms}", "{x:%Y}", "a {x}"]
BODIES: list[dict[str, Any]] = [
    {"json": [*LEAVES, {"k": "{x}", "{x}": {"binary": {"fields": FIELDS}}}]},
    {"cbor": [*LEAVES, {"k": "{x}", "{x}": {"binary": {"fields": FIELDS}}}]},
    {"msgpack": [*LEAVES, {"k": "{x}", "{x}": {"binary": {"fields": FIELDS}}}]},
    {"text": " ".join(LEAVES)},
    {"csv": LEAVES},
    {"form": {"a": "{x}", "b": "{x:.1f}"}},
    {"binary": {"fields": FIELDS}},
    {
        "protobuf": {
            "schema": PROTO,
            "message": "R",
            "fields": {
                **dict.fromkeys(("s", "d", "i", "u", "b", "e", "t", "raw"), "{x}"),
                "l": ["{x}"],
                "m": {"{x}": "{x}"},
            },
        }
    },
    {"avro": {"schema": AVRO, "value": ["{x}"]}},
    *(
        {"avro": {"schema": {"type": "map", "values": kind}, "value": {"k": "{x}", "{x}": "{x}"}}}
        for kind in ("int", "long", "float", "double", "boolean", "bytes", "string")
    ),
]
MADE = [body(Message.model_validate(each), ["x"]) for each in BODIES]

ODDITIES = [LEFT_OUT, JsonText('{"a":[1,null,"x"]}'), "\ud800", "", "0x", 2**64, -(2**70)]
ODD = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.text(max_size=10),
    st.sampled_from(
        [LEFT_OUT, JsonText('{"a":[1,null,"x"]}'), "\ud800", "", "0x", 2**64, -(2**70)]
    ),
)


def objects(values: list[Any]) -> Any:
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column


COLUMNS = st.one_of(
    st.lists(ODD, min_size=1, max_size=4).map(objects),
    st.lists(st.floats(), min_size=1, max_size=4).map(np.array),
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=4).map(np.array),
    st.lists(st.booleans(), min_size=1, max_size=4).map(np.array),
)


@pytest.mark.parametrize("number", range(len(BODIES)))
@settings(deadline=None, max_examples=6)
@given(column=COLUMNS)
def test_every_body_makes_bytes_of_any_column(number: int, column: Any) -> None:
    made = MADE[number].payloads({"x": column}, np.arange(len(column)))

    assert [type(each) for each in made] == [bytes] * len(column)


@pytest.mark.parametrize("number", range(len(BODIES)))
@pytest.mark.parametrize("value", [5, 1.5, math.nan, True, "text"])
def test_a_constant_for_all_mocks_is_the_same_as_a_column_of_it(number: int, value: Any) -> None:
    rows = np.arange(3)
    column = objects([value] * 3) if isinstance(value, str) else np.array([value] * 3)

    single = MADE[number].payloads({"x": value}, rows)

    assert single == MADE[number].payloads({"x": column}, rows)
    assert single == MADE[number].bound({"x": column}, 3).payloads({}, rows)
