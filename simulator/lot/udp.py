"""A receiver of datagrams as a target: each message is one.

Rule: nothing is known of a datagram once it was sent, unless an answer is asked for.
"""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from simulator.lot.framing import Acknowledgement
from simulator.lot.target import Target
from simulator.speech import UDP, Speech

MAX_DATAGRAM = 65_507  # bytes of payload in IPv4: 65,535 without both headers (RFC 768, RFC 791)


class UdpTarget(Target):
    """A receiver of datagrams."""

    unused: ClassVar[frozenset[str]] = frozenset(("tls", "websocket"))
    protocol: Literal["udp"] = "udp"
    max_size: int = Field(
        default=MAX_DATAGRAM,
        ge=1,
        le=MAX_DATAGRAM,
        description="Bytes of a message; above some 1,472 the network cuts it into pieces, which "
        "all must arrive",
    )
    acknowledgement: Acknowledgement | None = Field(
        default=None,
        description="How the receiver answers each message; left out: what is written is sent",
    )

    @model_validator(mode="after")
    def _is_plain(self) -> "UdpTarget":
        if self.tls:
            raise ValueError("datagrams are sent without DTLS, leave tls out")
        if self.websocket:
            raise ValueError("datagrams have no WebSocket, leave websocket out")
        return self

    @property
    def acknowledged_from(self) -> int:
        return 0 if self.acknowledgement else 3

    @property
    def speech(self) -> Speech:
        return UDP
