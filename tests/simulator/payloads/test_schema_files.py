"""Payloads by an uploaded schema, read by Google's protobuf and by fastavro."""

import io
import json
from typing import Any

import fastavro
import pytest
from google.protobuf.message_factory import GetMessageClass

from simulator import DefinitionError, parse, read_dataset
from simulator.fleet import Fleet
from simulator.schemas.protobuf import compiled

PROTO = 'syntax = "proto3";\nmessage Reading { string id = 1; double t = 2; }\n'
AVSC = (
    '{"type": "record", "name": "Reading",'
    ' "fields": [{"name": "id", "type": "string"}, {"name": "t", "type": ["null", "double"]}]}'
)
DATASETS = {
    "reading.proto": read_dataset("reading.proto", PROTO.encode()),
    "reading.avsc": read_dataset("reading.avsc", AVSC.encode()),
}
TEXT = """
name: Sensor
id: "s-{index}"
metrics:
  t: {walk: {start: 20, step: 1}}
messages:
  p: {every: 1s, protobuf: {schema: PROTO, message: Reading, fields: {id: "{id}", t: "{t}"}}}
  a: {every: 1s, avro: {schema: AVSC, framing: single_object, value: {id: "{id}", t: "{t}"}}}
replies:
  r:
    on: {topic: "cmd/{id}"}
    send: {topic: "re/{id}", avro: {schema: AVSC, value: {id: "{in.text}", t: "{t}"}}}
"""
FILES = TEXT.replace("PROTO", "{dataset: reading.proto}").replace("AVSC", "{dataset: reading.avsc}")
INLINE = TEXT.replace("PROTO", json.dumps(PROTO)).replace("AVSC", AVSC)
Google: Any = GetMessageClass(compiled(PROTO).message_types_by_name["Reading"])


def sent(text: str, **settings: Any) -> dict[str, list[bytes]]:
    """The payloads of each message of three mocks within 4 s, one command at 2 s among them."""
    fleet = Fleet(parse(text), count=3, seed=7, epoch=0.0, **settings)
    payloads: dict[str, list[bytes]] = {"p": [], "a": [], "r": []}
    for t in (0.0, 2.0, 4.0):
        due = fleet.due(t)
        fleet.connected(due.connect, t)
        if t == 2.0:
            fleet.received(1, "cmd/s-1", b"hello", t)
        for batch in due.sends:
            payloads[batch.message] += batch.payloads
    return payloads


def record(data: bytes) -> Any:
    stream = io.BytesIO(data)
    value = fastavro.schemaless_reader(stream, fastavro.parse_schema(json.loads(AVSC)), None)
    assert stream.read() == b""
    return value


def test_what_is_sent_is_read_with_the_uploaded_schema() -> None:
    payloads = sent(FILES, datasets=DATASETS)

    readings = [Google.FromString(data) for data in payloads["p"]]
    records = [record(data[10:]) for data in payloads["a"]]  # after the schema's fingerprint
    assert {reading.id for reading in readings} == {"s-0", "s-1", "s-2"}
    assert {each["id"] for each in records} == {"s-0", "s-1", "s-2"}
    assert all(10 < reading.t < 30 for reading in readings)
    assert all(10 < each["t"] < 30 for each in records)
    assert [record(data)["id"] for data in payloads["r"]] == ["hello"]


def test_the_bytes_are_those_of_the_same_schema_in_the_document() -> None:
    assert sent(FILES, datasets=DATASETS) == sent(INLINE)


@pytest.mark.parametrize(
    ("there", "text"),
    [
        ({}, "missing proto dataset 'reading.proto'"),
        ({**DATASETS, "reading.proto": DATASETS["reading.avsc"]}, "missing proto dataset"),
        (
            {
                **DATASETS,
                "reading.proto": read_dataset("reading.proto", b"message Reading {}"),
            },
            "reading.proto: Reading has no field 'id'",
        ),
    ],
)
def test_no_fleet_is_made_without_the_schema_that_it_needs(there: Any, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        Fleet(parse(FILES), count=1, seed=1, epoch=0.0, datasets=there)

    assert text in str(refused.value)
