"""Where messages go: topics and paths, and the one made from the other."""

from typing import Any

import numpy as np
import pytest

from simulator.definition import Template, parse_template
from simulator.payloads.addresses import Address, Kind

ROWS = np.arange(2)


def template(text: str | None) -> Template | None:
    return None if text is None else parse_template(text)


@pytest.mark.parametrize(
    ("topic", "path", "kind", "expected"),
    [
        ("a/{x}", None, "topic", "a/1"),
        ("/a/{x}", None, "topic", "/a/1"),
        ("a/{x}", None, "path", "/a/1"),
        ("/a/{x}", None, "path", "/a/1"),
        (None, "/a/{x}?q=1", "path", "/a/1?q=1"),
        (None, "/a/{x}", "topic", "a/1"),
        ("t", "/p", "topic", "t"),
        ("t", "/p", "path", "/p"),
        ("t", "/p", None, "t"),
        (None, "/p", None, "/p"),
        (None, None, "path", "/"),
    ],
)
def test_each_protocol_gets_the_address_that_it_understands(
    topic: str | None, path: str | None, kind: Kind | None, expected: str
) -> None:
    address = Address.of(topic=template(topic), path=template(path), kind=kind)

    assert address.texts({"x": np.array([1, 2])}, ROWS)[0] == expected
    assert address.bound({"x": np.array([1, 2])}, 2).texts({}, ROWS)[0] == expected


@pytest.mark.parametrize(
    ("kind", "value", "expected"),
    [
        ("topic", "a+b#c\0d", "t/a_b_c_d"),
        ("topic", "日本 °C", "t/日本 °C"),
        ("topic", "half \ud800", "t/half _"),
        ("path", "a b\r\nHost: x", "/t/a%20b%0D%0AHost:%20x"),
        ("path", "日#1", "/t/%E6%97%A5%231"),
        ("path", "half \ud800", "/t/half%20?"),
    ],
)
def test_a_value_cannot_break_out_of_an_address(kind: Kind, value: Any, expected: str) -> None:
    address = Address.of(topic=template("t/{x}"), path=None, kind=kind)

    values = np.array([value, "b"], dtype=object)

    assert address.texts({"x": values}, ROWS) == [expected, address.texts({"x": "b"}, ROWS)[0]]


def test_an_address_of_fixed_values_is_made_once() -> None:
    address = Address.of(topic=template("{site}/{id}"), path=None, kind="topic")
    fixed = {"site": "tokyo", "id": np.array(["a", "b"], dtype=object)}

    bound = address.bound(fixed, 2)

    assert bound.names == frozenset()
    assert bound.texts({}, np.array([1, 0])) == ["tokyo/b", "tokyo/a"]
