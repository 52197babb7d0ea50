"""Payloads that are filled up to a size, or compressed; and what goes beside them."""

import gzip
import json
import zlib
from typing import Any
from urllib.parse import parse_qsl

import cbor2
import msgpack
import numpy as np
import pytest
from pydantic import ValidationError

from simulator.definition.messages.message import Message
from simulator.payloads import body
from simulator.payloads.beside import MAX_VALUE, Beside
from tests.simulator.payloads.making import column, payload, payloads


@pytest.mark.parametrize("size", [30, 31, 300, 70_000])
def test_json_is_filled_up_with_blanks_or_a_member(size: int) -> None:
    blanks = payload({"json": {"x": "{x}"}, "size": size}, x=1.5)
    member = payload({"json": {"x": "{x}"}, "size": size, "filler": "pad"}, x=1.5)

    assert (len(blanks), json.loads(blanks)) == (size, {"x": 1.5})
    assert len(member) == size
    assert json.loads(member) == {"x": 1.5, "pad": "x" * (size - len('{"x":1.5,"pad":""}'))}


@pytest.mark.parametrize("size", [20, 43, 44, 300, 70_000])
def test_maps_and_forms_are_filled_up_with_a_member(size: int) -> None:
    readers: dict[str, Any] = {
        "cbor": cbor2.loads,
        "msgpack": msgpack.unpackb,
        "form": lambda data: dict(parse_qsl(data.decode(), keep_blank_values=True)),
    }
    for word, read in readers.items():
        made = payload({word: {"x": "{x}"}, "size": size, "filler": "pad"}, x="a")

        assert len(made) == size
        assert set(read(made)) == {"x", "pad"}
        assert read(made)["x"] == "a"


def test_text_and_frames_are_filled_up_with_blanks_and_zeros() -> None:
    layout = {"fields": [{"type": "u8", "value": "{x}"}]}

    assert payload({"text": "{x}", "size": 5}, x=12) == b"12   "
    assert payload({"binary": layout, "size": 3}, x=1) == b"\1\0\0"
    assert payload({"binary": {**layout, "encoding": "hex"}, "size": 6}, x=1) == b"010000"
    assert payload({"binary": {**layout, "encoding": "base64"}, "size": 8}, x=1) == b"AQAAAAAA"


def test_what_is_longer_stays_as_it_is() -> None:
    made = payloads({"json": {"x": "{x}"}, "size": 12, "filler": "p"}, x=["a", "longer"])

    assert made == [b'{"x":"a"}', b'{"x":"longer"}']


