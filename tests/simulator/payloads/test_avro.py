"""Avro, read by fastavro and compared value by value."""

import io
import math
from datetime import UTC, datetime
from typing import Any

import fastavro
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from simulator.definition.messages.message import Message
from tests.simulator.payloads.making import payloads

SCHEMA: dict[str, Any] = {
    "type": "record",
    "name": "Reading",
    "namespace": "plant",
    "fields": [
        {"name": "id", "type": "string"},
        {"name": "i", "type": "int"},
        {"name": "l", "type": "long"},
        {"name": "f", "type": "float"},
        {"name": "d", "type": "double"},
        {"name": "b", "type": "boolean"},
        {"name": "raw", "type": "bytes"},
        {"name": "mode", "type": {"type": "enum", "name": "Mode", "symbols": ["OFF", "ON"]}},
        {"name": "mac", "type": {"type": "fixed", "name": "Mac", "size": 4}},
        {"name": "list", "type": {"type": "array", "items": "long"}},
        {"name": "map", "type": {"type": "map", "values": "double"}},
        {"name": "maybe", "type": ["null", "double", "string"], "default": None},
        {"name": "at", "type": {"type": "long", "logicalType": "timestamp-millis"}},
        {"name": "other", "type": ["null", "Mode"]},
        {"name": "more", "type": {"type": "array", "items": "int"}, "default": [1, 2]},
    ],
}
FIELDS: dict[str, Any] = {
    "id": "mock {l}",
    "i": "{i}",
    "l": "{l}",
    "f": "{d}",
    "d": "{d}",
    "b": "{l > 0}",
    "raw": {"binary": {"fields": [{"type": "u16", "value": "{i}"}]}},
    "mode": "{mode}",
    "mac": "abcdef",
    "list": ["{l}", 2, -3],
    "map": {"t": "{d}", "{mode}": 1},
    "maybe": "{maybe}",
    "at": "{now}",
    "other": "ON",
}


def read(data: bytes, schema: Any = SCHEMA) -> Any:
    stream = io.BytesIO(data)
    value = fastavro.schemaless_reader(stream, fastavro.parse_schema(schema), None)
    assert stream.read() == b""
    return value


def simple(schema: Any, value: Any = "{x}", **more: Any) -> dict[str, Any]:
    return {"avro": {"schema": schema, "value": value, **more}}


def test_a_record_is_read_by_fastavro() -> None:
    made = payloads(
        {"avro": {"schema": SCHEMA, "value": FIELDS}},
        i=[5, -(2**31)],
        l=[2**62, -1],
        d=[1.5, math.nan],
        mode=["ON", "nobody"],
        maybe=[math.nan, "text"],
        now=[1.5, 1.7e9],
    )

    first, second = map(read, made)
    assert first == {
        "id": f"mock {2**62}", "i": 5, "l": 2**62, "f": 1.5, "d": 1.5, "b": True, "raw": b"\0\5",
        "mode": "ON", "mac": b"abcd", "list": [2**62, 2, -3], "map": {"t": 1.5, "ON": 1.0},
        "maybe": None, "at": datetime(1970, 1, 1, 0, 0, 1, 500_000, UTC), "other": "ON",
        "more": [1, 2],
    }  # fmt: skip
    assert (second["d"], second["mode"], second["maybe"]) == (0.0, "OFF", "text")


@pytest.mark.parametrize(
    ("schema", "values", "expected"),
    [
        ("long", [0, -1, 63, 64, -65, 2**63 - 1, -(2**63)], None),
        ("int", [1.5, 1e30, math.nan], [2, 2**31 - 1, 0]),
        ("double", [1, None, "text"], [1.0, 0.0, 0.0]),
        ("string", ["", "日本", None, 1.5], ["", "日本", "", "1.5"]),
        ("boolean", [True, False], None),
        (["null", "long"], [1, None, 2.4], [1, None, 2]),
        (["null", "long"], [1.0, math.nan], [1, None]),
        (["string", "long", "null"], ["a", 5, None], None),
        (["null", "boolean", "double"], [True, 2.5, 3], [True, 2.5, 3.0]),
        ({"type": "long", "logicalType": "timestamp-micros"}, [1, 2], None),
    ],
)
def test_a_value_takes_the_schema_s_type(
    schema: Any, values: list[Any], expected: list[Any] | None
) -> None:
    made = payloads(simple(schema), x=values)

    plain = {"type": "long"} if isinstance(schema, dict) else schema
    assert [read(each, plain) for each in made] == (expected or values)


def test_a_bulk_fills_an_array() -> None:
    bulk = {"bulk": {"count": 2, "step": "1s", "of": "{t}"}}

    made = payloads(
        simple({"type": "array", "items": "double"}, bulk), samples=[{"t": [1.5]}, {"t": [2.5]}]
    )

    assert read(made[0], {"type": "array", "items": "double"}) == [1.5, 2.5]


def test_the_framing_names_the_schema() -> None:
    """Source: Avro 1.11, single object encoding; Confluent, wire format. The fingerprint of "int"
    is that of the specification's own table of schemas."""
    single = payloads(simple("int", 1, framing="single_object"))[0]
    confluent = payloads(simple("int", 1, framing="confluent", schema_id=258))[0]

    assert single.hex() == "c301" + "8f5c393f1ad57572" + "02"
    assert confluent.hex() == "00" + "00000102" + "02"


def test_a_schema_may_be_the_text_of_a_file() -> None:
    made = payloads(simple('{"type": "map", "values": "int"}', {"a": 1}))[0]

    assert read(made, {"type": "map", "values": "int"}) == {"a": 1}


@settings(deadline=None, max_examples=50)
@given(
    st.lists(
        st.one_of(st.none(), st.booleans(), st.integers(-(2**63), 2**63 - 1), st.text(max_size=9)),
        min_size=1,
        max_size=5,
    )
)
def test_any_column_comes_back_from_a_union(values: list[Any]) -> None:
    schema = ["null", "boolean", "long", "string"]

    read_back = [read(each, schema) for each in payloads(simple(schema), x=values)]

    texts = [v.encode(errors="replace").decode() if isinstance(v, str) else v for v in values]
    assert read_back == texts


@pytest.mark.parametrize(
    ("schema", "value", "text"),
    [
        ("lnog", 1, "not a schema of Avro"),
        ({"type": "record", "name": "A"}, 1, "not a schema of Avro"),
        ("{broken", 1, "no JSON"),
        ("int", "warm", "needs a whole number of 32 bits, got 'warm'"),
        ("int", 2**31, "needs a whole number of 32 bits"),
        ("boolean", 1, "needs true or false, got 1"),
        ("string", 1, "needs a text"),
        (["null", "int"], "text", "fits none of the union: null, int"),
        (
            {"type": "enum", "name": "E", "symbols": ["ON"]},
            "OM",
            "a symbol of E .allowed: ON",
        ),
        ({"type": "array", "items": "int"}, {"a": 1}, "an array needs a list or a bulk"),
        ({"type": "map", "values": "int"}, [1], "a map needs a mapping"),
        (SCHEMA, {**FIELDS, "idd": 1}, "plant.Reading has no field 'idd', did you mean 'id'"),
        (SCHEMA, {"id": "x"}, "plant.Reading needs the field 'i'"),
    ],
)
def test_what_does_not_fit_is_refused(schema: Any, value: Any, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Message.model_validate(simple(schema, value))


def test_the_framing_of_a_registry_needs_the_schema_s_number() -> None:
    with pytest.raises(ValidationError, match="confluent needs schema_id"):
        Message.model_validate(simple("int", 1, framing="confluent"))
