"""How a connection is encrypted, and how the far side proves who it is.

Rule: what is said here is of the target; a mock's own certificate is part of its identity.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field

from simulator.lot.base import Model

MAX_PROTOCOLS = 10  # names offered by ALPN

Ascii = Annotated[str, Field(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$")]


def _version(value: Any) -> Any:
    """Return the version as text: YAML reads a bare 1.2 as a number."""
    return f"{value:g}" if isinstance(value, float) else value


class Tls(Model):
    """How the far side proves who it is, and what is offered to it."""

    ca: str = Field(default="", description="Authorities, in PEM; empty: the system's")
    verify: bool = Field(
        default=True, description="False takes any certificate, for any name: for trials alone"
    )
    server_name: str = Field(
        default="",
        description="Asked for (SNI), and held against the certificate; empty: the host",
    )
    alpn: list[Ascii] = Field(
        default_factory=list,
        max_length=MAX_PROTOCOLS,
        description="Names offered by ALPN, the preferred one first: x-amzn-mqtt-ca",
    )
    minimum_version: Annotated[Literal["1.2", "1.3"], BeforeValidator(_version)] = Field(
        default="1.2", description="Of TLS; what is older is refused"
    )
    resumption: bool = Field(
        default=True,
        description=(
            "A mock that connects again goes on with its last session, as devices do; false: each "
            "connection is a full handshake"
        ),
    )
