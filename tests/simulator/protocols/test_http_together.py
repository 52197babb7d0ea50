"""Messages that share a request: when it goes, in what order, and what its body is."""

import json
from math import inf
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator.errors import DefinitionError
from simulator.lot.http import Together
from simulator.protocols import http

Item = TypeVar("Item")


def taken(waiting: http.Gathered[Item], now: float, **how: bool) -> list[Item]:
    return [item for item, _ in waiting.take(now, **how)]


def gathered(**rule: object) -> http.Gathered[str]:
    return http.Gathered(Together.model_validate({"count": 3, "age": 10, **rule}))


def test_a_request_goes_when_it_is_full() -> None:
    waiting = gathered()
    for name in "abcd":
        waiting.add("/x", name, size=1, since=0)

    assert taken(waiting, 0) == ["a", "b", "c"]
    assert taken(waiting, 0) == []
    assert len(waiting) == 1


def test_a_request_goes_when_its_oldest_message_is_old_enough() -> None:
    waiting = gathered()
    waiting.add("/x", "a", size=1, since=5)
    waiting.add("/x", "b", size=1, since=14)

    assert waiting.due() == 15
    assert taken(waiting, 14.9) == []
    assert taken(waiting, 15) == ["a", "b"]
    assert waiting.due() == inf


def test_what_goes_elsewhere_goes_in_a_request_of_its_own() -> None:
    waiting = gathered(count=2)
    for name, place in (("a", "/x"), ("b", "/y"), ("c", "/x"), ("d", "/y")):
        waiting.add(place, name, size=1, since=0)

    assert [taken(waiting, 0), taken(waiting, 0)] == [["a", "c"], ["b", "d"]]


def test_a_request_has_no_more_than_its_bytes() -> None:
    waiting = gathered(max_bytes=10)
    for name, size in (("a", 4), ("b", 5), ("c", 99)):
        waiting.add("/x", name, size=size, since=0)

    assert [taken(waiting, 0), taken(waiting, 0), taken(waiting, 0)] == [["a", "b"], ["c"], []]


def test_at_the_end_everything_goes() -> None:
    waiting = gathered()
    waiting.add("/x", "a", size=1, since=0)

    assert taken(waiting, 0, is_last=True) == ["a"]


def test_what_waits_too_long_past_its_age_expires() -> None:
    waiting = gathered()
    waiting.add("/x", "a", size=1, since=0)
    waiting.add("/x", "b", size=1, since=1)
    waiting.add("/y", "c", size=1, since=0)

    assert waiting.expire(29.9, 20) == []
    assert waiting.expire(30, 20) == ["a", "c"]
    assert waiting.drain() == [("b", 1)]
    assert len(waiting) == 0


@given(
    st.lists(st.tuples(st.sampled_from("xy"), st.integers(0, 6)), max_size=40),
    st.integers(2, 5),
    st.integers(1, 10),
)
def test_each_message_goes_once_and_in_order(
    messages: list[tuple[str, int]], count: int, most: int
) -> None:
    waiting: http.Gathered[tuple[int, str, int]] = http.Gathered(
        Together(count=count, max_bytes=most)
    )
    requests = []
    for number, (place, size) in enumerate(messages):
        waiting.add(place, (number, place, size), size=size, since=0)
        if request := taken(waiting, 0):
            requests.append(request)
    while request := taken(waiting, 0, is_last=True):
        requests.append(request)

    for place in "xy":
        sent = [number for request in requests for number, where, _ in request if where == place]
        assert sent == [number for number, (where, _) in enumerate(messages) if where == place]
    for request in requests:
        assert len({where for _, where, _ in request}) == 1
        assert len(request) <= count
        assert len(request) == 1 or sum(size for _, _, size in request) <= most


def test_an_array_is_json() -> None:
    rule = Together(count=2)

    body = http.joined(rule, [b'{"t": 1}', b"2"])

    assert json.loads(body) == [{"t": 1}, 2]
    assert http.content_type(rule) == "application/json"


def test_lines_end_each_with_a_line_break() -> None:
    rule = Together(count=2, format="lines")

    assert http.joined(rule, [b"1", b"2"]) == b"1\n2\n"
    assert http.content_type(rule) == "application/x-ndjson"


def test_concatenated_messages_keep_their_type() -> None:
    rule = Together(count=2, format="concatenated")

    assert http.joined(rule, [b"a\n", b"b\n"]) == b"a\nb\n"
    assert http.content_type(rule) == ""
    http.check_fits(rule, b"a\n", {"Content-Type": "text/csv"})


@pytest.mark.parametrize(
    ("form", "payload", "headers", "text"),
    [
        ("array", b"a;b", {"Content-Type": "text/csv; charset=utf-8"}, "this one is text/csv"),
        ("lines", b"1\n", None, "takes no message with a line break"),
        ("array", b"x", {"content-encoding": "gzip"}, "compressed cannot share"),
        ("concatenated", b"x", {"Content-Encoding": "gzip"}, "compressed cannot share"),
    ],
)
def test_a_message_that_does_not_fit_is_refused(
    form: str, payload: bytes, headers: dict[str, str] | None, text: str
) -> None:
    rule = Together.model_validate({"count": 2, "format": form})

    with pytest.raises(DefinitionError, match=text):
        http.check_fits(rule, payload, headers)


@pytest.mark.parametrize("kind", ["application/json; charset=utf-8", "application/senml+json"])
def test_every_kind_of_json_fits_into_an_array(kind: str) -> None:
    http.check_fits(Together(count=2), b"{}", {"Content-Type": kind})
