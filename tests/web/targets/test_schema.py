import pytest

import simulator
from web.targets.actions import document
from web.targets.models import Target
from web.targets.protocols import PROTOCOLS


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_everybody_gets_the_words_that_have_no_field(client, protocol):
    answer = client.get(f"/schemas/target-{protocol}.json")

    words = answer.json()["properties"]
    assert ("tls" in words) == PROTOCOLS[protocol].has_tls
    assert not {"host", "port", "secrets", "acknowledge_within"} & words.keys()


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_no_word_is_offered_that_the_protocol_refuses(client, protocol):
    schema = client.get(f"/schemas/target-{protocol}.json").json()
    said = {
        "tls": "{alpn: [x]}",
        "websocket": "{path: /x}",
        "sources": "[127.0.0.1]",
        "way_back": "{kind: counter, url: 'http://x/y'}",
    }

    for word in said.keys() & schema["properties"].keys():
        known = document(Target(protocol=protocol, host="h.example", port=1_000))
        words = simulator.target_words(f"{word}: {said[word]}", known)
        assert not words.problems
    assert ("Subscription" in schema["$defs"]) == (protocol == "mqtt")
    assert ("websocket" in schema["properties"]) == (protocol in ("mqtt", "tcp"))


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_every_word_says_what_it_means(client, protocol):
    schema = client.get(f"/schemas/target-{protocol}.json").json()

    shapes = {"target": schema, **schema["$defs"]}
    shapes.pop("Deal")  # it has fields of its own
    unsaid = {
        f"{name}.{word}"
        for name, shape in shapes.items()
        for word, value in shape.get("properties", {}).items()
        if not ("description" in value or "const" in value)
    }
    assert unsaid == set()


def test_what_has_a_field_is_left_out_inside_of_words_too(client):
    schema = client.get("/schemas/target-mqtt.json").json()

    assert "alpn" in schema["$defs"]["rest of tls"]["properties"]
    assert "ca" not in schema["$defs"]["rest of tls"]["properties"]
    assert "delay" in schema["$defs"]["rest of will"]["properties"]
    assert schema["$defs"]["rest of will"]["required"] == []
    assert "path" not in schema["$defs"]["rest of websocket"]["properties"]
    oauth = client.get("/schemas/target-http.json").json()["$defs"]["OAuth"]["properties"]["tls"]
    assert oauth["$ref"] == "#/$defs/Tls"


def test_what_only_version_5_has_is_not_offered_with_3_1_1(client):
    old = client.get("/schemas/target-mqtt.json?version=3.1.1").json()
    new = client.get("/schemas/target-mqtt.json?version=5").json()

    only_new = new["properties"].keys() - old["properties"].keys()
    assert {"user_properties", "topic_aliases", "follow_redirects", "will"} <= only_new
    assert {"tls", "websocket", "subscribe_qos", "way_back"} <= old["properties"].keys()
    assert client.get("/schemas/target-mqtt.json?version=9").json() == new


def test_there_is_no_schema_of_what_nobody_speaks(client):
    assert client.get("/schemas/target-gopher.json").status_code == 404


def test_a_lot_has_words_of_pace_and_thresholds_and_none_of_its_fields(client):
    words = client.get("/schemas/lot.json").json()["properties"]

    assert {"pace", "thresholds"} <= words.keys()
    assert not simulator.OF_LOTS & words.keys()
