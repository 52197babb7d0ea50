"""A server of messages on a plain stream of TCP, or TLS, as a target.

Rule: what such a server wants to hear is of its own making, so everything can be said here.
"""

from typing import Literal

from pydantic import Field

from simulator.lot.framing import Acknowledgement, Framing, Lines
from simulator.lot.octets import Octets
from simulator.lot.target import Target
from simulator.speech import TCP, Speech


class TcpTarget(Target):
    """A server of framed messages."""

    protocol: Literal["tcp"] = "tcp"
    framing: Framing = Field(
        default_factory=Lines,
        description="Where a mock's message ends; left out: each is a line",
    )
    incoming: Framing | None = Field(
        default=None, description="Where a message of the server ends; left out: the same"
    )
    preamble: Octets = Field(
        default="",
        description='What a mock sends first, not framed: "LOGIN {id} {token}\\r\\n". Takes what '
        "is fixed for a mock, {username}, {password} and {token}; another bracket stays as it is",
    )
    welcome: Octets = Field(
        default="",
        description="How the server's first frame looks when it lets a mock in, * is any bytes; "
        "empty: a mock is in at once",
    )
    acknowledgement: Acknowledgement | None = Field(
        default=None,
        description="How the server answers each message; left out: what is written is sent",
    )

    @property
    def acknowledged_from(self) -> int:
        return 0 if self.acknowledgement else 3

    @property
    def speech(self) -> Speech:
        return TCP
