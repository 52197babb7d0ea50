"""What a target of MQTT may say, and with which version."""

from typing import Any

import pytest
from pydantic import ValidationError

from simulator.lot import MqttTarget, target_of
from simulator.speech import MQTT_3, MQTT_5

OF_5: list[dict[str, Any]] = [
    {"session_expiry": 60},
    {"receive_maximum": 10},
    {"maximum_packet_size": 2_048},
    {"topic_aliases": 10},
    {"user_properties": {"fw": "2"}},
    {"message_expiry": 0},
    {"payload_format": True},
    {"follow_redirects": True},
    {"will": {"topic": "gone", "delay": 5}},
    {"will": {"topic": "gone", "message_expiry": 0}},
    {"will": {"topic": "gone", "payload_format": True}},
    {"will": {"topic": "gone", "content_type": "text/plain"}},
    {"will": {"topic": "gone", "response_topic": "r"}},
    {"will": {"topic": "gone", "correlation": "c"}},
    {"will": {"topic": "gone", "properties": {"a": "b"}}},
]


def target(**options: Any) -> MqttTarget:
    made = target_of({"protocol": "mqtt", "host": "h", "port": 1, **options})
    assert isinstance(made, MqttTarget)
    return made


@pytest.mark.parametrize("option", OF_5)
def test_an_option_of_version_5_needs_version_5(option: dict[str, Any]) -> None:
    assert target(version="5", **option).version == "5"
    with pytest.raises(ValidationError, match=r"is of MQTT 5, and the target speaks 3\.1\.1"):
        target(**option)


def test_what_says_the_default_is_of_any_version() -> None:
    assert target(session_expiry=0, topic_aliases=0, user_properties={}).version == "3.1.1"


def test_a_version_may_be_a_number_where_it_looks_like_one() -> None:
    assert target(version=5).version == "5"
    with pytest.raises(ValidationError, match="version"):
        target(version="3.1")


def test_each_version_has_its_speech() -> None:
    assert (target().speech, target(version="5").speech) == (MQTT_3, MQTT_5)
    assert MQTT_3.qos == MQTT_5.qos == 2


@pytest.mark.parametrize(
    "option",
    [
        {"session_expiry": -1},
        {"session_expiry": 2**32},
        {"receive_maximum": 0},
        {"receive_maximum": 65_536},
        {"maximum_packet_size": 1_023},
        {"topic_aliases": 101},
        {"user_properties": {str(number): "" for number in range(51)}},
        {"subscribe_qos": 3},
    ],
)
def test_options_have_limits(option: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        target(version="5", **option)


@pytest.mark.parametrize("topic", ["", "a/#", "a/+/b"])
def test_a_will_has_no_filter_for_a_topic(topic: str) -> None:
    with pytest.raises(ValidationError, match=r"without \+ and #"):
        target(will={"topic": topic})
