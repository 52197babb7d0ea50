"""Azure IoT Hub as a target: signatures that each device makes, or certificates.

Rule: names and topics by Microsoft, "Communicate with an IoT hub using the MQTT protocol".
"""

from typing import Any

from simulator.lot.profiles.base import Built, Input, Profile, Topic, Values
from simulator.lot.profiles.limits import Limits

API_VERSION = "2021-04-12"
SUBPROTOCOL_PATH = "/$iothub/websocket?iothub-no-client-cert=true"
DEVICE_KEY, POLICY_KEY, CERTIFICATE = "device_key", "policy_key", "certificate"
EVENTS = "devices/{id}/messages/events/"

_TOPICS = (
    Topic("Telemetry", EVENTS),
    Topic("Telemetry with properties", f"{EVENTS}$.ct=application%2Fjson&$.ce=utf-8&site={{site}}"),
    Topic("Wait for messages from the cloud", "devices/{id}/messages/devicebound/#"),
    Topic("Wait for a direct method", "$iothub/methods/POST/reboot/#"),
    Topic("Answer a direct method", "$iothub/methods/res/200/{in.topic[4]}"),
    Topic("Report to the twin", "$iothub/twin/PATCH/properties/reported/?$rid={seq}"),
    Topic("Wait for the twin's wishes", "$iothub/twin/PATCH/properties/desired/#"),
    Topic("Ask for the whole twin", "$iothub/twin/GET/?$rid={seq}"),
    Topic("Wait for what the twin answers", "$iothub/twin/res/#"),
)
_NOTES = (
    "The mock's id must be the id of a device of the hub; it is the client id too.",
    "QoS 2 ends the connection. A message has at most 256 KB. A retained message is not kept: the "
    "hub hands it on with the property mqtt-retain.",
    "Topics are the hub's: whatever else a device publishes on ends the connection.",
    "Twin, direct methods and messages from the cloud need a hub of the standard tier.",
)


def _hub(values: Values) -> Built:
    how = values["shows"]
    return Built(
        target=_target(values),
        credentials={
            "username": f"{{host}}/{{id}}/?api-version={API_VERSION}",
            **_credentials(values),
        },
        columns={DEVICE_KEY: ("shared_key",), CERTIFICATE: ("certificate", "key")}.get(how, ()),
        notes=_NOTES,
        topics=_TOPICS,
    )


def _target(values: Values) -> dict[str, Any]:
    target: dict[str, Any] = {
        "protocol": "mqtt",
        "host": values["hub"],
        "port": 8883,
        "client_id": "{id}",
        "tls": {},
    }
    if values["way"] == "websocket":
        path = SUBPROTOCOL_PATH if values["shows"] != CERTIFICATE else "/$iothub/websocket"
        target |= {"port": 443, "websocket": {"path": path, "subprotocol": "mqtt"}}
    return target


def _credentials(values: Values) -> dict[str, Any]:
    if values["shows"] == CERTIFICATE:
        return {}
    is_of_hub = values["shows"] == POLICY_KEY
    signature = {
        "kind": "sas",
        "key": values["key"] if is_of_hub else "{shared_key}",
        "resource": "{host}/devices/{id}",
        "policy": values["policy"] if is_of_hub else "",
        "lifetime": float(values["lifetime"]) * 60,
    }
    return {"password": signature}


AZURE = Profile(
    name="azure",
    title="Azure IoT Hub",
    summary="MQTT over TLS; each device signs with its key, or shows a certificate.",
    inputs=(
        Input(
            name="hub",
            label="Host name",
            help="Overview of the hub, “Hostname”.",
            example="my-hub.azure-devices.net",
        ),
        Input(
            name="shows",
            label="Devices show",
            kind="choice",
            choices={
                DEVICE_KEY: "a signature by their own key (shared_key of the credential table)",
                POLICY_KEY: "a signature by a key of the hub, the same for all",
                CERTIFICATE: "a certificate (of the credential table)",
            },
            default=DEVICE_KEY,
        ),
        Input(
            name="policy",
            label="Policy",
            help="A shared access policy of the hub that may “Device Connect”.",
            default="device",
            needed_by=("shows", (POLICY_KEY,)),
        ),
        Input(
            name="key",
            label="Its key",
            help="Base64, as the hub shows it.",
            kind="secret",
            is_secret=True,
            needed_by=("shows", (POLICY_KEY,)),
        ),
        Input(
            name="lifetime",
            label="A signature is good for",
            help="Then the mock connects anew, with a new one.",
            kind="choice",
            choices={"5": "5 minutes", "60": "1 hour", "1440": "1 day"},
            default="60",
            needed_by=("shows", (DEVICE_KEY, POLICY_KEY)),
        ),
        Input(
            name="way",
            label="Way",
            kind="choice",
            choices={
                "mqtt": "MQTT, port 8883",
                "websocket": "WebSocket, port 443, where firewalls are in the way",
            },
            default="mqtt",
        ),
    ),
    make=_hub,
    limits=Limits(
        qos=1,
        payload=256 * 1024,
        prefixes=(
            EVENTS,
            "$iothub/methods/res/",
            "$iothub/twin/PATCH/properties/reported/",
            "$iothub/twin/GET/",
        ),
    ),
)
