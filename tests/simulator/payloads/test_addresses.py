"""Where messages go: topics and paths, and the one made from the other."""

from typing import Any

import numpy as np
import pytest

from simulator.definition import Template, parse_template
from simulator.payloads.addresses import Address, Protocol

ROWS = np.arange(2)


def template(text: str | None) -> Template | None:
    return None if text is None else parse_template(text)


@pytest.mark.parametrize(
    ("topic", "path", "protocol", "expected"),
    [
        ("a/{x}", None, "mqtt", "a/1"),
        ("/a/{x}", None, "mqtt", "/a/1"),
        ("a/{x}", None, "http", "/a/1"),
        ("/a/{x}", None, "http", "/a/1"),
        (None, "/a/{x}?q=1", "http", "/a/1?q=1"),
        (None, "/a/{x}", "mqtt", "a/1"),
        ("t", "/p", "mqtt", "t"),
        ("t", "/p", "http", "/p"),
        ("t", "/p", None, "t"),
        (None, "/p", None, "/p"),
        (None, None, "http", "/"),
    ],
)
def test_each_protocol_gets_the_address_that_it_understands(
    topic: str | None, path: str | None, protocol: Protocol | None, expected: str
) -> None:
    address = Address.of(topic=template(topic), path=template(path), protocol=protocol)

    assert address.texts({"x": np.array([1, 2])}, ROWS)[0] == expected
    assert address.bound({"x": np.array([1, 2])}, 2).texts({}, ROWS)[0] == expected


@pytest.mark.parametrize(
    ("protocol", "value", "expected"),
    [
        ("mqtt", "a+b#c\0d", "t/a_b_c_d"),
        ("mqtt", "日本 °C", "t/日本 °C"),
        ("mqtt", "half \ud800", "t/half _"),
        ("http", "a b\r\nHost: x", "/t/a%20b%0D%0AHost:%20x"),
        ("http", "日#1", "/t/%E6%97%A5%231"),
        ("http", "half \ud800", "/t/half%20?"),
    ],
)
def test_a_value_cannot_break_out_of_an_address(
    protocol: Protocol, value: Any, expected: str
) -> None:
    address = Address.of(topic=template("t/{x}"), path=None, protocol=protocol)

    values = np.array([value, "b"], dtype=object)

    assert address.texts({"x": values}, ROWS) == [expected, address.texts({"x": "b"}, ROWS)[0]]


def test_an_address_of_fixed_values_is_made_once() -> None:
    address = Address.of(topic=template("{site}/{id}"), path=None, protocol="mqtt")
    fixed = {"site": "tokyo", "id": np.array(["a", "b"], dtype=object)}

    bound = address.bound(fixed, 2)

    assert bound.names == frozenset()
    assert bound.texts({}, np.array([1, 0])) == ["tokyo/b", "tokyo/a"]
