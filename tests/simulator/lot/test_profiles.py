"""Ready profiles of a target: the whole target that a few inputs make."""

import re
from typing import Any

import numpy as np
import pytest

from simulator.credentials import CredentialTable, Papers
from simulator.definition import parse
from simulator.errors import DefinitionError
from simulator.fleet import Fleet
from simulator.lot import Credentials, Deal, MqttTarget, target_of
from simulator.lot.profiles import PROFILES, Built, limit_problems

NOW = 1_800_000_000.0  # Unix s
LEAST: dict[str, dict[str, str]] = {  # what each profile asks for at least
    "broker": {"host": "broker.example"},
    "aws": {"endpoint": "a-ats.iot.eu-central-1.amazonaws.com"},
    "aws_authoriser": {"endpoint": "a-ats.iot.eu-central-1.amazonaws.com"},
    "aws_websocket": {
        "endpoint": "a-ats.iot.eu-central-1.amazonaws.com",
        "access_key": "AKIDEXAMPLE",
        "secret_key": "wJalrXUtnFEMI",
    },
    "azure": {"hub": "h.azure-devices.net"},
    "thingsboard": {"host": "tb.example"},
    "hivemq": {"host": "0.s1.eu.hivemq.cloud"},
    "emqx": {"host": "x.ala.eu-central-1.emqxsl.com"},
    "google_style": {"project": "p", "registry": "r"},
}


def target(built: Built) -> MqttTarget:
    made = target_of(built.target)
    assert isinstance(made, MqttTarget)
    return made


def shown(built: Built, table: dict[str, str] | None = None) -> tuple[str, str, Any]:
    """Client id, user name and password of the mock cc-1."""
    held = None
    made = target(built)
    if table is not None:
        held = CredentialTable("t.csv", {name: [cell] for name, cell in table.items()})
        made = made.model_copy(update={"deal": Deal(table="t.csv")})
    papers = Papers(
        made,
        Credentials.model_validate(built.credentials),
        numbers=np.arange(1),
        fixed={"id": np.array(["cc-1"], dtype=object), "index": np.arange(1)},
        table=held,
        clock=lambda: NOW,
    )
    password = papers.password(0)
    return papers.client_id(0), papers.username(0), password() if callable(password) else password


@pytest.mark.parametrize("name", PROFILES)
def test_a_profile_needs_little_and_says_what_is_missing(name: str) -> None:
    profile = PROFILES[name]

    built = profile.build(LEAST[name])

    assert target(built).host
    with pytest.raises(DefinitionError) as caught:
        profile.build({})
    assert {(each.place, each.text) for each in caught.value.problems} == {
        (asked, "is needed") for asked in LEAST[name]
    }


@pytest.mark.parametrize("name", PROFILES)
def test_every_input_of_a_profile_can_be_asked_for(name: str) -> None:
    for asked in PROFILES[name].inputs:
        assert asked.label
        assert asked.kind == "choice" or not asked.choices
        assert not asked.default or not asked.choices or asked.default in asked.choices


@pytest.mark.parametrize(
    ("name", "values", "told"),
    [
        ("broker", {"hots": "x"}, "hots: unknown input, did you mean 'host'?"),
        ("broker", {"way": "http"}, "way: must be one of mqtt, mqtts, ws, wss, got 'http'"),
        ("broker", {"port": "x"}, "port: Input should be a valid integer"),
        ("broker", {"port": "70000"}, "port: Input should be less than or equal to 65535"),
        ("broker", {"ca": "x"}, "ca: must be PEM text, with the line -----BEGIN"),
        ("azure", {"shows": "policy_key"}, "key: is needed"),
        ("broker", {"host": "h" * 1_001}, "host: may have 1,000 characters, it has 1,001"),
    ],
)
def test_what_is_wrong_is_told_at_its_input(name: str, values: dict[str, str], told: str) -> None:
    with pytest.raises(DefinitionError, match=re.escape(told)):
        PROFILES[name].build({**LEAST[name], **values})


def test_no_error_shows_a_secret() -> None:
    with pytest.raises(DefinitionError) as caught:
        PROFILES["azure"].build({"key": "sesame" * 20_000, "policy": "x"})

    assert "sesame" not in str(caught.value)
    built = PROFILES["broker"].build({"host": "h", "password": "sesame"})
    assert "sesame" not in repr(built)


