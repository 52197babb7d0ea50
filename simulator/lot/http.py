"""A server of HTTP as a target: what every request has.

Rule: what a message says itself (path, method, headers) goes over what stands here.
"""

from typing import Literal

from pydantic import Field

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

    count: int = Field(ge=2, le=1_000)  # messages
    age: float = Field(default=5.0, ge=0.05, le=300)  # s
    max_bytes: int = Field(default=1_000_000, ge=1, le=16_777_216)  # as nginx takes, unless told
    # array: [a,b] as application/json; lines: one a line, application/x-ndjson; concatenated: one
    # right behind the other, with the messages' own type.
    format: Literal["array", "lines", "concatenated"] = "array"


class HttpTarget(Target):
    """A server of HTTP. ``path`` is the prefix of every path."""

    protocol: Literal["http"] = "http"
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: Text = ""
    headers: dict[str, str] = Field(default_factory=dict, max_length=50)
    together: Together | None = None  # several messages in one request; None: each its own
    gzip: bool = False  # bodies that are not compressed yet
    chunked: bool = False  # bodies in chunks, instead of a length before them
    # Redirects of one request that are followed, to the same scheme, host and port alone; all
    # others are reported, and so are all of them with 0.
    follow: int = Field(default=0, ge=0, le=MAX_HOPS)
    # A mock that is answered Retry-After sends nothing before; messages wait as long, at most
    # ``acknowledge_within``. What was refused is not sent again.
    heed_retry_after: bool = False
    signature: Signature | None = None
    oauth: OAuth | None = None

    @property
    def acknowledged_from(self) -> int:
        return 0

    @property
    def speech(self) -> Speech:
        return HTTP
