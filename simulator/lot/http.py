"""A server of HTTP as a target: what every request has.

Rule: what a message says itself (path, method, headers) goes over what stands here.
"""

from typing import ClassVar, Literal, Self

from pydantic import Field, model_validator

from simulator.lot.base import Model, Text
from simulator.lot.oauth import OAuth
from simulator.lot.signature import Signature
from simulator.lot.target import Target
from simulator.speech import HTTP, Speech

MAX_HOPS = 5  # redirects of one request; fetch() of browsers follows 20, curl 50: both for people


class Together(Model):
    """Several messages of one mock in one request, which one answer settles.

    Messages with the same method, path and headers go together, in their order. A request is
    written when it has ``count`` of them, or ``max_bytes``, or when the oldest waited ``age``.
    """

    count: int = Field(ge=2, le=1_000, description="Messages of a request, 2 to 1,000")
    age: float = Field(
        default=5.0, ge=0.05, le=300, description="s that a message waits for others, 0.05 to 300"
    )
    max_bytes: int = Field(
        default=1_000_000,
        ge=1,
        le=16_777_216,
        description="Bytes of their payloads; nginx takes so many",
    )
    format: Literal["array", "lines", "concatenated"] = Field(
        default="array",
        description="`array`: `[a,b]` as application/json; `lines`: one a line, as "
        "application/x-ndjson; `concatenated`: one behind the other, with the messages' own type",
    )


class HttpTarget(Target):
    """A server of HTTP. ``path`` is the prefix of every path."""

    unused: ClassVar[frozenset[str]] = frozenset(("websocket",))
    protocol: Literal["http"] = "http"
    method: Literal["POST", "PUT", "PATCH"] = Field(
        default="POST", description="Of messages that say none"
    )
    path: Text = Field(default="", description="Before every message's own path")
    headers: dict[str, str] = Field(
        default_factory=dict, max_length=50, description="Of every request, by their name"
    )
    together: Together | None = Field(
        default=None, description="Several messages of a mock in one request; else each in its own"
    )
    gzip: bool = Field(default=False, description="Compress bodies that are not compressed yet")
    chunked: bool = Field(
        default=False, description="Send bodies in chunks, without saying their length before"
    )
    follow: int = Field(
        default=0,
        ge=0,
        le=MAX_HOPS,
        description="Redirects of one request that are followed, 0 to 5, and only to the same "
        "scheme, host and port; others are reported",
    )
    heed_retry_after: bool = Field(
        default=False,
        description="A mock that is answered Retry-After sends nothing for so long; what was "
        "refused is not sent again",
    )
    signature: Signature | None = Field(
        default=None, description="A header that signs each request with a key"
    )
    oauth: OAuth | None = Field(
        default=None, description="Where a token for all mocks comes from, by OAuth 2.0"
    )

    @model_validator(mode="after")
    def _is_plain(self) -> Self:
        if self.websocket:
            raise ValueError(
                "HTTP is not spoken inside of WebSocket, leave websocket out or take the protocol "
                "websocket"
            )
        return self

    @property
    def acknowledged_from(self) -> int:
        return 0

    @property
    def speech(self) -> Speech:
        return HTTP
