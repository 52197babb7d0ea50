"""What passes between a tower and an exchange: who a mock is, what it sends, what is told.

Rule: plain values; nothing here knows a socket or a protocol.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import nan
from typing import Protocol, TypeAlias

from simulator.lot import Parting, Will

Shown: TypeAlias = str | Callable[[], str]  # a secret, or what makes one for each connection


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """Who one mock is towards the target, every placeholder already filled in.

    ``password``, ``token`` and ``will`` are this mock's own, or are asked for before each
    connection; see ``shown``. No will takes the target's as it stands. ``subscriptions`` are
    MQTT topic filters, subscribed at QoS 1. ``certificate`` (its chain may follow) and ``key`` are
    PEM texts that the mock shows in TLS. ``path``, ``headers`` and ``preamble`` go over the
    target's; None takes those. ``id`` and ``hmac_key`` are for the target's signature,
    ``client_secret`` is for its OAuth. What the protocol has no use for is ignored.
    """

    client_id: str = ""
    username: str = field(default="", repr=False)  # some services want a token there
    password: Shown = field(default="", repr=False)
    token: Shown = field(default="", repr=False)
    subscriptions: tuple[str, ...] = ()
    will: Will | Callable[[], Parting | None] | None = None
    certificate: str = field(default="", repr=False)
    key: str = field(default="", repr=False)
    path: str | None = None
    headers: Mapping[str, str] | None = field(default=None, repr=False)
    id: str = ""
    hmac_key: Shown = field(default="", repr=False)
    client_secret: str = field(default="", repr=False)
    preamble: str | None = field(default=None, repr=False)

    @property
    def is_made_anew(self) -> bool:
        """Whether the next connection shows another password, token or key."""
        return callable(self.password) or callable(self.token) or callable(self.hmac_key)


def shown(secret: Shown) -> str:
    """Return a password or token for a connection that is to be made now."""
    return secret() if callable(secret) else secret


@dataclass(slots=True, eq=False)
class Parcel:
    """One message on its way, and what its record needs. Made by the tower, settled exactly once.

    ``address`` is an MQTT topic, or an HTTP path below the target's prefix. ``method`` is HTTP's;
    empty takes the target's. ``headers`` are HTTP's and go over the target's; ``properties``,
    ``response_topic`` and ``correlation`` are those of MQTT 5. What the protocol has no use for is
    ignored. The exchange sets ``sent`` when it hands the bytes to the socket, in the clock's
    seconds (nan: it was never written), adds to ``held`` what it kept the parcel to send it with
    others, and touches nothing else.
    """

    row: int
    address: str
    payload: bytes
    qos: int = 0
    retain: bool = False
    method: str = ""
    sequence: int = 0
    status: int = 0  # code
    message: str = ""
    scheduled: float = nan  # s
    sent: float = nan  # s of the exchange's clock
    headers: Mapping[str, str] | None = None
    properties: Mapping[str, str] | None = None
    response_topic: str = ""  # MQTT 5
    correlation: str = ""  # MQTT 5
    held: float = 0.0  # s that the mock kept it in its buffer, which is not lateness of ours
    device: str = ""  # id of the device behind the mock that sends it; empty: the mock itself
    fault: str = ""  # names of the faults on purpose that touched it


class Listener(Protocol):
    """What the tower is told, from inside the loop; it must not block. Times are in seconds of the
    exchange's clock."""

    def opened(self, row: int) -> None:
        """The mock can send now: accepted and subscribed (MQTT), or connected (HTTP)."""

    def lost(self, row: int, reason: str) -> None:
        """The connection is gone, or never came to be. Not told after ``Exchange.disconnect``."""

    def settled(self, parcel: Parcel, at: float, reason: str) -> None:
        """The parcel's end: ``""`` is acknowledged, or written at QoS 0; else why it failed."""

    def received(self, row: int, topic: str, payload: bytes) -> None:
        """A message came on a subscription."""
