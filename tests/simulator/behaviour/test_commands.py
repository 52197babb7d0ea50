"""Fields of what is received, whatever it is."""

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.behaviour.commands import MAX_PAYLOAD, Received

DOCUMENT = {"a": {"b": [10, {"c": "x"}], "d.e": None}, "f.g": True, "": {"": 3}}


def answers(where: dict[str, Any], payload: bytes = orjson.dumps(DOCUMENT)) -> bool:
    return Received(0.0, "t", payload).answers("t", where)


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b.0", 10), ("a.b.1.c", "x"), ("a.d.e", None), ("f.g", True), ("a.b.0", 10.0)],
)
def test_a_field_is_found_by_its_dotted_path(path: str, value: Any) -> None:
    assert answers({path: value})


@pytest.mark.parametrize(
    ("path", "value"),
    [("a.b.2", 10), ("a.b.-1", 10), ("a.x", None), ("f.g", 1), ("a.b.0", "10"), ("a.b.0.c", None)],
)
def test_what_is_not_there_equals_nothing(path: str, value: Any) -> None:
    assert not answers({path: value})


def test_all_fields_must_agree() -> None:
    assert answers({"f.g": True, "a.b.0": 10})
    assert not answers({"f.g": True, "a.b.0": 11})


def test_a_payload_too_large_to_be_read_answers_nothing_but_its_topic() -> None:
    payload = orjson.dumps({"a": 1, "pad": "x" * MAX_PAYLOAD})

    assert not answers({"a": 1}, payload)
    assert answers({}, payload)


@given(st.binary(max_size=40), st.text(max_size=10))
def test_nothing_that_comes_raises(payload: bytes, path: str) -> None:
    assert answers({path: "a value that never comes"}, payload) is False
