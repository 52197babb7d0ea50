"""Platforms of devices: ThingsBoard, and those that speak as Google's IoT Core did.

Rule: topics by each platform's own page of its MQTT interface.
"""

from typing import Any

from simulator.lot.profiles.base import Built, Input, Profile, Topic, Values
from simulator.lot.profiles.limits import Limits

ACCESS_TOKEN, USER_AND_PASSWORD = "token", "basic"
GOOGLE_EVENTS = "/devices/{id}/events"
GOOGLE_STATE = "/devices/{id}/state"


def _thingsboard(values: Values) -> Built:
    is_token = values["shows"] == ACCESS_TOKEN
    has_tls = values["way"] == "mqtts"
    target: dict[str, Any] = {
        "protocol": "mqtt",
        "host": values["host"],
        "port": 8883 if has_tls else 1883,
        "client_id": "{id}",
        "tls": {} if has_tls else None,
    }
    return Built(
        target=target,
        credentials={"username": values["token"] or "{token}"} if is_token else {},
        columns=_thingsboard_columns(values),
        notes=(
            "Each device has an access token of its own; with one token for all, all mocks are one "
            "device.",
        ),
        topics=(
            Topic("Telemetry", "v1/devices/me/telemetry"),
            Topic("Attributes of the device", "v1/devices/me/attributes"),
            Topic("Wait for shared attributes", "v1/devices/me/attributes"),
            Topic("Wait for a remote call", "v1/devices/me/rpc/request/+"),
            Topic("Answer a remote call", "v1/devices/me/rpc/response/{in.topic[5]}"),
        ),
    )


def _thingsboard_columns(values: Values) -> tuple[str, ...]:
    if values["shows"] == USER_AND_PASSWORD:
        return ("client_id", "username", "password")
    return () if values["token"] else ("token",)


def _google(values: Values) -> Built:
    place = "projects/{project}/locations/{region}/registries/{registry}".format(**values)
    return Built(
        target={
            "protocol": "mqtt",
            "host": values["host"],
            "port": 8883,
            "client_id": f"{place}/devices/{{id}}",
            "tls": {},
        },
        credentials={
            "username": "unused",
            "password": {
                "kind": "jwt",
                "algorithm": values["algorithm"],
                "key": values["key"] or "{key}",
                "audience": values["project"],
                "lifetime": 3_600.0,
            },
        },
        columns=() if values["key"] else ("key",),
        notes=(
            "The password is a JWT that each device signs with its private key; after an hour the "
            "mock connects anew, with a new one.",
            "QoS 0 and 1, nothing is retained.",
        ),
        topics=(
            Topic("Telemetry", GOOGLE_EVENTS),
            Topic("State of the device", GOOGLE_STATE),
            Topic("Wait for configurations", "/devices/{id}/config"),
            Topic("Wait for commands", "/devices/{id}/commands/#"),
        ),
    )


THINGSBOARD = Profile(
    name="thingsboard",
    title="ThingsBoard",
    summary="MQTT; the access token of each device is its user name.",
    inputs=(
        Input(name="host", label="Host", example="mqtt.thingsboard.cloud"),
        Input(
            name="way",
            label="Way",
            kind="choice",
            choices={"mqtts": "MQTT over TLS, port 8883", "mqtt": "MQTT, port 1883"},
            default="mqtts",
        ),
        Input(
            name="shows",
            label="Devices show",
            kind="choice",
            choices={
                ACCESS_TOKEN: "an access token",
                USER_AND_PASSWORD: "client id, user name and password (of the credential table)",
            },
            default=ACCESS_TOKEN,
        ),
        Input(
            name="token",
            label="One token for all",
            help="In the place of a credential table with a token for each mock.",
            kind="secret",
            is_secret=True,
            is_optional=True,
        ),
    ),
    make=_thingsboard,
)

GOOGLE_STYLE = Profile(
    name="google_style",
    title="ClearBlade IoT Core, Google style",
    summary="MQTT over TLS; the password is a JWT that each device signs.",
    inputs=(
        Input(name="host", label="Host", default="us-central1-mqtt.clearblade.com"),
        Input(name="project", label="Project", example="my-project"),
        Input(name="region", label="Region", default="us-central1"),
        Input(name="registry", label="Registry", example="my-registry"),
        Input(
            name="algorithm",
            label="Keys are of",
            kind="choice",
            choices={"RS256": "RSA (RS256)", "ES256": "P-256 (ES256)"},
            default="RS256",
        ),
        Input(
            name="key",
            label="One private key for all",
            help="In the place of a credential table with a key for each mock.",
            kind="pem",
            is_secret=True,
            is_optional=True,
        ),
    ),
    make=_google,
    limits=Limits(qos=1, retains=False, payload=256 * 1024, prefixes=(GOOGLE_EVENTS, GOOGLE_STATE)),
)
