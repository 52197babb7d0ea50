"""Brokers that take any topic, with a user name and a password: plain ones, HiveMQ's, EMQX's.

Rule: ports by each vendor's own page of connection details.
"""

from functools import partial
from typing import Any

from simulator.lot.profiles.base import Built, Input, Profile, Values

PLAIN, TLS, WEBSOCKET, SECURE_WEBSOCKET = "mqtt", "mqtts", "ws", "wss"
WORDS = {
    PLAIN: "MQTT",
    TLS: "MQTT over TLS",
    WEBSOCKET: "MQTT over WebSocket",
    SECURE_WEBSOCKET: "MQTT over WebSocket and TLS",
}
# What each way is on a broker as it is installed.
PORTS = {PLAIN: 1883, TLS: 8883, WEBSOCKET: 8080, SECURE_WEBSOCKET: 8081}
HIVEMQ_PORTS = {TLS: 8883, SECURE_WEBSOCKET: 8884}
EMQX_PORTS = {TLS: 8883, SECURE_WEBSOCKET: 8084}
PATH = "/mqtt"

USER = Input(
    name="username",
    label="User name",
    help="Takes placeholders such as {id}; left out, each mock has that of the credential table.",
    is_optional=True,
)
PASSWORD = Input(
    name="password",
    label="Password",
    help="The same for all; left out, each mock has its own of the credential table.",
    kind="secret",
    is_secret=True,
    is_optional=True,
)
CLIENT_ID = Input(name="client_id", label="Client id", default="{id}")
AUTHORITY = Input(
    name="ca",
    label="Authority",
    help="Certificates to trust, where the broker's own is of none that systems know.",
    kind="pem",
    is_optional=True,
)


def _ways(ports: dict[str, int]) -> Input:
    return Input(
        name="way",
        label="Way",
        kind="choice",
        choices={way: f"{WORDS[way]}, port {port}" for way, port in ports.items()},
        default=next(iter(ports)),
    )


def _broker(ports: dict[str, int], values: Values) -> Built:
    way = values["way"]
    target: dict[str, Any] = {
        "protocol": "mqtt",
        "host": values["host"],
        "port": _port(values.get("port", ""), ports[way]),
        "client_id": values["client_id"],
    }
    if way in (TLS, SECURE_WEBSOCKET):
        target["tls"] = {"ca": values["ca"]}
    if way in (WEBSOCKET, SECURE_WEBSOCKET):
        target["websocket"] = {"path": PATH, "subprotocol": "mqtt"}
    return Built(
        target=target,
        credentials={"username": values["username"], "password": values["password"]},
    )


def _port(text: str, usual: int) -> int | str:
    """Return the port that was asked for; what is no number is refused by the target's model."""
    return int(text) if text.isdecimal() else text or usual


BROKER = Profile(
    name="broker",
    title="MQTT broker",
    summary="Mosquitto, EMQX, HiveMQ, VerneMQ or any other, with a user name and a password.",
    inputs=(
        Input(name="host", label="Host", example="broker.example"),
        _ways(PORTS),
        Input(name="port", label="Port", help="Left out, the usual one.", is_optional=True),
        USER,
        PASSWORD,
        CLIENT_ID,
        AUTHORITY,
    ),
    make=partial(_broker, PORTS),
)

HIVEMQ = Profile(
    name="hivemq",
    title="HiveMQ Cloud",
    summary="MQTT over TLS with the credentials of the cluster's access management.",
    inputs=(
        Input(
            name="host",
            label="Cluster URL",
            help="Overview of the cluster.",
            example="0123456789abcdef.s1.eu.hivemq.cloud",
        ),
        _ways(HIVEMQ_PORTS),
        USER,
        PASSWORD,
        CLIENT_ID,
        AUTHORITY,
    ),
    make=partial(_broker, HIVEMQ_PORTS),
)

EMQX = Profile(
    name="emqx",
    title="EMQX Cloud",
    summary="MQTT over TLS with the credentials of the deployment's authentication.",
    inputs=(
        Input(
            name="host",
            label="Address",
            help="Overview of the deployment, “MQTT connection information”.",
            example="x0123456.ala.eu-central-1.emqxsl.com",
        ),
        _ways(EMQX_PORTS),
        USER,
        PASSWORD,
        CLIENT_ID,
        AUTHORITY,
    ),
    make=partial(_broker, EMQX_PORTS),
)
