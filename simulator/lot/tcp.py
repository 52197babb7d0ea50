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
    framing: Framing = Field(default_factory=Lines)  # of what a mock sends
    incoming: Framing | None = None  # of what the server sends; None: the same
    # Bytes that a mock sends first, not framed: "LOGIN {id} {token}\r\n". Takes what is fixed for a
    # mock, {username}, {password} and {token}; another bracket stays as it is.
    preamble: Octets = ""
    # How the first frame of the server looks when it lets a mock in, * is any bytes; empty: a mock
    # is in at once.
    welcome: Octets = ""
    acknowledgement: Acknowledgement | None = None  # None: a message that is written is sent

    @property
    def acknowledged_from(self) -> int:
        return 0 if self.acknowledgement else 3

    @property
    def speech(self) -> Speech:
        return TCP
