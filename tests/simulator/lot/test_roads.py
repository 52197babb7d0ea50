"""What a target says of its road: TLS, WebSocket, source addresses."""

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.lot import MqttTarget, Target, target_of


def target(**options: Any) -> Target:
    return target_of({"protocol": "mqtt", "host": "h", "port": 8883, **options})


def test_an_old_document_has_a_plain_road() -> None:
    plain = target()

    assert (plain.tls, plain.websocket, plain.sources) == (None, None, [])


def test_a_version_may_be_a_number_as_yaml_reads_it() -> None:
    made = target(tls={"minimum_version": 1.3})

    assert made.tls
    assert made.tls.minimum_version == "1.3"


def test_a_source_is_kept_in_its_usual_form() -> None:
    assert target(sources=["127.0.0.2", "0:0::1"]).sources == ["127.0.0.2", "::1"]


@pytest.mark.parametrize(
    ("options", "authority"),
    [
        ({"port": 80}, "h"),
        ({"port": 443}, "h:443"),
        ({"port": 443, "tls": {}}, "h"),
        ({"host": "::1", "port": 80}, "[::1]"),
        ({"host": "::1"}, "[::1]:8883"),
    ],
)
def test_the_header_host_leaves_out_the_port_of_its_scheme(
    options: dict[str, Any], authority: str
) -> None:
    assert MqttTarget(**{"host": "h", "port": 8883, **options}).authority == authority


@pytest.mark.parametrize(
    "options",
    [
        {"tls": {"minimum_version": "1.1"}},
        {"tls": {"alpn": [""]}},
        {"tls": {"alpn": ["ä"]}},
        {"tls": {"alpn": ["a"] * 11}},
        {"tls": {"alpn": ["a" * 256]}},
        {"sources": ["localhost"]},
        {"sources": ["127.0.0.1"] * 65},
        {"websocket": {"header": {}}},
        {"websocket": {"headers": {str(number): "" for number in range(51)}}},
        {"websocket": {"path": "/" * 8_001}},
    ],
)
def test_what_is_no_road_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        target(**options)


def test_headers_of_websocket_are_not_shown() -> None:
    assert "secret" not in repr(target(websocket={"headers": {"Authorization": "secret"}}))
