"""What a client remembers of its session beyond one connection (section 4.1).

Rule: whoever owns it hands it to the next connection; its size is bounded by the limits of
messages in flight.
"""

from math import inf
from typing import Any, Final, Generic, TypeVar

from simulator.protocols.mqtt.packets import PUBACK, SUBACK, UNSUBACK

Token = TypeVar("Token")

SUBSCRIBING: Final = frozenset({SUBACK, UNSUBACK})
NOBODY: Final[Any] = object()  # the token of a message for which nobody waits any more


class Memory(Generic[Token]):
    """The state of one session, which lasts as long as its owner keeps it: over losses, and over
    the time that a mock is let go.

    ``in_flight`` are the messages at QoS 1 without their PUBACK, oldest first. ``awaited`` is all
    else that has a packet identifier: which packet is to answer it, and its token: at QoS 2 first a
    PUBREC and then a PUBCOMP, after a SUBSCRIBE a SUBACK (the token is its filters). ``packets``
    are the PUBLISH packets of both, in the order in which they were sent, for sessions that outlive
    their connection. ``unreleased`` are the identifiers of messages to us at QoS 2 that were told
    of, and whose PUBREL has not come.
    """

    __slots__ = (
        "awaited",
        "client_id",
        "has_begun",
        "in_flight",
        "kept_until",
        "last_id",
        "packets",
        "subscribed",
        "turns",
        "unreleased",
    )

    def __init__(self) -> None:
        self.in_flight: dict[int, Token] = {}
        self.awaited: dict[int, tuple[int, Any]] = {}
        self.packets: dict[int, bytes] = {}
        self.unreleased: dict[int, None] = {}  # an empty set is three times as large
        self.subscribed: tuple[str, ...] = ()  # what the server knows of this session
        self.client_id = ""  # that the server assigned
        self.has_begun = False  # a server has accepted it
        self.turns = 0  # connections that had it; only the last one answers for its tokens
        self.kept_until = inf  # s of its owner's clock; when both sides may forget it
        self.last_id = 0  # packet identifier after which its next connection begins to give them

    def tokens(self) -> list[Token]:
        """What is not settled: the messages without their last acknowledgement."""
        return [*self.in_flight.values(), *(token for _, token in self.others())]

    def others(self) -> list[tuple[int, Token]]:
        """The messages at QoS 2 for whose acknowledgement somebody waits."""
        return [
            (packet_id, token)
            for packet_id, (kind, token) in self.awaited.items()
            if kind not in SUBSCRIBING and token is not NOBODY
        ]

    def abandon(self) -> list[Token]:
        """Return what was not settled, and wait for none of it any more.

        All else stays as the server may know it: its identifiers are taken, and what is not
        acknowledged is sent again with the next connection ([MQTT-4.4.0-1]).
        """
        tokens = self.tokens()
        for packet_id in self.in_flight:
            self.awaited[packet_id] = (PUBACK, NOBODY)
        self.in_flight.clear()
        for packet_id, _ in self.others():
            self.awaited[packet_id] = (self.awaited[packet_id][0], NOBODY)
        return tokens

    def clear(self) -> list[Token]:
        """Forget all; return what was not settled."""
        tokens = self.tokens()
        self.in_flight.clear()
        self.awaited.clear()
        self.packets.clear()
        self.unreleased.clear()
        self.subscribed = ()
        return tokens
