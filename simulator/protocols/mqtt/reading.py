"""How a session reads: bytes to packets, packets to events, whatever pieces they come in.

Rule: what is kept of the stream is one packet at most, and never more than we said we take.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, ClassVar, Generic, cast

from simulator.errors import TargetError
from simulator.protocols.mqtt import packets
from simulator.protocols.mqtt.decoding import frame
from simulator.protocols.mqtt.dialect import MQTT_3_1_1, Dialect
from simulator.protocols.mqtt.handling import HANDLERS, send_again
from simulator.protocols.mqtt.memory import NOBODY, Memory, Token
from simulator.protocols.mqtt.opening import Opening
from simulator.protocols.mqtt.packets import Ended, Event, PubAck, PubComp
from simulator.protocols.mqtt.reasons import Violation
from simulator.protocols.mqtt.states import TRANSITIONS, State

# Bound here once: an attribute of an enum or a module costs as much as a method call.
_CLOSED, _CONNECTED = State.CLOSED, State.CONNECTED
_PUBACK, _PUBREC, _PUBCOMP = packets.PUBACK, packets.PUBREC, packets.PUBCOMP
_PLAIN_PUBACK = bytes((packets.PUBACK, 2))  # that says success
_PUBREL = bytes((packets.PUBREL, 2))
_UNKNOWN: Any = object()
_NOTHING_UNSENT: deque[int] = deque()  # of all sessions that resume none; each is 0.6 kB


class Reading(Generic[Token]):
    """The reading half of a session.

    ``answers`` is what the caller is to write after a read, ``unsent`` the identifiers of messages
    that are to be sent again, as the window allows.
    """

    __slots__ = (
        "_most",
        "_needed",
        "_packets",
        "_rest",
        "answers",
        "awaited",
        "in_flight",
        "memory",
        "opening",
        "state",
        "unsent",
    )
    dialect: ClassVar[Dialect] = MQTT_3_1_1

    def __init__(self, opening: Opening, memory: Memory[Token]) -> None:
        self.opening = opening
        self.memory = memory
        self.in_flight = memory.in_flight
        self.awaited = memory.awaited
        self._packets: dict[int, bytes] | None = None  # kept for another connection
        self.state = State.NEW
        self.answers: list[bytes] = []
        self.unsent = _NOTHING_UNSENT
        self._most = self.dialect.most_incoming(opening)  # bytes of a packet
        self._rest: bytearray | None = None  # an incomplete packet
        self._needed = 0  # bytes in ``_rest`` before it is worth looking again

    def receive(self, data: bytes) -> list[Event]:
        """Return what ``data`` completes, in order; after the end, nothing.

        However the stream is cut, the events are the same. At most one packet of the size that we
        take is kept. The last event is an ``Ended`` when the far side refused us, sent us away or
        broke the protocol; the session is then closed.
        """
        if self.state is _CLOSED:
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
            if self.unsent:
                send_again(cast(Any, self), events)  # a session reads; see HANDLERS
        except TargetError as error:
            farewell = b"" if self.state is State.CONNECTING else self.dialect.farewell(error)
            self.state = State.CLOSED
            self._rest = None
            self.answers.clear()
            events.append(Ended(error, farewell))
        return events

    def acknowledged(self, data: bytes) -> tuple[Sequence[Token], int]:
        """Return the tokens of the PUBACKs that ``data`` begins with, and how many bytes these are.

        What is left is for ``receive``, and so is all of ``data`` where nothing is returned.
        """
        if len(data) < 4 or data[0] != _PUBACK or self._rest is not None or self.unsent:
            return (), 0
        if self.state is not _CONNECTED:
            return (), 0
        tokens: list[Token] = []
        in_flight, packets, place = self.in_flight, self._packets, 0
        while data[place : place + 2] == _PLAIN_PUBACK and place + 4 <= len(data):
            packet_id = data[place + 2] << 8 | data[place + 3]
            token = in_flight.pop(packet_id, _UNKNOWN)
            if token is _UNKNOWN:
                break
            if packets:
                packets.pop(packet_id, None)
            tokens.append(token)
            place += 4
        return tokens, place

    def _read(self, data: bytes, events: list[Event]) -> None:
        """The inner loop; at QoS 1 there is a PUBACK for each message, at QoS 2 a PUBREC and a
        PUBCOMP. What is whole, short and ours is done here, 0.7 µs for a PUBACK in a read of 20
        (tests/benchmarks/wire.py); the others go by the table."""
        position, end = 0, len(data)
        in_flight, awaited = self.in_flight, self.awaited
        while position < end:
            head = data[position]
            if position + 4 <= end and data[position + 1] == 2:
                packet_id = data[position + 2] << 8 | data[position + 3]
                if head == _PUBACK:
                    token = in_flight.pop(packet_id, _UNKNOWN)
                    if token is not _UNKNOWN:
                        events.append(PubAck(packet_id, token))
                        if self._packets:
                            self._packets.pop(packet_id, None)
                        position += 4
                        continue
                elif packet_id in awaited and awaited[packet_id][0] == head:
                    if head == _PUBREC:
                        awaited[packet_id] = (_PUBCOMP, awaited.pop(packet_id)[1])
                        self.answers.append(_PUBREL + data[position + 2 : position + 4])
                        if self._packets:
                            self._packets.pop(packet_id, None)
                        position += 4
                        continue
                    if head == _PUBCOMP and awaited[packet_id][1] is not NOBODY:
                        events.append(PubComp(packet_id, awaited.pop(packet_id)[1]))
                        position += 4
                        continue
            decoders, is_first = self.dialect.decoders, self.state is State.CONNECTING
            start, stop = frame(
                data, position, decoders=decoders, most=self._most, is_first=is_first
            )
            if not start or stop > end:
                self._rest = bytearray(data[position:])
                self._needed = stop - position if start else stop
                return
            self._accept(decoders[head >> 4](head & 0x0F, data[start:stop]), events)
            position = stop

    def _accept(self, event: Event, events: list[Event]) -> None:
        kind = type(event)
        following = TRANSITIONS[self.state].get(kind)
        if following is None:
            name, state = kind.__name__.upper(), self.state.name.lower()
            raise Violation(f"unexpected {name} from the broker while {state}")
        self.state = following
        HANDLERS[kind](self, event, events)

    def take_answers(self) -> bytes:
        """Return what is to be written after a read: acknowledgements, in the order that they are
        due ([MQTT-4.6.0-2] to [-4]), and what a session sends again."""
        answers = b"".join(self.answers)
        self.answers.clear()
        return answers
