"""How a connection is encrypted, and how the far side proves who it is.

Rule: what is said here is of the target; a mock's own certificate is part of its identity.
"""

from typing import Annotated, Literal

from pydantic import Field

from simulator.lot.base import Model

MAX_PROTOCOLS = 10  # names offered by ALPN

Ascii = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]


class Tls(Model):
    """How the far side proves who it is, and what is offered to it."""

    ca: str = ""  # PEM; empty: the system's authorities
    verify: bool = True  # False takes any certificate, for any name
    server_name: str = ""  # asked for (SNI) and held against the certificate; empty: the host
    # ALPN, RFC 7301, the preferred one first: x-amzn-mqtt-ca for AWS IoT Core on port 443.
    alpn: list[Ascii] = Field(default_factory=list, max_length=MAX_PROTOCOLS)
    minimum_version: Literal["1.2", "1.3"] = "1.2"
    # A mock that connects again goes on with its last session, as devices do: no certificates are
    # sent and none is held against the authorities. False: each connection is a full handshake.
    resumption: bool = True