@pytest.mark.parametrize("level", [1, 6, 9])
def test_what_is_compressed_comes_back_and_is_always_the_same(level: int) -> None:
    tree = {"x": "{x}", "text": "a" * 500}
    packed = {
        method: {"json": tree, "compress": {"method": method, "level": level}}
        for method in ("gzip", "deflate")
    }

    first, second = payload(packed["gzip"], x=1), payload(packed["deflate"], x=1)

    assert json.loads(gzip.decompress(first)) == json.loads(zlib.decompress(second))
    assert len(first) < 100
    assert first[4:8] == b"\0\0\0\0"  # RFC 1952: no time
    assert first == payload(packed["gzip"], x=1)


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"json": {}, "size": 0}, "greater than or equal to 1"),
        ({"json": {}, "size": 9, "compress": "gzip"}, "needs one of them, got size and compress"),
        ({"json": {}, "filler": "p"}, "filler needs the size"),
        ({"json": [1], "size": 9, "filler": "p"}, "filler needs json to be a mapping"),
        ({"cbor": {}, "size": 9}, "size needs the name of a filler for cbor"),
        ({"text": "a", "size": 9, "filler": "p"}, "filler is for json, form, cbor, msgpack"),
        ({"avro": {"schema": "int", "value": 1}, "size": 9}, "size cannot be held by avro"),
        ({"json": {}, "compress": "zip"}, "Input should be 'gzip' or 'deflate'"),
        ({"json": {}, "compress": {"method": "gzip", "level": 10}}, "less than or equal to 9"),
    ],
)
def test_what_cannot_be_packed_is_refused(message: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Message.model_validate(message)


def extras(message: dict[str, Any], **readings: list[Any]) -> Any:
    made = Message.model_validate(message)
    written = body(made)
    beside = Beside.of(
        made, content_type=written.content_type, content_encoding=written.content_encoding
    )
    columns = {name: column(values) for name, values in readings.items()}
    count = len(next(iter(readings.values()))) if readings else 1
    bound = beside.bound({name: columns[name] for name in ("id",) if name in columns}, count)
    return bound.extras(columns, np.arange(count))


def test_headers_and_properties_take_placeholders() -> None:
    message = {
        "json": 1,
        "headers": {"x-site": "{site}", "X-Id": "{id}"},
        "properties": {"site": "{site}", "fixed": "yes"},
        "response_topic": "answers/{id}",
        "correlation": "{n}",
    }

    made = extras(message, id=["a", "b"], site=["s", None], n=[1, 2])

    assert made.headers == [{"x-site": "s", "X-Id": "a"}, {"x-site": "", "X-Id": "b"}]
    assert made.properties == [{"site": "s", "fixed": "yes"}, {"site": "", "fixed": "yes"}]
    assert made.response_topics == ["answers/a", "answers/b"]
    assert made.correlations == ["1", "2"]


def test_a_plain_message_has_nothing_beside_it() -> None:
    made = extras({"json": 1})

    assert (made.headers, made.properties, made.response_topics) == (None, None, None)


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ({"csv": ["a"]}, {"Content-Type": "text/csv; charset=utf-8"}),
        ({"cbor": 1}, {"Content-Type": "application/cbor"}),
        ({"json": 1, "content_type": "a/b"}, {"Content-Type": "a/b"}),
        ({"json": 1, "compress": "gzip"}, {"Content-Encoding": "gzip"}),
        ({"cbor": 1, "compress": "deflate"},
         {"Content-Type": "application/cbor", "Content-Encoding": "deflate"}),
    ],
)  # fmt: skip
def test_a_payload_that_is_not_plain_json_says_so(
    message: dict[str, Any], expected: dict[str, str]
) -> None:
    assert extras(message).headers == [expected]


def test_no_value_adds_a_header_of_its_own() -> None:
    attack = "x\r\nEvil: 1\0\x7f\x85 \ud800"

    made = extras(
        {"json": 1, "headers": {"a": "{x}"}, "properties": {"b": "{x}"}, "response_topic": "{x}+#"},
        x=[attack],
    )

    assert made.headers == [{"a": "x__Evil: 1___ _"}]
    assert made.properties == [{"b": "x__Evil: 1___ _"}]
    assert not set(made.response_topics[0]) & set("+#\0\ud800")


def test_a_value_is_cut_where_servers_stop_to_read() -> None:
    made = extras({"json": 1, "headers": {"a": "{x}"}}, x=["é" * MAX_VALUE])

    assert len(made.headers[0]["a"].encode()) == MAX_VALUE


@pytest.mark.parametrize(
    ("beside", "text"),
    [
        ({"headers": {"a b": "x"}}, "a header's name is letters, digits and -, got 'a b'"),
        ({"headers": {"a\r\nb": "x"}}, "a header's name is letters"),
        ({"headers": {"": "x"}}, "a header's name is letters"),
        ({"headers": {"Content-Length": "5"}}, "Content-Length is set by the simulator"),
        ({"headers": {"content-type": "x"}}, "leave it out; say content_type"),
        ({"headers": {"A": "x", "a": "y"}}, "the header a is there twice"),
        ({"headers": {"a": "x\r\ny"}}, "the header a must be one line of text"),
        ({"headers": {f"h{n}": "x" for n in range(51)}}, "at most 50"),
        ({"properties": {"": "x"}}, "a property's name has 1 to 200 characters"),
        ({"properties": {"a": "x\0"}}, "the property a must be one line of text"),
        ({"content_type": "json"}, "needs a media type such as application/json, got 'json'"),
        ({"content_type": "a/b\r\nEvil: 1"}, "needs a media type"),
        ({"qos": 3}, "Input should be 0, 1 or 2"),
    ],
)
def test_what_the_protocols_forbid_is_refused(beside: dict[str, Any], text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        Message.model_validate({"json": 1, **beside})
