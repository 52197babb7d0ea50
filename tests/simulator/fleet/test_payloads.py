"""What a fleet sends in every kind of body, and what of it a document gets wrong."""

import json
from itertools import pairwise
from typing import Any

import cbor2
import numpy as np
import pytest
import yaml
from jsonschema import Draft202012Validator

from simulator import check, definition_schema, parse_document, preview
from simulator.commands.preview import line as preview_line
from simulator.definition.carrying import target_problems
from simulator.definition.messages.avro import Avro
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.bodies import Table
from simulator.definition.messages.least_size import size_refusal
from simulator.definition.messages.message import Message
from simulator.definition.messages.protobuf import Protobuf
from simulator.errors import DefinitionError
from simulator.fleet import Fleet
from simulator.speech import HTTP, MQTT_3
from tests.simulator.fleet.lives import fleet, live

PROTO = 'syntax = "proto3"; message R { string id = 1; double t = 2; repeated double s = 3; }'
AVRO = {"type": "map", "values": ["null", "double", "string"]}
METRICS = {"t": {"walk": {"start": 20, "step": 1}}, "h": {"uniform": {"min": 0, "max": 100}}}
BULK = {"count": 3, "step": "0.1s"}
BODIES: dict[str, Any] = {
    "json": {"id": "{id}", "s": {"bulk": {**BULK, "shape": "columns", "of": {"t": "{t}"}}}},
    "text": "{id} {t:.2f} {seq}",
    "csv": {"columns": {"id": "{id}", "t": "{t}"}, "bulk": BULK},
    "form": {"id": "{id}", "t": "{t}"},
    "binary": {"fields": [{"type": "f64", "value": "{t}"}, {"crc": "crc32"}]},
    "cbor": {"id": "{id}", "t": "{t}", "s": {"bulk": {**BULK, "of": ["{t:.1f}", "{h}"]}}},
    "msgpack": {"id": "{id}", "t": "{t:d}", "n": "{seq}"},
    "protobuf": {
        "schema": PROTO,
        "message": "R",
        "fields": {"id": "{id}", "t": "{t}", "s": {"bulk": {**BULK, "of": "{h}"}}},
    },
    "avro": {"schema": AVRO, "value": {"t": "{t}", "id": "{id}"}},
}


def messages(**more: Any) -> dict[str, Any]:
    return {word: {"every": "1s", word: body, **more} for word, body in BODIES.items()}


def test_every_body_has_the_same_bytes_whatever_the_shards() -> None:
    def sent(shards: int) -> list[Any]:
        bounds = np.linspace(0, 14, shards + 1).astype(int).tolist()
        lives = [
            live(
                fleet(metrics=METRICS, messages=messages(), first=a, count=b - a, total=14),
                np.linspace(0, 4, 3 + shards).tolist(),
                first=a,
            )
            for a, b in pairwise(bounds)
        ]
        return sorted(each for life in lives for each in life.sent)

    one = sent(1)

    assert {each.message for each in one} == set(BODIES)
    assert sent(2) == sent(7) == one


def test_bulks_at_the_same_moments_are_of_the_same_samples() -> None:
    bulks = {name: {"bulk": {**BULK, "of": f"{{{name}}}"}} for name in ("t", "h")}
    both = {"bulk": {**BULK, "of": ["{t}", "{h}"]}}
    sends = {"m": {"every": "1s", "cbor": {**bulks, "both": both}}}

    life = live(fleet(metrics=METRICS, messages=sends), [0.0, 5.0])

    read = [cbor2.loads(each.payload) for each in life.sent]
    assert len(read) >= 4
    for each in read:
        assert each["both"] == [list(pair) for pair in zip(each["t"], each["h"], strict=True)]


