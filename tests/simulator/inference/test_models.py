"""Descriptions of devices by others become definitions."""

import json
import re

import pytest

from simulator import DefinitionError
from simulator.inference import infer
from tests.simulator.inference.made import definition, payloads

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "Cold box",
    "type": "object",
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "serial": {"type": "string", "format": "uuid"},
        "temperature": {"type": "number", "minimum": -30, "maximum": 10, "unit": "degreeCelsius"},
        "door": {"enum": ["open", "closed"]},
        "kind": {"const": "box"},
        "starts": {"$ref": "#/$defs/count"},
        "probes": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/probe"}},
        "secret": {"type": "string", "readOnly": True},
    },
    "$defs": {
        "count": {"type": "integer", "minimum": 0, "maximum": 9},
        "probe": {"allOf": [{"properties": {"ok": {"type": "boolean"}}}, {"type": "object"}]},
    },
}


def made(document: object):
    return infer([("model", json.dumps(document))])


def test_a_json_schema_becomes_a_definition_that_keeps_to_it() -> None:
    inferred = made(SCHEMA)

    sent = payloads(inferred, count=100)

    assert definition(inferred).name == "Cold box"
    assert definition(inferred).metrics["temperature"].unit == "°C"
    assert all(-30 <= payload["temperature"] <= 10 for payload in sent)
    assert {payload["door"] for payload in sent} == {"open", "closed"}
    assert all(payload["kind"] == "box" and "secret" not in payload for payload in sent)
    assert all(0 <= payload["starts"] <= 9 for payload in sent)
    assert all([type(probe["ok"]) for probe in p["probes"]] == [bool, bool] for p in sent)
    assert re.fullmatch(r"[0-9a-f-]{36}", sent[0]["serial"])


@pytest.mark.parametrize(
    ("schema", "error"),
    [
        ({"$schema": "https://json-schema.org/x", "type": "string"}, "needs properties"),
        ({"type": "object", "properties": {"a": {"$ref": "other.json"}}}, "outside of itself"),
        ({"type": "object", "properties": {"a": {"$ref": "#/$defs/b"}}}, "which is not there"),
        (
            {"type": "object", "properties": {f"p{n}": {"type": "number"} for n in range(500)}},
            "more than 400 properties",
        ),
    ],
)
def test_a_schema_that_says_too_little_or_too_much_is_refused(schema: object, error: str) -> None:
    with pytest.raises(DefinitionError, match=error):
        made(schema)


def test_a_schema_that_contains_itself_ends() -> None:
    node = {"type": "object", "properties": {"v": {"type": "number"}, "next": {"$ref": "#"}}}

    assert payloads(made(node), count=1)


def test_an_openapi_request_becomes_a_message_with_path_and_method() -> None:
    document = {
        "openapi": "3.1.0",
        "info": {"title": "Ingest"},
        "paths": {
            "/devices/{deviceId}/readings": {
                "post": {
                    "operationId": "postReading",
                    "requestBody": {
                        "content": {
                            "application/json": {"schema": {"$ref": "#/components/schemas/Reading"}}
                        }
                    },
                },
                "get": {"responses": {}},
            }
        },
        "components": {
            "schemas": {"Reading": {"properties": {"value": {"type": "number", "example": 4.5}}}}
        },
    }
    message = definition(made(document)).messages["post_reading"]

    assert message.path is not None
    assert message.path.text == "/devices/{id}/readings"
    assert message.method == "POST"
    assert 3 < payloads(made(document), count=1)[0]["value"] < 6


def test_a_dtdl_interface_sends_telemetry_and_properties() -> None:
    interface = {
        "@context": "dtmi:dtdl:context;3",
        "@id": "dtmi:com:example:Chiller;1",
        "@type": "Interface",
        "displayName": {"en": "Chiller"},
        "contents": [
            {
                "@type": ["Telemetry", "Temperature"],
                "name": "supply",
                "schema": "double",
                "unit": "degreeCelsius",
            },
            {
                "@type": "Telemetry",
                "name": "where",
                "schema": {
                    "@type": "Object",
                    "fields": [
                        {"name": "floor", "schema": "integer"},
                        {"name": "at", "schema": "point"},
                    ],
                },
            },
            {
                "@type": "Property",
                "name": "mode",
                "schema": {
                    "@type": "Enum",
                    "valueSchema": "string",
                    "enumValues": [
                        {"name": "eco", "enumValue": "ECO"},
                        {"name": "max", "enumValue": "MAX"},
                    ],
                },
            },
            {"@type": "Command", "name": "reboot"},
        ],
    }
    made_of_it = definition(made(interface))

    assert made_of_it.name == "Chiller"
    assert made_of_it.metrics["supply"].unit == "°C"
    assert list(made_of_it.messages) == ["telemetry", "properties"]
    sent = payloads(made(interface), count=3)
    assert all(isinstance(payload["where"]["floor"], int) for payload in sent if "where" in payload)


def test_a_lorawan_codecs_examples_become_uplinks_of_the_network() -> None:
    codec = """
uplinkDecoder:
  fileName: windsensor.js
  examples:
    - description: from the north
      input: {fPort: 1, bytes: [0, 32]}
      output: {data: {direction: N, speed: 32}}
    - description: from the east
      input: {fPort: 1, bytes: [1, 42]}
      output: {data: {direction: E, speed: 42}}
    - description: unknown
      input: {fPort: 42, bytes: [1]}
      output: {errors: [unknown FPort]}
"""
    inferred = infer([("windsensor-codec.yaml", codec)])

    uplink = payloads(inferred, count=1)[0]
    assert uplink["uplink_message"]["f_port"] == 1
    assert uplink["uplink_message"]["decoded_payload"]["direction"] in ("N", "E")
    assert uplink["end_device_ids"]["device_id"].startswith("eui-")


def test_a_schema_and_a_sample_together_are_refused() -> None:
    with pytest.raises(DefinitionError, match="stands alone"):
        infer([("a", json.dumps(SCHEMA)), ("b", '{"v": 1}')])
