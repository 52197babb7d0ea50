"""One MQTT 3.1.1 session of a client: a table of states, packet identifiers, the rest of a read.

Rule: told bytes, answers events; every misdeed of the far side ends it with one ``Ended`` event.
"""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from enum import Enum, auto
from struct import Struct
from typing import Any, Generic, TypeVar

from simulator.errors import DefinitionError, ProtocolViolation, Refused, TargetError
from simulator.lot import Parting, Will
from simulator.protocols.mqtt import packets
from simulator.protocols.mqtt.decoding import decode, frame
from simulator.protocols.mqtt.packets import (
    ConnAck,
    Ended,
    Event,
    PingResp,
    PubAck,
    Publish,
    SubAck,
)

Token = TypeVar("Token")


class State(Enum):
    """Where a session stands."""

    NEW = auto()
    CONNECTING = auto()
    CONNECTED = auto()
    CLOSED = auto()


TRANSITIONS: dict[State, dict[type[Event], State]] = {
    State.NEW: {},
    State.CONNECTING: {ConnAck: State.CONNECTED},
    State.CONNECTED: {
        Publish: State.CONNECTED,
        PubAck: State.CONNECTED,
        SubAck: State.CONNECTED,
        PingResp: State.CONNECTED,
    },
    State.CLOSED: {},  # nothing is read any more
}

# Bound here once: an attribute of an enum or a module costs as much as a method call.
_CONNECTED = State.CONNECTED
_PUBLISH, _PUBACK, _MAX_ID = packets.PUBLISH, packets.PUBACK, packets.MAX_PACKET_ID
_SHORT = Struct(">BBH").pack  # head, remaining length below 128, length of the topic
_MIDDLE = Struct(">BBBH").pack  # the same, remaining length below 16,384
_UNKNOWN: Any = object()
_NONE: frozenset[int] = frozenset()


