"""Protocol Buffers, compared byte by byte with Google's own library."""

import math
from typing import Any

import pytest
from google.protobuf.message import Message as Google
from google.protobuf.message_factory import GetMessageClass
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.definition.messages.message import Message
from simulator.definition.messages.protobuf import Protobuf
from simulator.generators.base import LEFT_OUT
from tests.simulator.payloads.making import payloads

SCHEMA = """
syntax = "proto3";
package plant.v1;
import "google/protobuf/timestamp.proto";

message Reading {
  string id = 1;
  double d = 2;
  float f = 3;
  int32 i32 = 4;
  int64 i64 = 5;
  uint32 u32 = 6;
  uint64 u64 = 7;
  sint32 s32 = 8;
  sint64 s64 = 9;
  fixed32 f32 = 10;
  fixed64 f64 = 11;
  sfixed32 sf32 = 12;
  sfixed64 sf64 = 13;
  bool b = 14;
  bytes raw = 15;
  enum Mode { OFF = 0; ON = 1; FAULT = -3; }
  Mode mode = 16;
  optional int32 maybe = 17;
  repeated int32 many = 18;
  repeated string names = 19;
  map<string, double> values = 20;
  map<int32, string> texts = 21;
  message Position { double lat = 1; double lon = 2; repeated float track = 3 [packed = false]; }
  Position position = 22;
  repeated Position positions = 23;
  oneof detail { string text = 24; int32 number = 25; }
  google.protobuf.Timestamp at = 2000;
}
"""
KIND = Protobuf.model_validate({"schema": SCHEMA, "message": "Reading", "fields": {}}).descriptor
Reading: Any = GetMessageClass(KIND)


def message(**fields: Any) -> dict[str, Any]:
    return {"protobuf": {"schema": SCHEMA, "message": "Reading", "fields": fields}}


def written(reading: Google) -> bytes:
    return reading.SerializeToString(deterministic=True)


NUMBERS = {
    "i32": [0, 1, -1, 127, 128, 2**31 - 1, -(2**31)],
    "i64": [0, -1, 2**62, 2**63 - 1, -(2**63)],
    "u32": [0, 300, 2**32 - 1],
    "u64": [0, 2**63 - 1],
    "s32": [0, -1, 1, -(2**31), 2**31 - 1],
    "s64": [0, -1, -(2**63), 2**63 - 1],
    "f32": [0, 2**32 - 1],
    "f64": [0, 2**63 - 1],
    "sf32": [-1, -(2**31), 5],
    "sf64": [-1, -(2**63), 5],
    "d": [0.0, -0.0, 1.5, -1e300],
    "f": [0.0, 1.5, 0.1],
    "b": [True, False],
    "mode": [0, 1, -3],
    "maybe": [0, 7],
    "number": [0, 5],
    "id": ["", "a", "日本" * 100],
    "text": ["", "x"],
}


@pytest.mark.parametrize("field", NUMBERS)
def test_a_field_has_the_bytes_of_google_s_library(field: str) -> None:
    values = NUMBERS[field]

    made = payloads(message(**{field: "{x}"}), x=values)

    assert made == [written(Reading(**{field: value})) for value in values]


def test_a_whole_message_has_the_bytes_of_google_s_library() -> None:
    layout = {"binary": {"fields": [{"type": "u16", "value": "{n}"}]}}
    fields = {
        "id": "mock {n}",
        "raw": layout,
        "mode": "{mode}",
        "many": ["{n}", 2, -3],
        "names": ["a", "{n}"],
        "values": {"t": "{t}"},
        "texts": {"7": "seven", "{n}": "n"},
        "position": {"lon": "{t}", "lat": 1.5, "track": [1.0, "{t}"]},
        "positions": [{"lat": "{t}"}, {}],
        "at": "{now}",
    }
    made = payloads(
        message(**fields), n=[258, 0], t=[2.5, 0.0], mode=["ON", "FAULT"], now=[1.25e9, 1.5]
    )

    for data, n, t, mode, now in zip(
        made, [258, 0], [2.5, 0.0], [1, -3], [(1_250_000_000, 0), (1, 500_000_000)], strict=True
    ):
        expected = Reading(
            id=f"mock {n}",
            raw=n.to_bytes(2, "big"),
            mode=mode,
            many=[n, 2, -3],
            names=["a", str(n)],
            values={"t": t},
            texts={7: "seven", n: "n"},
            position={"lat": 1.5, "lon": t, "track": [1.0, t]},
            positions=[{"lat": t}, {}],
            at={"seconds": now[0], "nanos": now[1]},
        )
        assert Reading.FromString(data) == expected


