"""A server of WebSocket as a target: each message is one of WebSocket's.

Rule: this is WebSocket as the protocol; ``websocket`` is for others that are spoken inside of it.
"""

from typing import ClassVar, Literal

from pydantic import Field, model_validator

from simulator.lot.base import Text
from simulator.lot.framing import Acknowledgement
from simulator.lot.secret_words import SECRET_WORDS
from simulator.lot.target import Target
from simulator.lot.websocket import MAX_HEADERS
from simulator.speech import WEBSOCKET, Speech


class WebSocketTarget(Target):
    """A server of WebSocket (RFC 6455); with TLS, over TLS."""

    unused: ClassVar[frozenset[str]] = frozenset(("websocket",))
    protocol: Literal["websocket"] = "websocket"
    path: Text = Field(
        default="/",
        description="Path and query, percent-encoded. Takes what is fixed for a mock, {username}, "
        "{password} and {token}",
    )
    headers: dict[str, str] = Field(
        default_factory=dict,
        max_length=MAX_HEADERS,
        repr=False,
        description="Further headers of the opening, by their name",
    )
    subprotocol: Text = Field(
        default="", description="What the server must choose; empty asks for none"
    )
    frames: Literal["text", "binary"] = Field(
        default="text", description="What kind of message carries a payload"
    )
    keep_alive: int = Field(
        default=30, ge=0, le=65_535, description="s of silence before a ping; 0: no pings"
    )
    acknowledgement: Acknowledgement | None = Field(
        default=None,
        description="How the server answers each message; left out: what is written is sent",
    )

    filled_late: ClassVar[tuple[str, ...]] = SECRET_WORDS

    @model_validator(mode="after")
    def _is_not_doubled(self) -> "WebSocketTarget":
        if self.websocket:
            raise ValueError("WebSocket is the protocol already, leave websocket out")
        return self

    @property
    def acknowledged_from(self) -> int:
        return 0 if self.acknowledgement else 3

    @property
    def speech(self) -> Speech:
        return WEBSOCKET