def test_headers_come_with_a_batch() -> None:
    sends = {"m": {"every": "1s", "csv": ["{t}"], "headers": {"x-id": "{id}", "x-n": "{seq}"}}}
    mocks = fleet(count=2, metrics=METRICS, messages=sends, speech=HTTP)

    mocks.connected(mocks.due(0.0).connect, 0.0)
    batch = mocks.due(1.0).sends[0]

    csv = "text/csv; charset=utf-8"
    assert batch.headers is not None
    assert sorted(each["x-id"] for each in batch.headers) == ["d-0", "d-1"]
    assert all(each["x-n"] == "1" and each["Content-Type"] == csv for each in batch.headers)


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"properties": {"a": "b"}}, "messages.m.properties: the connection speaks MQTT 3.1.1"),
        ({"response_topic": "a"}, "messages.m.response_topic: the connection speaks MQTT 3.1.1"),
        ({"correlation": "a"}, "messages.m.correlation: the connection speaks MQTT 3.1.1"),
    ],
)
def test_what_a_target_cannot_carry_is_refused_where_the_target_is_known(
    words: dict[str, Any], text: str
) -> None:
    sends = {"m": {"every": "1s", "json": 1, **words}}
    checked = check(str({"name": "x", "id": "{index}", "messages": sends}).replace("'", '"'))
    assert checked.definition is not None

    with pytest.raises(DefinitionError, match=text):
        Fleet(checked.definition, speech=MQTT_3)
    (problem,) = target_problems(checked.definition, MQTT_3)
    assert str(problem).startswith(text)
    assert Fleet(checked.definition, speech=HTTP).live == 1


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ({"json": {"a": "{idd}"}}, "messages.m.json.a: unknown name 'idd', did you mean 'id'?"),
        ({"csv": ["{idd}"]}, "messages.m.csv.columns[0]: unknown name 'idd'"),
        ({"form": {"f": "{idd}"}}, "messages.m.form.f: unknown name 'idd'"),
        ({"text": "{idd}"}, "messages.m.text: unknown name 'idd'"),
        ({"json": {"{idd}": 1}}, 'messages.m.json["{idd}"]: unknown name'),
        ({"json": 1, "headers": {"x": "{idd}"}}, "messages.m.headers.x: unknown name 'idd'"),
        ({"json": 1, "properties": {"x": "{idd}"}}, "messages.m.properties.x: unknown name"),
        ({"json": 1, "correlation": "{idd}"}, "messages.m.correlation: unknown name 'idd'"),
        ({"binary": {"fields": [{"type": "u8", "value": "{idd}"}]}},
         "messages.m.binary.fields[0].value: unknown name 'idd'"),
        ({"binary": {"fields": [{"type": "u8", "value": 1, "scal": 1}]}},
         "messages.m.binary.fields[0].scal: unknown word 'scal', did you mean 'scale'?"),
        ({"binary": {"fields": [{"bits": [{"width": 3, "value": 1}]}]}},
         "messages.m.binary.fields[0]: bits make whole bytes, at most 64 bits, got 3 bits"),
        ({"binary": {"fields": [{"crc": "crc8", "from": "x"}]}},
         "messages.m.binary: unknown field 'x', there is none"),
        ({"cbor": {"a": {"binary": {"fields": [{"type": "u9", "value": 1}]}}}},
         "messages.m.cbor.a.binary.fields[0].type: unknown type 'u9', allowed: u8, u16"),
        ({"protobuf": {"schema": PROTO, "message": "R", "fields": {"idd": 1}}},
         "messages.m.protobuf.fields.idd: R has no field 'idd', did you mean 'id'?"),
        ({"protobuf": {"schema": "x", "message": "R", "fields": {}}},
         "messages.m.protobuf.schema: not a schema of Protocol Buffers: line 1"),
        ({"avro": {"schema": AVRO, "value": {"a": [1]}}},
         "messages.m.avro.value.a: fits none of the union: null, double, string"),
        ({"json": 1, "text": "a"}, "messages.m: needs one payload, got json and text"),
        ({"qos": 1}, "messages.m: needs a payload, one of: json, text, csv, form"),
        ({"json": {"a": "{id:.1f}"}}, "messages.m.json.a: 'id' is text, and '.1f' is the format"),
        ({"json": 1, "topic": "{status:iso}"}, "messages.m.topic: 'status' is text, and 'iso' is"),
        ({"json": {"a": "{x}"}, "size": 5}, "messages.m.size: the payload has at least 7 bytes"),
        ({"json": {"a": 1}, "size": 12, "filler": "pad"},
         "messages.m.size: the payload has at least 16 bytes and cannot be 12"),
        ({"binary": {"encoding": "hex", "fields": [{"hex": "00"}]}, "size": 3},
         "messages.m.size: hex has a multiple of 2 bytes, got 3"),
        ({"json": 1, "response_topic": "a/+"}, "messages.m.response_topic: a topic to send to"),
        ({"json": {"bulk": {"count": 10000, "step": "1s", "of": "x" * 2000}}},
         "messages.m.json: a payload has at most 10,000,000 bytes, this one has at least 20,0"),
        ({"binary": {"fields": [{"bulk": {"count": 10000, "step": "1s", "of": [
            {"type": "ascii", "length": 2000, "value": "{x}"}]}}]}},
         "messages.m.binary: a payload has at most 10,000,000 bytes, this one has at least 20,0"),
        ({"csv": {"columns": ["1"] * 50, "bulk": {"count": 10000, "step": "1s"}}},
         "messages.m.csv: a message has at most 100,000 values with its bulks"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_body_is_told_at_its_place(message: dict[str, Any], problem: str) -> None:
    document = {"name": "x", "id": "{index}", "constants": {"x": 1}}
    text = yaml.safe_dump({**document, "messages": {"m": {"every": "1s", **message}}})

    problems = [str(each) for each in check(text).problems]

    assert len(problems) == 1, problems
    assert problem in problems[0]


def test_the_smallest_payload_that_a_size_allows_is_reached() -> None:
    bodies = [
        {"json": {"a": 1, "b": [True, None, "é"]}, "filler": "p"},
        {"json": {}, "filler": "p"},
        {"json": {"a": [], "b": {}}},
        {"text": "héllo"},
        {"csv": {"columns": {"a": "1", "b": "2"}}},
        {"form": {"a": "", "b": ""}, "filler": "p"},
        {"binary": {"encoding": "base64", "fields": [{"hex": "0102030405"}]}},
    ]
    for body in bodies:
        accepted = [size for size in range(1, 60) if _fits(body, size)]
        mocks = fleet(messages={"m": {"every": "1s", **body, "size": accepted[0]}})
        payloads = {len(each.payload) for each in live(mocks, [0.0, 3.0]).sent}

        assert payloads == {accepted[0]}, body


def _fits(body: dict[str, Any], size: int) -> bool:
    return not size_refusal(Message.model_validate({**body, "size": size}))


EXAMPLES = [
    (word, example)
    for word, kind in {"binary": Binary, "csv": Table, "protobuf": Protobuf, "avro": Avro}.items()
    for example in kind.examples
]


@pytest.mark.parametrize(("word", "example"), EXAMPLES)
def test_the_examples_of_the_bodies_run(word: str, example: str) -> None:
    metrics = {"temperature": {"constant": 21.5}}
    sends = {"m": {"every": "1s", word: yaml.safe_load(example)}}

    sent = live(fleet(metrics=metrics, messages=sends), [0.0, 3.0]).sent

    assert len(sent) >= 2
    assert all(each.payload for each in sent)


VALIDATOR = Draft202012Validator(definition_schema())
SHORT = {"every": "1s", "csv": ["{id}", 1], "compress": "gzip"}
FRAME = {
    "fields": [
        {"name": "a", "type": "bcd", "length": 2, "value": 1},
        {"bits": [{"width": 8, "value": "{seq}"}]},
        {"hex": "00"},
        {"length": "u8", "from": "a", "to": "a"},
        {"type": "utf8", "prefix": "u8", "value": "{id}"},
        {"bulk": {**BULK, "of": [{"type": "u8", "value": 1}]}},
    ]
}


@pytest.mark.parametrize("message", [*messages().values(), SHORT, {"every": "1s", "binary": FRAME}])
def test_the_json_schema_takes_what_the_parser_takes(message: dict[str, Any]) -> None:
    document = {"name": "x", "id": "{index}", "metrics": METRICS, "messages": {"m": message}}

    assert check(yaml.safe_dump(document)).problems == ()
    assert [error.message for error in VALIDATOR.iter_errors(document)] == []


@pytest.mark.parametrize(
    "message",
    [
        {"json": 1, "text": "a"},
        {"every": "1s"},
        {"binary": {"fields": [{"type": "u65", "value": 1}]}},
        {"binary": {"fields": [{"crc": "crc16"}]}},
        {"csv": {"columns": []}},
        {"json": 1, "compress": "zip"},
        {"json": {"a": {"binary": {"fields": [{"hex": 5}]}}}},
    ],
)
def test_the_json_schema_sees_what_the_parser_refuses(message: dict[str, Any]) -> None:
    document = {"name": "x", "id": "{index}", "messages": {"m": message}}

    assert check(yaml.safe_dump(document)).problems
    assert not VALIDATOR.is_valid(document)


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"json": {"a": 1}}, {"payload": {"a": 1}}),
        ({"text": "a b"}, {"payload": "a b"}),
        ({"text": "a\tb\r\n"}, {"payload": "a\tb\r\n"}),
        ({"binary": {"fields": [{"hex": "ff00"}]}}, {"payload_base64": "/wA="}),
        ({"binary": {"fields": [{"hex": "0141"}]}}, {"payload_base64": "AUE="}),
    ],
)
def test_a_preview_shows_payloads_as_what_they_are(
    message: dict[str, Any], shown: dict[str, Any]
) -> None:
    sends = {"m": {"every": "1s", **message}}
    definition = parse_document({"name": "x", "id": "{index}", "messages": sends})

    line = json.loads(preview_line(next(iter(preview(definition, duration=3.0)))))

    assert {key: line[key] for key in line if key.startswith("payload")} == shown
