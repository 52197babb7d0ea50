"""What a session asks the server, one by one, and the events that come of it.

Rule: plain records; the session alone changes them.
"""

from enum import Enum, auto
from math import inf
from typing import Any, NamedTuple, TypeAlias

from simulator.protocols.coap.options import Option
from simulator.protocols.coap.transfer import Download, Upload


class Role(Enum):
    """What a request is for."""

    MESSAGE = auto()  # of the caller's
    PING = auto()
    REGISTER = auto()  # to observe a resource, or to go on with it
    FETCH = auto()  # the rest of a notification
    RELEASE = auto()  # to observe it no more


class Request:
    """A request until its answer is whole."""

    __slots__ = ("by", "code", "download", "found", "is_acknowledged", "is_confirmable",
                 "message_id", "options", "payload", "role", "tag", "token", "upload")  # fmt: skip

    def __init__(
        self,
        role: Role,
        tag: Any,
        code: int,
        options: tuple[Option, ...] = (),
        *,
        payload: bytes = b"",
        token: bytes = b"",
        is_confirmable: bool = True,
    ) -> None:
        self.role = role
        self.tag = tag  # the caller's, or the ``Watch`` that it is about
        self.code = code
        self.options = options
        self.payload = payload
        self.token = token
        self.is_confirmable = is_confirmable
        self.is_acknowledged = False  # and the response comes apart (RFC 7252, section 5.2.2)
        self.message_id = -1
        self.by = inf  # s; when it is given up
        self.upload: Upload | None = None
        self.download: Download | None = None
        self.found: dict[int, bytes] = {}  # options of the answer, of its first block


class Answered(NamedTuple):
    """A message has its answer, whole; ``tag`` is the caller's."""

    tag: Any
    code: int
    payload: bytes


class Failed(NamedTuple):
    """A message has no answer, and gets none."""

    tag: Any
    why: str


class Observed(NamedTuple):
    """The server will notify of a resource."""

    path: str


class Notified(NamedTuple):
    """The state of a resource that is observed, whole."""

    path: str
    payload: bytes


class Unobserved(NamedTuple):
    """A resource is not observed, or not any more."""

    path: str
    why: str


class Ponged(NamedTuple):
    """The server is there."""


class Silent(NamedTuple):
    """The server did not answer a ping."""

    why: str


Event: TypeAlias = Answered | Failed | Observed | Notified | Unobserved | Ponged | Silent