class Session(Generic[Token]):
    """A client's session. The caller writes what its methods return and hands in what it reads.

    ``in_flight`` holds the token of every message at QoS 1 without its PUBACK, oldest first;
    ``forsaken`` the packet identifiers of those for which nobody waits any more.
    """

    __slots__ = (
        "_last_id",
        "_needed",
        "_opening",
        "_pings",
        "_rest",
        "_subscribing",
        "forsaken",
        "in_flight",
        "state",
    )

    def __init__(
        self,
        *,
        client_id: str,
        username: str = "",
        password: str = "",
        will: Will | Parting | None = None,
        keep_alive: int = 60,
    ) -> None:
        """
        Args:
            keep_alive: s between two packets of ours, 0 to 65,535; the caller pings.

        Raises:
            DefinitionError: the identity cannot be said in MQTT; the text has no secret.
        """
        self._opening = packets.encode_connect(
            client_id, username=username, password=password, will=will, keep_alive=keep_alive
        )
        self.state = State.NEW
        self.in_flight: dict[int, Token] = {}
        self.forsaken: AbstractSet[int] = _NONE
        self._last_id = 0
        self._subscribing: dict[int, tuple[str, ...]] | None = None
        self._pings = 0
        self._rest: bytearray | None = None  # an incomplete packet
        self._needed = 0  # bytes in ``_rest`` before it is worth looking again

    def connect(self) -> bytes:
        """Return the CONNECT, which must be the first that is written (section 3.1)."""
        self._demand(State.NEW)
        self.state = State.CONNECTING
        opening, self._opening = self._opening, b""
        return opening

    def publish(
        self, topic: str, payload: bytes, *, token: Token, qos: int = 0, retain: bool = False
    ) -> bytes:
        """Return a PUBLISH; at QoS 1 its token comes back with the PUBACK (section 3.3).

        0.5 µs (tests/benchmarks/wire.py); the two shorter forms of the length, and the usual
        packet identifier, are inlined for that.

        Raises:
            DefinitionError: the topic cannot be published on, or the packet is too long.
            TargetError: every packet identifier is in flight.
        """
        if self.state is not _CONNECTED:
            self._demand(_CONNECTED)
        if not topic.isascii() or "+" in topic or "#" in topic or "\0" in topic or not topic:
            name = packets.encode_topic(topic)[2:]
        else:
            name = topic.encode()
        head = _PUBLISH | retain | qos << 1
        length = len(name) + len(payload) + (4 if qos else 2)
        if length < 0x80:
            start = _SHORT(head, length, len(name))
        elif length < 0x4000:
            start = _MIDDLE(head, length & 0x7F | 0x80, length >> 7, len(name))
        else:
            start = _long_start(head, length, topic)
        if not qos:
            return b"".join((start, name, payload))
        packet_id = self._last_id % _MAX_ID + 1
        if packet_id in self.in_flight or self.forsaken or self._subscribing:
            packet_id = self._search_id(packet_id)
        self._last_id = packet_id
        self.in_flight[packet_id] = token
        return b"".join((start, name, packet_id.to_bytes(2), payload))

    def forsake(self, packet_id: int) -> Token:
        """Return the token of a message that nobody waits for any more.

        Its identifier stays taken until the PUBACK comes, which then makes no event.
        """
        token = self.in_flight.pop(packet_id)
        self.forsaken |= {packet_id}
        return token

    def subscribe(self, filters: Sequence[str]) -> bytes:
        """Return a SUBSCRIBE at QoS 1 for all ``filters`` (section 3.8).

        Raises:
            DefinitionError: there is none, or one is not a valid filter.
        """
        self._demand(State.CONNECTED)
        self._last_id = packet_id = self._search_id(self._last_id % _MAX_ID + 1)
        data = packets.encode_subscribe(packet_id, filters)
        self._subscribing = {**(self._subscribing or {}), packet_id: tuple(filters)}
        return data

    def acknowledge(self, packet_id: int) -> bytes:
        """Return the PUBACK for a message that came at QoS 1 (section 3.4)."""
        return packets.encode_puback(packet_id)

    def ping(self) -> bytes:
        """Return a PINGREQ; exactly one PINGRESP answers it (section 3.12)."""
        self._demand(State.CONNECTED)
        self._pings += 1
        return packets.PINGREQ_BYTES

    def disconnect(self) -> bytes:
        """Return the DISCONNECT that ends the session in order, without the will (section 3.14)."""
        self.state = State.CLOSED
        return packets.DISCONNECT_BYTES

    def receive(self, data: bytes) -> list[Event]:
        """Return what ``data`` completes, in order; after the end, nothing.

        However the stream is cut, the events are the same. At most one packet of ``MAX_INCOMING``
        bytes is kept. The last event is an ``Ended`` when the far side refused us or broke the
        protocol; the session is then closed.
        """
        if self.state is State.CLOSED:
            return []
        rest = self._rest
        if rest is not None:
            rest += data
            if len(rest) < self._needed:
                return []
            data, self._rest = bytes(rest), None
        events: list[Event] = []
        try:
            self._read(data, events)
        except TargetError as error:
            self.state = State.CLOSED
            self._rest = None
            events.append(Ended(error))
        return events

    def _read(self, data: bytes, events: list[Event]) -> None:
        """The inner loop; at QoS 1 there is a PUBACK for each message. One that is whole and ours
        costs 0.7 µs in a read of 20 (tests/benchmarks/wire.py); the others go by the table."""
        position, end = 0, len(data)
        in_flight = self.in_flight
        while position < end:
            if data[position] == _PUBACK and position + 4 <= end and data[position + 1] == 2:
                packet_id = data[position + 2] << 8 | data[position + 3]
                token = in_flight.pop(packet_id, _UNKNOWN)
                if token is not _UNKNOWN:
                    events.append(PubAck(packet_id, token))
                    position += 4
                    continue
            start, stop = frame(data, position)
            if not start or stop > end:
                self._rest = bytearray(data[position:])
                self._needed = stop - position if start else stop
                return
            event = self._accept(decode(data[position], data[start:stop]))
            if event is not None:
                events.append(event)
            position = stop

    def _accept(self, event: Event) -> Event | None:
        kind = type(event)
        following = TRANSITIONS[self.state].get(kind)
        if following is None:
            name, state = kind.__name__.upper(), self.state.name.lower()
            raise ProtocolViolation(f"unexpected {name} from the broker while {state}")
        self.state = following
        if kind in _CHECKS:
            return _CHECKS[kind](self, event)
        return event

    def _check_pub_ack(self, event: PubAck) -> PubAck | None:
        if event.packet_id in self.in_flight:
            return PubAck(event.packet_id, self.in_flight.pop(event.packet_id))
        if event.packet_id in self.forsaken:
            self.forsaken -= {event.packet_id}
            return None
        raise ProtocolViolation(f"PUBACK for packet {event.packet_id}, which is not in flight")

    def _check_sub_ack(self, event: SubAck) -> SubAck:
        filters = (self._subscribing or {}).get(event.packet_id)
        if not self._subscribing or filters is None:
            raise ProtocolViolation(f"SUBACK for packet {event.packet_id}, which is not in flight")
        if len(event.codes) != len(filters):
            raise ProtocolViolation(f"SUBACK with {len(event.codes)} codes, not {len(filters)}")
        del self._subscribing[event.packet_id]
        for text, code in zip(filters, event.codes, strict=True):
            if code == packets.SUBSCRIPTION_REFUSED:
                raise Refused(f"broker refused: subscription to {text}")
            if code > 1:
                raise ProtocolViolation(f"SUBACK with code {code}, asked for QoS 1")
        return event

    def _check_ping_resp(self, event: PingResp) -> PingResp:
        if not self._pings:
            raise ProtocolViolation("PINGRESP without a PINGREQ")
        self._pings -= 1
        return event

    def _search_id(self, packet_id: int) -> int:
        """The first identifier from this one on that is not in flight ([MQTT-2.3.1-2], [-4])."""
        taken = {*self.in_flight, *self.forsaken, *(self._subscribing or ())}
        if len(taken) >= packets.MAX_PACKET_ID:
            raise TargetError(f"{packets.MAX_PACKET_ID} messages are not acknowledged, no more fit")
        while packet_id in taken:
            packet_id = packet_id % packets.MAX_PACKET_ID + 1
        return packet_id

    def _demand(self, state: State) -> None:
        if self.state is not state:
            raise RuntimeError(f"session must be {state.name}, is {self.state.name}")


_CHECKS: dict[type[Event], Callable[[Any, Any], Event | None]] = {
    PubAck: Session._check_pub_ack,
    SubAck: Session._check_sub_ack,
    PingResp: Session._check_ping_resp,
}


def _long_start(head: int, length: int, topic: str) -> bytes:
    """The bytes of a long PUBLISH up to its topic; the topic is checked for its length."""
    sized = packets.encode_topic(topic)
    if length > packets.MAX_REMAINING:
        raise DefinitionError(
            f"a message must have at most {packets.MAX_REMAINING} bytes, got {length}"
        )
    return bytes((head,)) + packets.encode_remaining_length(length) + sized[:2]