def test_a_bulk_fills_a_repeated_field() -> None:
    bulk = {"count": 3, "step": "1s"}
    samples = [{"t": [1, -10]}, {"t": [2, 20]}, {"t": [300, 30]}]
    fields = {
        "many": {"bulk": {**bulk, "of": "{t}"}},
        "positions": {"bulk": {**bulk, "of": {"lat": "{t}"}}},
    }

    made = payloads(message(**fields), samples=samples)

    assert made[0] == written(
        Reading(many=[1, 2, 300], positions=[{"lat": 1}, {"lat": 2}, {"lat": 300}])
    )
    assert list(Reading.FromString(made[1]).many) == [-10, 20, 30]


@pytest.mark.parametrize("value", [None, math.nan, LEFT_OUT])
@pytest.mark.parametrize("field", ["i32", "d", "maybe", "mode", "b", "id"])
def test_what_has_no_value_is_not_sent(field: str, value: Any) -> None:
    assert payloads(message(**{field: "{x}"}), x=[value]) == [b""]


def test_what_does_not_fit_becomes_the_nearest_that_does() -> None:
    fields = {"i32": "{x}", "u32": "{y}", "mode": "{mode}", "f": "{x}"}

    made = payloads(message(**fields), x=[1e40, -1e40], y=[-5, 2**40], mode=["nobody", "ON"])

    first, second = map(Reading.FromString, made)
    assert (first.i32, first.u32, first.mode) == (2**31 - 1, 0, 0)
    assert (second.i32, second.u32, second.mode) == (-(2**31), 2**32 - 1, 1)
    assert first.f == math.inf


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(-(2**63), 2**63 - 1), min_size=1, max_size=5),
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=200), min_size=5),
)
def test_any_column_comes_back(numbers: list[int], texts: list[str]) -> None:
    fields = {"i64": "{x}", "s64": "{x}", "sf64": "{x}", "id": "{text}", "many": ["{x % 9}"]}

    made = payloads(message(**fields), x=numbers, text=texts[: len(numbers)])

    for data, number, text in zip(made, numbers, texts, strict=False):
        read = Reading.FromString(data)
        assert (read.i64, read.s64, read.sf64, read.id) == (number, number, number, text)


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"idd": "x"}, "Reading has no field 'idd', did you mean 'id'"),
        ({"i32": "warm"}, "i32 is a whole number from -2147483648 to 2147483647, got 'warm'"),
        ({"i32": 2**31}, "i32 is a whole number"),
        ({"u32": -1}, "u32 is a whole number from 0"),
        ({"d": True}, "d is a number, got true"),
        ({"b": 1}, "b is true or false, got 1"),
        ({"id": 5}, "id is a text, got 5"),
        ({"mode": "ONN"}, "mode is one of Mode, did you mean 'ON'"),
        ({"many": "{x}"}, "many is repeated: needs a list or a bulk"),
        ({"values": [1]}, "values is a map: needs a mapping"),
        ({"texts": {"seven": "x"}}, "a key of this map is a whole number, got 'seven'"),
        ({"position": "{x}"}, "Position is a message: needs a mapping"),
        ({"position": {"lad": 1}}, "Position has no field 'lad', did you mean 'lat'"),
        ({"text": "{x}", "number": 1}, "only one of detail can be sent, got text and number"),
    ],
)
def test_what_does_not_fit_the_schema_is_refused(fields: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Message.model_validate(message(**fields))


@pytest.mark.parametrize(
    ("schema", "name", "text"),
    [
        ("message {", "A", "line 1, column 9: expected message name"),
        ('syntax = "proto3";\nmessage A { int32 x; }', "A", "line 2, column 20: missing field"),
        ('syntax = "proto3"; message A { B b = 1; }', "A", '"B" is not defined'),
        ('syntax = "proto3"; import "/etc/passwd"; message A { }', "A", "file not found|not found"),
        ('syntax = "proto3"; message Abc { }', "Abd", "no message 'Abd', did you mean 'Abc'"),
        ('syntax = "proto3"; import "../x.proto"; message A { }', "A", "not a schema"),
    ],
)
def test_a_schema_that_cannot_be_compiled_is_refused(schema: str, name: str, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Protobuf.model_validate({"schema": schema, "message": name, "fields": {}})


def test_a_required_field_must_be_there_and_is_sent_without_a_value() -> None:
    schema = 'syntax = "proto2"; message A { required int32 x = 1; optional int32 y = 2; }'
    made = {"schema": schema, "message": "A", "fields": {"x": "{x}", "y": "{x}"}}

    assert payloads({"protobuf": made}, x=[math.nan, 0.0]) == [b"\x08\0", b"\x08\0\x10\0"]
    with pytest.raises(ValidationError, match="A requires the field 'x'"):
        Protobuf.model_validate({**made, "fields": {}})
