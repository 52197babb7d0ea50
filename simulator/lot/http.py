"""A server of HTTP as a target: what every request has.

Rule: what a message says itself (path, method, headers) goes over what stands here.
"""

from typing import Literal

from pydantic import Field

from simulator.lot.base import Text
from simulator.lot.target import Target
from simulator.speech import HTTP, Speech


class HttpTarget(Target):
    """A server of HTTP. ``path`` is the prefix of every path."""

    protocol: Literal["http"] = "http"
    method: Literal["POST", "PUT", "PATCH"] = "POST"
    path: Text = ""
    headers: dict[str, str] = Field(default_factory=dict, max_length=50)

    @property
    def acknowledged_from(self) -> int:
        return 0

    @property
    def speech(self) -> Speech:
        return HTTP
