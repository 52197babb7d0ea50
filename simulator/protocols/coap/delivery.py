"""Messages on their way: repeated until they are confirmed, with longer and longer waits.

Rule: told the time; what is to be sent is kept in ``outgoing`` until the caller takes it.
Source: RFC 7252, section 4.2.
"""

from collections.abc import Callable
from math import inf
from typing import Generic, TypeVar

from simulator.protocols.coap.identifiers import IDS, Ids
from simulator.protocols.coap.message import CONFIRMABLE, NON_CONFIRMABLE, encode
from simulator.protocols.coap.timing import Timing

Owner = TypeVar("Owner")


class Transmission(Generic[Owner]):
    """One message that an answer is awaited to."""

    __slots__ = ("datagram", "due_at", "is_confirmable", "owner", "sends", "timeout")

    def __init__(self, owner: Owner, datagram: bytes, is_confirmable: bool) -> None:
        self.owner = owner
        self.datagram = datagram
        self.is_confirmable = is_confirmable
        self.timeout = 0.0  # s of the wait that lasts now
        self.due_at = inf  # s; when it is repeated, or given up
        self.sends = 1


class Delivery(Generic[Owner]):
    """The messages of one endpoint to one other."""

    __slots__ = ("_draw", "_ids", "_timing", "_under_way", "outgoing")

    def __init__(self, timing: Timing, draw: Callable[[], float]) -> None:
        """``draw()`` draws from [0, 1)."""
        self._timing = timing
        self._draw = draw
        self._ids = Ids(int(draw() * IDS), timing.exchange_lifetime)
        self._under_way: dict[int, Transmission[Owner]] = {}
        self.outgoing: list[bytes] = []

    def tell(self, code: int, options: bytes, payload: bytes, now: float) -> None:
        """Send a message once, to which nothing is awaited. Its token is empty.

        Raises:
            TargetError: No message id is free.
        """
        message_id = self._ids.take(now)
        datagram = encode(NON_CONFIRMABLE, code, message_id, b"", options=options, payload=payload)
        self.outgoing.append(datagram)

    def send(
        self,
        owner: Owner,
        code: int,
        token: bytes,
        *,
        options: bytes,
        payload: bytes,
        is_confirmable: bool,
        now: float,
    ) -> int:
        """Send a message for its owner, and return its id.

        Raises:
            TargetError: No message id is free.
        """
        message_id = self._ids.take(now)
        kind = CONFIRMABLE if is_confirmable else NON_CONFIRMABLE
        datagram = encode(kind, code, message_id, token, options=options, payload=payload)
        sent = self._under_way[message_id] = Transmission(owner, datagram, is_confirmable)
        if is_confirmable:
            timing = self._timing
            sent.timeout = timing.ack_timeout * (1 + (timing.ack_random_factor - 1) * self._draw())
            sent.due_at = now + sent.timeout
        self.outgoing.append(datagram)
        return message_id

    def find(self, message_id: int) -> Transmission[Owner] | None:
        """Return the message that has an id and is under way."""
        return self._under_way.get(message_id)

    def end(self, message_id: int) -> bool:
        """Repeat a message no more; return whether it was under way."""
        return self._under_way.pop(message_id, None) is not None

    def repeat(self, now: float) -> list[Transmission[Owner]]:
        """Send again what is due; return what was sent as often as it may be, and is given up."""
        given_up = []
        for message_id, sent in list(self._under_way.items()):
            if now < sent.due_at:
                continue
            if sent.sends > self._timing.max_retransmit:
                del self._under_way[message_id]
                given_up.append(sent)
                continue
            sent.sends += 1
            sent.timeout *= 2
            sent.due_at = now + sent.timeout
            self.outgoing.append(sent.datagram)
        return given_up

    @property
    def next_at(self) -> float:
        """When something is due, in s; inf for never."""
        return min((sent.due_at for sent in self._under_way.values()), default=inf)

    def __len__(self) -> int:
        return len(self._under_way)
