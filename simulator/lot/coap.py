"""A server of CoAP as a target: what every message has, and how patiently it is repeated.

Rule: names of what is transmitted are those of RFC 7252, section 4.8; every time is in seconds.
"""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from simulator.lot.base import Text
from simulator.lot.secret_words import SECRET_WORDS
from simulator.lot.target import Target
from simulator.speech import COAP, Speech


class CoapTarget(Target):
    """A server of CoAP over UDP."""

    protocol: Literal["coap"] = "coap"
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    # Prefix of every path, percent-encoded, with queries that go with every message: /v1?key=7.
    # Takes what is fixed for a mock, {username}, {password} and {token}.
    path: Text = ""
    uri_host: Text = ""  # empty: the host, where it is a name
    # Number of the registry of Content-Formats; None: what the message says, 50 (JSON) mostly.
    content_format: int | None = Field(default=None, ge=0, le=65_535)
    # Which messages are confirmable; by_qos: those of QoS 1 and 2.
    confirmable: Literal["always", "by_qos", "never"] = "always"
    awaits_answers: bool = False  # also of messages that are not confirmable
    block_size: Literal[16, 32, 64, 128, 256, 512, 1024] = 1024  # bytes; longer goes out in blocks
    ack_timeout: float = Field(default=2.0, ge=0.1, le=60)  # s until the first repetition
    ack_random_factor: float = Field(default=1.5, ge=1, le=5)
    max_retransmit: int = Field(default=4, ge=0, le=10)
    nstart: int = Field(default=1, ge=1, le=100)  # messages of a mock that are open at once
    # s of silence after which the server is pinged, and each mock's first ping is before its first
    # message; 0: never.
    keep_alive: int = Field(default=0, ge=0, le=65_535)
    acknowledge_within: float = Field(default=100.0, gt=0, le=300)  # s; MAX_TRANSMIT_WAIT is 93

    filled_late: ClassVar[tuple[str, ...]] = SECRET_WORDS

    @model_validator(mode="after")
    def _is_plain(self) -> "CoapTarget":
        if self.tls:
            raise ValueError("CoAP is spoken over UDP without DTLS, leave tls out")
        if self.websocket:
            raise ValueError("CoAP is spoken over UDP alone, leave websocket out")
        return self

    @property
    def acknowledged_from(self) -> int:
        if self.awaits_answers:
            return 0
        return {"always": 0, "by_qos": 1, "never": 3}[self.confirmable]

    @property
    def speech(self) -> Speech:
        return COAP
