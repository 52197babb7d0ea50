"""AWS IoT Core as a target: certificates of devices, a custom authoriser, or access keys.

Rule: ports and names of ALPN by "Device communication protocols", limits by "AWS IoT Core endpoints
and quotas", the user name by "Connecting by using custom authentication", all of AWS's own guides.
"""

from urllib.parse import quote

from simulator.lot.profiles.base import Built, Input, Profile, Topic, Values
from simulator.lot.profiles.limits import Limits

ALPN_CERTIFICATE = "x-amzn-mqtt-ca"
ALPN_AUTHORISER = "mqtt"
LIMITS = Limits(qos=1, payload=128 * 1024, slashes=7)

ENDPOINT = Input(
    name="endpoint",
    label="Endpoint",
    help="Settings, “Device data endpoint”.",
    example="a1b2c3d4e5-ats.iot.eu-central-1.amazonaws.com",
)
CLIENT_ID = Input(
    name="client_id",
    label="Client id",
    help="Policies usually allow the name of the thing alone.",
    default="{id}",
)
_TOPICS = (
    Topic("Telemetry", "plants/{id}/telemetry"),
    Topic("Report to the shadow", "$aws/things/{id}/shadow/update"),
    Topic("Wait for the shadow's wishes", "$aws/things/{id}/shadow/update/delta"),
    Topic("Straight to a rule, past the broker", "$aws/rules/RULE/{id}"),
)
_NOTES = (
    "QoS 0 and 1; a payload has at most 128 KB, a topic at most 7 slashes. Retained messages work.",
    "The policy of the certificate or authoriser must allow iot:Connect for the client id, and "
    "iot:Publish and iot:Subscribe for the topics: else the connection is closed without a word.",
    "An account takes 500 connections a second unless the quota is raised: give the lot a ramp.",
)


def _with_certificates(values: Values) -> Built:
    port = int(values["port"])
    has_own = bool(values["certificate"])
    return Built(
        target=_target(values, port=port, alpn=[ALPN_CERTIFICATE] if port == 443 else []),
        credentials={"certificate": values["certificate"], "key": values["key"]} if has_own else {},
        columns=() if has_own else ("certificate", "key"),
        notes=_NOTES,
        topics=_TOPICS,
    )


def _with_authoriser(values: Values) -> Built:
    return Built(
        target=_target(values, port=443, alpn=[ALPN_AUTHORISER]),
        credentials={"username": _user_name(values), "password": values["password"]},
        notes=_NOTES,
        topics=_TOPICS,
    )


def _with_keys(values: Values) -> Built:
    signature = {"region": values["region"]} if values["region"] else {}
    return Built(
        target=_target(values, port=443, alpn=[]) | {"websocket": {"sigv4": signature}},
        credentials={
            "username": values["access_key"],
            "password": values["secret_key"],
            "token": values["session_token"],
        },
        notes=(*_NOTES, "The policy is that of the access key's user or role."),
        topics=_TOPICS,
    )


def _target(values: Values, *, port: int, alpn: list[str]) -> dict[str, object]:
    return {
        "protocol": "mqtt",
        "host": values["endpoint"],
        "port": port,
        "client_id": values["client_id"],
        "tls": {"alpn": alpn},
    }


def _user_name(values: Values) -> str:
    """Return the user name with what names the authoriser behind it, as a query of a URL."""
    query = []
    if values["authoriser"]:
        query.append(f"x-amz-customauthorizer-name={quote(values['authoriser'], safe='')}")
    if values["token_name"]:
        # Placeholders stay as they are: a column holds them, escaped already.
        query.append(f"{values['token_name']}={values['token']}")
        query.append(f"x-amz-customauthorizer-signature={values['signature']}")
    return values["username"] + ("?" + "&".join(query) if query else "")


AWS_CERTIFICATES = Profile(
    name="aws",
    title="AWS IoT Core, certificates",
    summary="MQTT over TLS; each mock shows the certificate of its thing.",
    inputs=(
        ENDPOINT,
        CLIENT_ID,
        Input(
            name="port",
            label="Port",
            kind="choice",
            choices={"8883": "8883, MQTT", "443": "443, by ALPN, where firewalls are in the way"},
            default="8883",
        ),
        Input(
            name="certificate",
            label="One certificate for all",
            help="In the place of a credential table with a certificate and a key for each mock.",
            kind="pem",
            is_optional=True,
        ),
        Input(
            name="key",
            label="Its private key",
            kind="pem",
            is_secret=True,
            is_optional=True,
        ),
    ),
    make=_with_certificates,
    limits=LIMITS,
)

AWS_AUTHORISER = Profile(
    name="aws_authoriser",
    title="AWS IoT Core, custom authoriser",
    summary="MQTT over TLS on port 443; user name, password or token go to a Lambda of yours.",
    inputs=(
        ENDPOINT,
        CLIENT_ID,
        Input(
            name="authoriser",
            label="Authoriser",
            help="Its name; left out, the account's default one decides.",
            is_optional=True,
        ),
        Input(
            name="username",
            label="User name",
            help="Takes placeholders; {username} is the credential table's.",
            default="{id}",
        ),
        Input(
            name="password",
            label="Password",
            help="The same for all; left out, each mock has its own of the credential table.",
            kind="secret",
            is_secret=True,
            is_optional=True,
        ),
        Input(
            name="token_name",
            label="Name of the token",
            help="Only with signed tokens: the authoriser's token key name.",
            is_optional=True,
        ),
        Input(
            name="token",
            label="Token",
            help="As it stands in a URL; {token} is the credential table's.",
            default="{token}",
            is_secret=True,
            is_optional=True,
        ),
        Input(
            name="signature",
            label="Signature of the token",
            help="Base64, as it stands in a URL; {signature} is the credential table's column.",
            default="{signature}",
            is_secret=True,
            is_optional=True,
        ),
    ),
    make=_with_authoriser,
    limits=LIMITS,
)

AWS_WEBSOCKET = Profile(
    name="aws_websocket",
    title="AWS IoT Core, access key over WebSocket",
    summary="MQTT inside of WebSocket on port 443; the opening is signed with an access key.",
    inputs=(
        ENDPOINT,
        CLIENT_ID,
        Input(name="access_key", label="Access key id", example="AKIAIOSFODNN7EXAMPLE"),
        Input(name="secret_key", label="Secret access key", kind="secret", is_secret=True),
        Input(
            name="session_token",
            label="Session token",
            help="Of a passing key, as STS and Cognito give it.",
            kind="secret",
            is_secret=True,
            is_optional=True,
        ),
        Input(
            name="region",
            label="Region",
            help="Left out, the one in the endpoint's name.",
            example="eu-central-1",
            is_optional=True,
        ),
    ),
    make=_with_keys,
    limits=LIMITS,
)
