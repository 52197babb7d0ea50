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

    unused: ClassVar[frozenset[str]] = frozenset(("tls", "websocket"))
    protocol: Literal["coap"] = "coap"
    method: Literal["POST", "PUT", "PATCH"] = Field(
        default="POST", description="Of messages that say none"
    )
    path: Text = Field(
        default="",
        description="Before every path, percent-encoded, with queries that go with every message: "
        "/v1?key=7. Takes what is fixed for a mock, {username}, {password} and {token}",
    )
    uri_host: Text = Field(
        default="", description="What Uri-Host says; empty: the host, where it is a name"
    )
    content_format: int | None = Field(
        default=None,
        ge=0,
        le=65_535,
        description="Number of the registry of Content-Formats; left out: what the message says, "
        "mostly 50 (JSON)",
    )
    confirmable: Literal["always", "by_qos", "never"] = Field(
        default="always",
        description="Which messages the server confirms; `by_qos`: those of QoS 1 and 2",
    )
    awaits_answers: bool = Field(
        default=False, description="Wait for answers also where a message is not confirmable"
    )
    block_size: Literal[16, 32, 64, 128, 256, 512, 1024] = Field(
        default=1024, description="Bytes; a longer payload goes out in blocks of so many"
    )
    ack_timeout: float = Field(
        default=2.0, ge=0.1, le=60, description="s until the first repetition; each next is twice"
    )
    ack_random_factor: float = Field(
        default=1.5,
        ge=1,
        le=5,
        description="Up to so many times `ack_timeout` is waited, drawn for each message",
    )
    max_retransmit: int = Field(
        default=4, ge=0, le=10, description="Repetitions of a message that nobody confirms"
    )
    nstart: int = Field(
        default=1, ge=1, le=100, description="Messages of a mock that are open at once"
    )
    keep_alive: int = Field(
        default=0,
        ge=0,
        le=65_535,
        description="s of silence after which the server is pinged, and each mock's first ping is "
        "before its first message; 0: never",
    )
    acknowledge_within: float = Field(  # MAX_TRANSMIT_WAIT is 93 s
        default=100.0, gt=0, le=300, description="s without an answer after which a send has failed"
    )

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