def test_a_broker_is_reached_over_each_way() -> None:
    ways = {}
    for way in ("mqtt", "mqtts", "ws", "wss"):
        made = target(PROFILES["broker"].build({"host": "h", "way": way}))
        ways[way] = (made.port, made.tls is not None, made.websocket and made.websocket.path)

    assert ways == {
        "mqtt": (1883, False, None),
        "mqtts": (8883, True, None),
        "ws": (8080, False, "/mqtt"),
        "wss": (8081, True, "/mqtt"),
    }
    assert target(PROFILES["hivemq"].build({"host": "h"})).port == 8883
    assert target(PROFILES["emqx"].build({"host": "h", "way": "wss"})).port == 8084


def test_a_brokers_user_and_password_are_all_mocks_or_each_ones_own() -> None:
    same = PROFILES["broker"].build({"host": "h", "username": "{id}", "password": "x{y"})

    assert shown(same) == ("cc-1", "cc-1", "x{y")
    own = PROFILES["broker"].build({"host": "h"})
    assert shown(own, {"username": "u", "password": "p"}) == ("cc-1", "u", "p")


def test_aws_takes_certificates_on_8883_and_by_alpn_on_443() -> None:
    usual = PROFILES["aws"].build(LEAST["aws"])
    behind = target(PROFILES["aws"].build({**LEAST["aws"], "port": "443"}))

    assert usual.columns == ("certificate", "key")
    assert (target(usual).port, target(usual).tls.alpn) == (8883, [])  # type: ignore[union-attr]
    assert (behind.port, behind.tls.alpn) == (443, ["x-amzn-mqtt-ca"])  # type: ignore[union-attr]


def test_the_authoriser_of_aws_stands_behind_the_user_name() -> None:
    plain = PROFILES["aws_authoriser"].build(
        {**LEAST["aws_authoriser"], "authoriser": "my gate", "username": "{username}"}
    )
    signed = PROFILES["aws_authoriser"].build(
        {**LEAST["aws_authoriser"], "authoriser": "gate", "token_name": "tk", "password": "x"}
    )

    assert target(plain).tls.alpn == ["mqtt"]  # type: ignore[union-attr]
    assert shown(plain, {"username": "u", "password": "p"}) == (
        "cc-1", "u?x-amz-customauthorizer-name=my%20gate", "p",
    )  # fmt: skip
    assert shown(signed, {"token": "T", "signature": "S%3D"})[1] == (
        "cc-1?x-amz-customauthorizer-name=gate&tk=T&x-amz-customauthorizer-signature=S%3D"
    )


def test_azure_devices_sign_with_their_own_key_or_the_hubs() -> None:
    own = PROFILES["azure"].build(LEAST["azure"])
    hub = PROFILES["azure"].build(
        {**LEAST["azure"], "shows": "policy_key", "key": "c2VzYW1l", "lifetime": "5"}
    )

    client_id, user, password = shown(own, {"shared_key": "a2V5"})
    assert client_id == "cc-1"
    assert user == "h.azure-devices.net/cc-1/?api-version=2021-04-12"
    assert password.startswith("SharedAccessSignature sr=h.azure-devices.net%2Fdevices%2Fcc-1&sig=")
    assert password.endswith("&se=1800003600")
    assert shown(hub)[2].endswith("&se=1800000300&skn=device")


def test_azure_is_reached_over_websocket_too() -> None:
    made = target(PROFILES["azure"].build({**LEAST["azure"], "way": "websocket"}))

    assert made.port == 443
    assert made.websocket
    assert made.websocket.path.startswith("/$iothub/websocket")


def test_thingsboard_knows_a_device_by_its_token() -> None:
    own = PROFILES["thingsboard"].build(LEAST["thingsboard"])
    basic = PROFILES["thingsboard"].build({**LEAST["thingsboard"], "shows": "basic"})

    assert own.columns == ("token",)
    assert shown(own, {"token": "A1"})[1:] == ("A1", "")
    cells = {"client_id": "c", "username": "u", "password": "p"}
    assert shown(basic, cells) == ("c", "u", "p")


