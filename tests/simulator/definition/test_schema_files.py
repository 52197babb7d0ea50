"""Messages whose schema is an uploaded file, held against it where that is known."""

import pytest
from jsonschema import Draft202012Validator

from simulator import check, definition_schema, read_dataset
from simulator.definition.text.parsing import read_text

PROTO = b'syntax = "proto3";\nmessage Reading { string id = 1; double t = 2; }\n'
AVSC = b'{"type": "record", "name": "Reading", "fields": [{"name": "id", "type": "string"}]}'
DATASETS = {
    "reading.proto": read_dataset("reading.proto", PROTO),
    "reading.avsc": read_dataset("reading.avsc", AVSC),
    "day.csv": read_dataset("day.csv", b"id\n1\n"),
}
GOOD = """
name: Sensor
id: "s-{index}"
messages:
  x: {every: 1s, protobuf: {schema: {dataset: reading.proto}, message: Reading, fields: {t: 1.5}}}
  y: {every: 1s, avro: {schema: {dataset: reading.avsc}, value: {id: "{id}"}}}
replies:
  r:
    on: {topic: "cmd/{id}"}
    send:
      - {protobuf: {schema: {dataset: reading.proto}, message: Reading, fields: {id: "{id}"}}}
children:
  id: "{parent}-{index}"
  count: 2
  messages:
    z: {every: 1s, avro: {schema: {dataset: child.avsc}, value: {id: "{id}"}}}
"""
ALL = {**DATASETS, "child.avsc": DATASETS["reading.avsc"]}


def test_a_definition_names_the_files_that_its_messages_need() -> None:
    alone = check(GOOD)

    assert alone.problems == ()
    assert alone.definition is not None
    assert alone.definition.datasets == {"reading.proto", "reading.avsc", "child.avsc"}
    assert check(GOOD, datasets=ALL).problems == ()


def test_without_datasets_the_fields_are_not_held_against_a_schema() -> None:
    assert check(GOOD.replace("{t: 1.5}", "{nothing: 1.5}")).problems == ()


@pytest.mark.parametrize(
    ("old", "new", "texts"),
    [
        (
            "x: {every: 1s, protobuf: {schema: {dataset: reading.proto}",
            "x: {every: 1s, protobuf: {schema: {dataset: readin.proto}",
            ["messages.x.protobuf.schema: missing dataset 'readin.proto', did you mean "],
        ),
        (
            "x: {every: 1s, protobuf: {schema: {dataset: reading.proto}",
            "x: {every: 1s, protobuf: {schema: {dataset: day.csv}",
            ["messages.x.protobuf.schema: needs a proto dataset, and 'day.csv' is csv"],
        ),
        (
            "y: {every: 1s, avro: {schema: {dataset: reading.avsc}",
            "y: {every: 1s, avro: {schema: {dataset: reading.proto}",
            ["messages.y.avro.schema: needs an avsc dataset, and 'reading.proto' is proto"],
        ),
        (
            "message: Reading, fields: {t: 1.5}",
            "message: Readin, fields: {t: 1.5}",
            ["messages.x.protobuf.message: the schema has no message 'Readin', did you mean "],
        ),
        (
            "fields: {t: 1.5}",
            "fields: {t: much}",
            ["messages.x.protobuf.fields.t: t is a number, got 'much'"],
        ),
        (
            'y: {every: 1s, avro: {schema: {dataset: reading.avsc}, value: {id: "{id}"}}}',
            "y: {every: 1s, avro: {schema: {dataset: reading.avsc}, value: {idd: 1, id: 2}}}",
            [
                "messages.y.avro.value.idd: Reading has no field 'idd', did you mean 'id'?",
                "messages.y.avro.value.id: needs a text, got 2",
            ],
        ),
        (
            'fields: {id: "{id}"}',
            'fields: {ids: "{id}"}',
            ["replies.r.send[0].protobuf.fields.ids: Reading has no field 'ids', did you mean "],
        ),
        (
            "child.avsc",
            "none.avsc",
            ["children.messages.z.avro.schema: missing dataset 'none.avsc', "],
        ),
        (
            "{schema: {dataset: reading.avsc}, value",
            "{schema: {dataset: reading.avsc, line: 1}, value",
            ["messages.y.avro.schema.line: unknown word 'line', allowed: dataset"],
        ),
        (
            "x: {every: 1s, protobuf: {schema: {dataset: reading.proto}",
            "x: {every: 1s, protobuf: {schema: 5",
            ["messages.x.protobuf.schema: needs the text of a .proto file or {dataset: reading."],
        ),
    ],
)
def test_what_does_not_fit_the_file_is_told_at_its_place(
    old: str, new: str, texts: list[str]
) -> None:
    assert GOOD.count(old) == 1

    told = [str(problem) for problem in check(GOOD.replace(old, new), datasets=ALL).problems]

    assert len(told) == len(texts)
    assert all(text.startswith(start) for text, start in zip(told, texts, strict=True))


def test_an_avro_schema_of_its_own_may_have_an_attribute_called_dataset() -> None:
    schema = "{type: record, name: R, dataset: x, fields: [{name: id, type: string}]}"
    text = GOOD.replace("{dataset: reading.avsc}", schema)

    checked = check(text, datasets=ALL)

    assert checked.problems == ()
    assert checked.definition is not None
    assert checked.definition.datasets == {"reading.proto", "child.avsc"}


def test_the_json_schema_takes_a_file_and_a_text() -> None:
    takes = Draft202012Validator(definition_schema()).is_valid
    inline = GOOD.replace("{dataset: reading.proto}", "'message Reading {}'")

    assert takes(read_text(GOOD).data)
    assert takes(read_text(inline).data)
    assert not takes(read_text(GOOD.replace("{dataset: reading.proto}", "{datset: a}")).data)
    assert not takes(read_text(GOOD.replace("{dataset: reading.proto}", "5")).data)
