"""Payloads that break their schema."""

import json
from itertools import cycle

import pytest

from simulator.faults.schema import misshapen

DOCUMENT = {"id": "s-1", "t": 21.5, "on": True, "pos": {"lat": 1, "lon": 2}, "list": [{"a": 1}]}
PAYLOAD = json.dumps(DOCUMENT).encode()


def shaped(change: str, path: str = "", draw: float = 0.0, payload: bytes = PAYLOAD):
    draws = cycle([draw])
    other = misshapen(payload, change, path, lambda: next(draws))
    return None if other is None else json.loads(other)


def test_a_field_that_is_named_is_missing() -> None:
    assert shaped("missing", "t") == {k: v for k, v in DOCUMENT.items() if k != "t"}
    assert shaped("missing", "pos.lat") == DOCUMENT | {"pos": {"lon": 2}}


def test_a_drawn_field_is_missing_of_any_depth() -> None:
    others = [shaped("missing", draw=place / 100) for place in range(100)]

    assert all(other != DOCUMENT for other in others)
    assert DOCUMENT | {"list": [{}]} in others
    assert DOCUMENT | {"pos": {"lat": 1}} in others


@pytest.mark.parametrize(
    ("path", "other"),
    [
        ("t", "21.5"),
        ("on", "true"),
        ("id", 3),
        ("pos", [1, 2]),
        ("list", {"0": {"a": 1}}),
    ],
)
def test_a_field_of_another_type_looks_like_it(path: str, other) -> None:
    assert shaped("type", path) == DOCUMENT | {path: other}


def test_there_is_a_field_more() -> None:
    assert shaped("extra") == DOCUMENT | {"unexpected": 1}
    assert shaped("extra", "t") == DOCUMENT | {"t_unexpected": 21.5}


def test_a_field_that_is_not_there_leaves_the_payload_alone() -> None:
    assert shaped("missing", "nothing") is None
    assert shaped("type", "t.deeper") is None
    assert misshapen(b"\x00\x01", "missing", "t", lambda: 0.0) is None


@pytest.mark.parametrize("change", ["missing", "type", "extra", "any"])
@pytest.mark.parametrize("payload", [b"[]", b"5", b'"x"', b"null", b"{}", b"[1, 2]"])
def test_json_without_fields_is_changed_as_a_whole(change: str, payload: bytes) -> None:
    assert shaped(change, payload=payload, draw=0.7) != json.loads(payload)


@pytest.mark.parametrize("change", ["missing", "type", "extra"])
@pytest.mark.parametrize("payload", [b"\x82\xa1\xff", b"1,2,3", b"", b"{"])
def test_what_is_no_json_is_another_by_one_byte(change: str, payload: bytes) -> None:
    other = misshapen(payload, change, "", lambda: 0.99)

    assert other != payload
    assert abs(len(other) - len(payload)) <= 1
