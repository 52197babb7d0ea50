"""WebSocket between the connection and the protocol of a target.

Rule: says how the opening asks; whatever the protocol sends goes in binary frames.
"""

from pydantic import Field

from simulator.lot.base import MAX_TEXT, Model

MAX_HEADERS = 50


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
