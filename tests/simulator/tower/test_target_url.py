"""Targets as URLs."""

import pytest

from simulator.commands.target import read_target
from simulator.errors import DefinitionError


@pytest.mark.parametrize(
    ("url", "protocol", "port", "is_tls"),
    [
        ("mqtt://h", "mqtt", 1883, False),
        ("mqtts://h", "mqtt", 8883, True),
        ("http://h", "http", 80, False),
        ("https://h", "http", 443, True),
        ("mqtt://h:9", "mqtt", 9, False),
        ("coap://h", "coap", 5683, False),
        ("ws://h", "websocket", 80, False),
        ("wss://h", "websocket", 443, True),
        ("tcp://h:7", "tcp", 7, False),
        ("tcps://h:7", "tcp", 7, True),
        ("udp://h:7", "udp", 7, False),
        ("mqtt+ws://h", "mqtt", 80, False),
        ("mqtt+wss://h", "mqtt", 443, True),
        ("kafka://h", "kafka", 9092, False),
        ("kafkas://h", "kafka", 9093, True),
        ("amqp://h", "amqp", 5672, False),
        ("amqps://h", "amqp", 5671, True),
        ("nats://h", "nats", 4222, False),
        ("nats+tls://h", "nats", 4222, True),
        ("kinesis://h", "kinesis", 443, True),
    ],
)
def test_the_scheme_says_protocol_port_and_tls(
    url: str, protocol: str, port: int, is_tls: bool
) -> None:
    target, _ = read_target(url)

    assert (target.protocol, target.port, target.tls is not None) == (protocol, port, is_tls)


def test_user_name_and_password_are_percent_decoded() -> None:
    _, secrets = read_target("mqtt://us%65r:p%40ss%2Fword@h")

    assert (secrets.username, secrets.password) == ("user", "p@ss/word")


def test_the_path_is_the_prefix_of_http_paths() -> None:
    target, _ = read_target("https://[::1]:8443/in/box/")

    assert (target.path, target.host, target.address) == ("/in/box", "::1", "[::1]:8443")


@pytest.mark.parametrize(
    ("url", "path"),
    [("coap://h/v1/?k=1", "/v1?k=1"), ("ws://h/a/?k=1", "/a/?k=1"), ("ws://h", "/")],
)
def test_a_path_may_have_a_query_where_the_protocol_carries_it(url: str, path: str) -> None:
    target, _ = read_target(url)

    assert target.path == path


@pytest.mark.parametrize(
    ("url", "path"),
    [
        ("mqtt+ws://h", "/mqtt"),
        ("mqtt+ws://h/", "/mqtt"),
        ("mqtt+wss://h/in?key=7", "/in?key=7"),
    ],
)
def test_mqtt_inside_of_websocket_has_the_path_of_its_opening(url: str, path: str) -> None:
    target, _ = read_target(url)

    assert target.websocket is not None
    assert target.websocket.path == path


@pytest.mark.parametrize(
    ("url", "host"),
    [("amqp://h", "/"), ("amqp://h/", "/"), ("amqp://h/lab", "lab"), ("amqp://h/%2Fa%20b", "/a b")],
)
def test_the_path_of_amqp_is_its_virtual_host(url: str, host: str) -> None:
    target, _ = read_target(url)

    assert target.virtual_host == host


def test_a_user_name_of_kafka_is_shown_plain_unless_another_way_is_said() -> None:
    target, secrets = read_target("kafkas://fleet:p@h")

    assert (target.sasl, secrets.username, secrets.password) == ("plain", "fleet", "p")
    assert read_target("kafka://h")[0].sasl == "none"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("h:1883", "must begin with"),
        ("mqtt://", "target: host: needs 1 or more characters"),
        ("mqtt://h:0", "target: port: must be at least 1, got 0"),
        ("http://user:secret@h/a b", "target: a path has no blanks, write %20 for one, got '/a b'"),
        (f"mqtt://{'u' * 1001}:secret@h", "target: a user name has at most 1,000 characters"),
        ("mqtt://h:99999", "a port is from 1 to 65,535"),
        ("mqtt://user:secret", "a port is from 1 to 65,535"),
        ("mqtt://user:secret@[h", "target: not a URL"),
        ("mqtt://user:secret@\u2100", "target: not a URL"),
        ("http://h/?a=1", r"takes neither \?query nor #fragment"),
        ("mqtt://user:secret@h/x", "MQTT has no path, got /x"),
        ("udp://h:1/x", "UDP has no path, got /x"),
        ("kafka://user:secret@h/topic", "Kafka has no path, got /topic"),
        ("amqp://user:secret@h/a?b=1", r"takes neither \?query nor #fragment"),
        ("tcp://h", "tcp:// needs a port, tcp://host:7000"),
        ("coaps://h", "CoAP is spoken without DTLS, write coap://"),
    ],
)
def test_what_cannot_be_a_target_is_refused_without_its_password(url: str, text: str) -> None:
    with pytest.raises(DefinitionError, match=text) as refused:
        read_target(url)

    assert "secret" not in str(refused.value)
