import pytest

import simulator
from web.platform import hosts
from web.targets import address


def test_an_address_fills_every_field_that_it_names():
    values = address.form_values(" mqtts://van:s%40fe@Broker.example:8884 ")

    assert values == {
        "protocol": "mqtt",
        "has_tls": True,
        "host": "broker.example",
        "port": 8884,
        "username": "van",
        "password": "s@fe",
    }


@pytest.mark.parametrize(
    ("text", "port", "path"),
    [
        ("mqtt://b", 1883, None),
        ("mqtts://b", 8883, None),
        ("ssl://b", 8883, None),
        ("http://b", 80, None),
        ("https://b/in/v1/", 443, "/in/v1"),
        ("https://b/in?key=1", 443, "/in?key=1"),
        ("mqtt://b/topic", 1883, None),
        ("mqtt+wss://b", 443, None),
        ("tcp://b:1883", 1883, None),
        ("tcp://b", None, None),
        ("coap://b", 5683, None),
    ],
)
def test_a_scheme_means_a_port_and_only_http_has_a_path(text, port, path):
    values = address.form_values(text)

    assert (values["port"], values.get("path")) == (port, path)


def test_an_address_of_version_6_loses_its_brackets():
    assert address.form_values("mqtt://[2001:db8::7]:1884")["host"] == "2001:db8::7"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("broker.example:1883", "must begin with one of mqtt://"),
        ("ftp://broker", "must begin with one of"),
        ("mqtt://", "must begin with one of"),
        ("mqtt://user@", "has no host"),
        ("mqtt://b:0", "from 1 to 65535"),
        ("mqtt://b:70000", "from 1 to 65535"),
        ("mqtt://b:x", "from 1 to 65535"),
        ("mqtt://[::1", "no address"),
        ("mqtt://bad host", "neither a host name nor"),
        ("mqtt://" + "a" * 3000, "longer than 2000"),
    ],
)
def test_what_is_no_address_is_refused_in_words(text, reason):
    with pytest.raises(hosts.AddressError, match=reason):
        address.form_values(text)


@pytest.mark.parametrize(
    "text", ["mqtt://b", "b/path", "a b", "-b", "b\nc", "", "192.0.2.7:1883", "::1::2"]
)
def test_what_is_no_host_is_refused(text):
    with pytest.raises(hosts.AddressError):
        hosts.host_of(text)


@pytest.mark.parametrize(
    ("text", "protocol", "options"),
    [
        ("wss://b/live?room=7", "websocket", 'path: "/live?room=7"\n'),
        ("coap://b/ingest", "coap", 'path: "/ingest"\n'),
        ("tcp://b:1883", "mqtt", None),
        ("tcp://b:5000", "tcp", None),
        ("udp://b:5000", "udp", None),
        ("amqps://b/lab%2F1", "amqp", 'virtual_host: "lab/1"\n'),
        ("kafka://b:9092", "kafka", None),
        ("nats+tls://b", "nats", None),
        ("kinesis://kinesis.eu-west-1.amazonaws.com", "kinesis", None),
    ],
)
def test_what_has_no_field_goes_into_the_options(text, protocol, options):
    values = address.form_values(text)

    assert (values["protocol"], values.get("options")) == (protocol, options)
    known = {"protocol": protocol, "host": "b", "port": values["port"]}
    assert simulator.target_words(options or "", known).problems == ()


def test_mqtt_inside_of_websocket_has_fields_of_its_own():
    values = address.form_values("mqtt+wss://b:8084/mqtt?key=7")

    assert (values["protocol"], values["has_websocket"]) == ("mqtt", True)
    assert values["websocket_path"] == "/mqtt?key=7"
    assert "websocket_path" not in address.form_values("mqtt+ws://b")


@pytest.mark.parametrize(
    ("protocol", "has_tls", "has_websocket", "scheme"),
    [
        ("mqtt", False, False, "mqtt"),
        ("mqtt", True, True, "mqtt+wss"),
        ("websocket", True, False, "wss"),
        ("http", True, False, "https"),
        ("kinesis", False, False, "kinesis"),
        ("amqp", True, True, "amqps"),
    ],
)
def test_a_target_is_shown_by_the_scheme_that_people_write(
    protocol, has_tls, has_websocket, scheme
):
    shown = address.scheme_of(protocol, has_tls=has_tls, is_inside_websocket=has_websocket)

    assert shown == scheme
