"""What a target's protocol cannot carry, and where the definition asks for it."""

from simulator import Speech, parse, target_problems
from simulator.speech import COAP, HTTP, MQTT_3, MQTT_5

HEARD = """\
name: Lamp
id: "lamp-{index}"
messages:
  state: {every: 1s, retain: true, headers: {x: y}, json: "{status}"}
statuses:
  lit:
    statuses:
      dim: {go: [{to: dark, after: 1min}, {to: bright, on: {topic: "cmd/{id}"}}]}
      bright: {}
  dark: {go: [{to: lit, on: {topic: "cmd/{id}"}}]}
replies:
  ping: {on: {topic: "ping/{id}"}, send: {topic: "pong/{id}", qos: 2, correlation: x, json: 1}}
"""
NODE = """\
name: Node
id: "node-{index}"
metrics: {speed: {constant: 5}}
sparkplug: {group: plant, node: "{id}", every: 10s, metrics: {Speed: "{speed}"}}
"""


def places(text: str, speech: Speech) -> list[str]:
    return [each.place for each in target_problems(parse(text), speech)]


def test_http_hears_no_commands() -> None:
    assert places(HEARD, HTTP) == [
        "replies.ping.on",
        "statuses.lit.statuses.dim.go[1].on",
        "statuses.dark.go[0].on",
    ]


def test_coap_hears_of_single_resources_alone() -> None:
    assert places(HEARD, COAP) == []
    assert places(HEARD.replace("ping/{id}", "ping/#"), COAP) == ["replies.ping.on"]
    assert places(HEARD.replace("cmd/{id}", "cmd/+"), COAP) == [
        "statuses.lit.statuses.dim.go[1].on",
        "statuses.dark.go[0].on",
    ]


def test_what_a_method_waits_for_is_told_at_the_method() -> None:
    reboot = 'methods: {restart: {reboot: {on: {topic: "cmd/{id}"}}}}\n'
    text = HEARD.partition("statuses:")[0] + reboot

    assert set(places(text, HTTP)) == {"methods.restart"}


def test_http_speaks_no_sparkplug() -> None:
    assert places(NODE, HTTP) == ["sparkplug"]
    assert places(NODE, MQTT_3) == []


def test_the_answers_of_replies_are_held_against_the_connection_too() -> None:
    assert places(HEARD, MQTT_3) == ["replies.ping.send.correlation"]
    assert places(HEARD, MQTT_5) == []


def test_children_are_held_against_it_as_well() -> None:
    text = """\
name: Gateway
id: "gw-{index}"
messages: {up: {every: 1s, json: 1}}
children:
  count: 2
  id: "{parent}-{child}"
  messages: {level: {every: 1s, properties: {a: b}, json: 1}}
"""
    assert places(text, MQTT_3) == ["children.messages.level.properties"]
    assert places(text, MQTT_5) == []
    assert places(text, HTTP) == []
