"""WebSocket between the connection and the protocol of a target.

Rule: says how the opening asks; whatever the protocol sends goes in binary frames.
"""

from pydantic import Field

from simulator.lot.base import MAX_TEXT, Model

MAX_HEADERS = 50
LONGEST_SIGNED = 86_400  # s; AWS IoT Core ends a connection after that long all the same


class SigV4(Model):
    """The opening is signed for AWS, Signature Version 4, in its query.

    The target's user name, password and token are the id of an access key, its secret and, where it
    is a passing one, the token of its session. The protocol inside shows none of them.
    """

    region: str = Field(
        default="",
        max_length=MAX_TEXT,
        pattern=r"^[a-z0-9-]*$",
        description="Such as eu-central-1; empty: the one in the host's name",
    )
    service: str = Field(
        default="iotdevicegateway",
        min_length=1,
        max_length=MAX_TEXT,
        pattern=r"^[a-z0-9-]+$",
        description="What is signed for; that of AWS IoT Core unless said",
    )
    expires: int = Field(
        default=LONGEST_SIGNED,
        ge=1,
        le=LONGEST_SIGNED,
        description="s that a signature is good for; each connection has a new one",
    )


class WebSocket(Model):
    """How the opening asks the far side to speak WebSocket (RFC 6455); with TLS, over TLS."""

    path: str = Field(
        default="/mqtt", max_length=8_000, description="Path and query, percent-encoded"
    )
    subprotocol: str = Field(  # of MQTT: MQTT 5.0, section 6.0
        default="mqtt",
        max_length=MAX_TEXT,
        description="What the far side must choose; empty asks for none",
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        max_length=MAX_HEADERS,
        repr=False,
        description="Further headers of the opening, by their name",
    )
    sigv4: SigV4 | None = Field(
        default=None, description="Sign the opening for AWS with an access key"
    )
