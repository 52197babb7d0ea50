"""Values of every datatype, read by Google's protobuf library."""

import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.definition.sparkplug import DATATYPES
from simulator.generators.base import LEFT_OUT
from simulator.sparkplug import Command, births, column, commands, data, payload, sequence_field
from tests.simulator.sparkplug.schema import Payload, read, value_of


@pytest.mark.parametrize(
    ("kind", "value", "field", "read_as"),
    [
        ("Int8", -1, "int_value", 2**32 - 1),
        ("Int8", 127, "int_value", 127),
        ("Int8", 128, None, None),
        ("Int16", -32_768, "int_value", 2**32 - 32_768),
        ("Int32", -(2**31), "int_value", 2**31),
        ("Int32", 2**31, None, None),
        ("Int64", -1, "long_value", 2**64 - 1),
        ("Int64", 2**62, "long_value", 2**62),
        ("UInt8", 255, "int_value", 255),
        ("UInt8", -1, None, None),
        ("UInt16", 65_535, "int_value", 65_535),
        ("UInt32", 2**32 - 1, "int_value", 2**32 - 1),
        ("UInt64", 2**63, "long_value", 2**63),
        ("Int32", 2.5, "int_value", 2),
        ("Int32", True, "int_value", 1),
        ("Float", 1.5, "float_value", 1.5),
        ("Float", 1e300, None, None),
        ("Double", -0.1, "double_value", -0.1),
        ("Double", 3, "double_value", 3.0),
        ("Double", math.nan, None, None),
        ("Double", math.inf, None, None),
        ("Double", "warm", None, None),
        ("Boolean", True, "boolean_value", True),
        ("Boolean", 0, "boolean_value", False),
        ("String", "25 °C", "string_value", "25 °C"),
        ("String", True, "string_value", "true"),
        ("Text", 4, "string_value", "4"),
        ("String", "", "string_value", ""),
        ("DateTime", 1_767_225_600.5, "long_value", 1_767_225_600_500),
        ("Int64", None, None, None),
        ("String", LEFT_OUT, None, None),
    ],
)
def test_a_value_stands_in_the_field_of_its_datatype(
    kind: str, value: Any, field: str | None, read_as: Any
) -> None:
    """payloads-metric-datatype-value, and the tables of 6.4.16"""
    (metric,) = read(payload(5, births("a/b", 300, kind, column(kind, [value]), [7]))).metrics

    assert (metric.name, metric.alias, metric.timestamp) == ("a/b", 300, 7)
    assert metric.datatype == DATATYPES[kind]
    assert metric.WhichOneof("value") == field
    assert value_of(metric) == read_as


@settings(max_examples=50, deadline=None, derandomize=True, database=None)
@given(number=st.integers(0, 2**64 - 1), seq=st.integers(0, 255))
def test_whole_numbers_are_read_as_they_were_written(number: int, seq: int) -> None:
    parts = data(number, column("UInt64", [number]), [number], [b""])

    found = read(payload(number, parts) + sequence_field(seq))

    assert (found.timestamp, found.seq) == (number, seq)
    assert (found.metrics[0].alias, found.metrics[0].long_value) == (number, number)


@settings(max_examples=100, deadline=None, derandomize=True, database=None)
@given(payload=st.binary(max_size=60))
def test_no_bytes_break_the_reading_of_commands(payload: bytes) -> None:
    assert all(isinstance(each, Command) for each in commands(payload))


def test_a_command_is_read_field_by_field() -> None:
    sent = Payload(timestamp=1, seq=2)
    sent.metrics.add(name="a", float_value=1.5)
    sent.metrics.add(alias=7, double_value=-2.5)
    sent.metrics.add(name="b", long_value=2**64 - 1)
    sent.metrics.add(name="c", boolean_value=False)
    sent.metrics.add(name="d", is_null=True)

    assert commands(sent.SerializeToString()) == [
        Command("a", None, 1.5),
        Command("", 7, -2.5),
        Command("b", None, 2**64 - 1),
        Command("c", None, False),
        Command("d", None, None),
    ]