def test_google_style_passwords_are_tokens_of_the_project() -> None:
    built = PROFILES["google_style"].build(LEAST["google_style"])

    assert target(built).client_id == ("projects/p/locations/us-central1/registries/r/devices/{id}")
    assert built.credentials["password"]["audience"] == "p"
    assert built.columns == ("key",)


DEVICE = """
name: Device
id: "cc-{{index}}"
messages:
  telemetry: {{every: 1s, topic: "{topic}", qos: {qos}, retain: {retain}, json: 1, size: {size}}}
"""


@pytest.mark.parametrize(
    ("name", "message", "told"),
    [
        ("azure", {"topic": "devices/{id}/messages/events/"}, []),
        ("azure", {"topic": "devices/{ id }/messages/events/site=7"}, []),
        ("azure", {"topic": "plants/{id}"},
         ["messages.telemetry.topic: must begin with devices/{id}/messages/events/ or "]),
        ("azure", {"topic": "devices/{id}/messages/events/", "qos": 2},
         ["messages.telemetry.qos: the service takes QoS 0 to 1, got 2"]),
        ("aws", {"topic": "a/b/c/d/e/f/g/h/i"},
         ["messages.telemetry.topic: the service takes 7 slashes in a topic, got 8"]),
        ("aws", {"topic": "a", "size": 131_073},
         ["messages.telemetry.size: the service takes 131,072 bytes, got 131,073"]),
        ("google_style", {"topic": "/devices/{id}/state", "retain": "true"},
         ["messages.telemetry.retain: the service keeps no message"]),
        ("broker", {"topic": "a", "qos": 2, "retain": "true"}, []),
    ],
)  # fmt: skip
def test_what_a_service_does_not_take_is_told_before_it_is_sent(
    name: str, message: dict[str, Any], told: list[str]
) -> None:
    given = {"qos": 0, "retain": "false", "size": 10} | message
    definition = parse(DEVICE.format(**given))

    found = [str(each) for each in limit_problems(definition, PROFILES[name].limits)]

    assert len(found) == len(told)
    assert all(one.startswith(other) for one, other in zip(found, told, strict=True))


ANSWERING = """
name: Device
id: "cc-{index}"
messages: {telemetry: {every: 1s, topic: "devices/{id}/messages/events/", json: 1}}
replies:
  reboot:
    on: {topic: "TOPIC"}
    send: {topic: "ANSWER", json: {ok: true}}
"""


@pytest.mark.parametrize(
    ("name", "waits", "answers", "comes", "goes"),
    [
        ("azure", "Wait for a direct method", "Answer a direct method",
         "$iothub/methods/POST/reboot/?$rid=7", "$iothub/methods/res/200/?$rid=7"),
        ("thingsboard", "Wait for a remote call", "Answer a remote call",
         "v1/devices/me/rpc/request/7", "v1/devices/me/rpc/response/7"),
    ],
)  # fmt: skip
def test_the_topics_of_a_profile_make_a_device_answer_calls(
    name: str, waits: str, answers: str, comes: str, goes: str
) -> None:
    topics = {each.use: each.topic for each in PROFILES[name].build(LEAST[name]).topics}
    definition = parse(ANSWERING.replace("TOPIC", topics[waits]).replace("ANSWER", topics[answers]))
    fleet = Fleet(definition)
    fleet.due(0.0)
    fleet.connected([0], 0.0)

    fleet.received(0, comes, b"{}", 0.5)

    sent = [address for batch in fleet.due(60.0).sends for address in batch.addresses]
    assert goes in sent


def test_an_access_key_of_aws_signs_the_opening_of_websocket() -> None:
    built = PROFILES["aws_websocket"].build({**LEAST["aws_websocket"], "session_token": "t"})

    made = target(built)
    assert (made.port, made.tls is not None) == (443, True)
    assert made.websocket is not None
    assert made.websocket.path == "/mqtt"
    assert made.websocket.sigv4 is not None
    assert made.websocket.sigv4.service == "iotdevicegateway"
    assert shown(built)[1:] == ("AKIDEXAMPLE", "wJalrXUtnFEMI")
    assert built.credentials["token"] == "t"
    assert "wJalrXUtnFEMI" not in repr(built)
