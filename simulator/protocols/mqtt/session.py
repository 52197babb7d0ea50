"""One connection of a client's session: what it may write, and the identifiers of what it writes.

Rule: told bytes, answers events; every misdeed of the far side ends it with one ``Ended`` event.
"""

from collections.abc import Sequence
from struct import Struct

from simulator.errors import Refused, TargetError
from simulator.protocols.mqtt import encoding, fields, packets
from simulator.protocols.mqtt.memory import NOBODY, Memory, Token
from simulator.protocols.mqtt.opening import Opening
from simulator.protocols.mqtt.packets import DEFAULT_TERMS, Publish, Terms
from simulator.protocols.mqtt.reading import Reading
from simulator.protocols.mqtt.states import State

MAX_IN_FLIGHT = 100  # unacknowledged messages of a client; AWS IoT Core takes no more of one

# Bound here once: an attribute of an enum or a module costs as much as a method call.
_CONNECTED = State.CONNECTED
_PUBLISH, _PUBREC, _MAX_ID = packets.PUBLISH, packets.PUBREC, packets.MAX_PACKET_ID
_SHORT = Struct("BB").pack  # head, remaining length below 128
_MIDDLE = Struct("BBB").pack  # the same, remaining length below 16,384


class Session(Reading[Token]):
    """A client's side of MQTT 3.1.1. The caller writes what its methods return and hands in what it
    reads; after each read it also writes ``take_answers()``.

    ``in_flight`` and ``awaited`` are those of its ``memory``. ``window`` is how many messages above
    QoS 0 may be unacknowledged at once; the caller holds it.
    """

    __slots__ = (
        "_first",
        "_last_id",
        "_name",
        "_topic",
        "_turn",
        "breaks_terms",
        "is_clean",
        "is_resumed",
        "keep_alive",
        "keeps_for",
        "pings",
        "quota",
        "terms",
        "window",
    )

    def __init__(self, opening: Opening, memory: Memory[Token] | None = None) -> None:
        """
        Args:
            memory: What earlier connections of this session left; None: nothing.

        Raises:
            DefinitionError: the identity cannot be said in MQTT; the text has no secret.
        """
        super().__init__(opening, memory or Memory())
        self.breaks_terms = False  # it sends what the broker said it does not take, on purpose
        self.terms = DEFAULT_TERMS
        self.keep_alive = opening.keep_alive  # s; what the server says goes over ours
        self.window = 0  # nothing before CONNACK, and nothing new before what is sent again
        self.quota = 0  # what the server allows
        self.is_resumed = False  # the server goes on with a session that it has
        self.keeps_for = self.dialect.keeps_for(opening, opening.session_expiry)  # s after its loss
        self._packets = self.memory.packets if self.keeps_for else None
        # A new session is asked for once; one that is kept is gone on with after a loss.
        self.is_clean = opening.clean_start and not (self.memory.has_begun and self.keeps_for)
        self._topic: str | None = None  # of the last message
        self._name = b""  # the same as it is written
        self._last_id = self.memory.last_id
        self._turn = 0  # none before ``take_over``
        self.pings = 0  # that wait for their answer
        # What cannot be said shows before a connection is opened.
        self._first = encoding.encode_connect(
            opening,
            client_id=opening.client_id or self.memory.client_id,
            dialect=self.dialect,
            is_clean=self.is_clean,
        )

    def take_over(self) -> None:
        """Answer for the memory from now on, in the place of the connection before."""
        self.memory.turns += 1
        self._turn = self.memory.turns

    @property
    def is_latest(self) -> bool:
        """Whether no later connection answers for the memory."""
        return self._turn == self.memory.turns

    def connect(self) -> bytes:
        """Return the CONNECT, which must be the first that is written (section 3.1)."""
        self._demand(State.NEW)
        self.state = State.CONNECTING
        first, self._first = self._first, b""
        return first

    def publish(  # noqa: PLR0917 - by name they take 0.1 µs more
        self,
        topic: str,
        payload: bytes,
        token: Token,
        qos: int = 0,
        retain: bool = False,
        properties: bytes = b"",
    ) -> bytes:
        """Return a PUBLISH; above QoS 0 its token comes back with the last acknowledgement.

        0.4 µs (tests/benchmarks/wire.py): the two shorter forms of the length, and the usual
        packet identifier, are inlined for that, a topic is looked at when it is another one than
        last time, and arguments are taken by position.

        Args:
            properties: Of MQTT 5, as ``properties.encode`` returns them; nothing in 3.1.1.

        Raises:
            DefinitionError: the topic cannot be published on, or the packet is too long.
            TargetError: every packet identifier is in flight, or the server takes no such message.

        Source: section 3.3.
        """
        if self.state is not _CONNECTED:
            self._demand(_CONNECTED)
        if topic is not self._topic:
            self._name, self._topic = fields.encode_topic(topic), topic
        name = self._name
        head = _PUBLISH | retain | qos << 1
        length = len(name) + len(payload) + len(properties)
        if qos:
            length += 2
        if length < 0x80:
            start = _SHORT(head, length)
        elif length < 0x4000:
            start = _MIDDLE(head, length & 0x7F | 0x80, length >> 7)
        else:
            start = fields.fixed_header(head, length)
        if not qos:
            return b"".join((start, name, properties, payload))
        packet_id = self._last_id % _MAX_ID + 1
        if packet_id in self.in_flight or packet_id in self.awaited:
            packet_id = self._search_id(packet_id)
        self._last_id = packet_id
        packet = b"".join((start, name, packet_id.to_bytes(2), properties, payload))
        if qos == 1:
            self.in_flight[packet_id] = token
        else:
            self.awaited[packet_id] = (_PUBREC, token)
        if self._packets is not None:
            self._packets[packet_id] = packet
        return packet

    def forsake(self, packet_id: int) -> Token:
        """Return the token of a message that nobody waits for any more.

        Its identifier stays taken until its last acknowledgement comes, which makes no event.
        """
        if packet_id in self.in_flight:
            kind, token = packets.PUBACK, self.in_flight.pop(packet_id)
        else:
            kind, token = self.awaited[packet_id]
        self.awaited[packet_id] = (kind, NOBODY)
        return token

    @property
    def is_accepted(self) -> bool:
        """Whether the server's CONNACK has come."""
        return self.quota > 0

    @property
    def last_id(self) -> int:
        """The packet identifier that was given last; 0: none."""
        return self._last_id

    @property
    def is_settled(self) -> bool:
        """Whether nobody waits for an acknowledgement."""
        return not self.in_flight and not (self.awaited and self.memory.tokens())

    def subscribe(self, filters: Sequence[str]) -> bytes:
        """Return a SUBSCRIBE at our QoS for all ``filters`` (section 3.8).

        Raises:
            DefinitionError: there is none, or one is not a valid filter.
            Refused: the server said that it does not take such a filter.
        """
        self._demand(State.CONNECTED)
        for text in filters:
            self._check_filter(text)
        packet_id = self._next_id()
        qos = self.opening.subscribe_qos
        data = encoding.encode_subscribe(packet_id, filters, qos=qos, dialect=self.dialect)
        self.awaited[packet_id] = (packets.SUBACK, tuple(filters))
        return data

    def _check_filter(self, text: str) -> None:
        """[MQTT-3.2.2-21] and its kin: what the server's CONNACK excludes is not asked for."""
        if fields.has_wildcard(text) and not self.terms.wildcard_available:
            raise Refused(f"the broker takes no subscription with a wildcard: {text}")
        if fields.is_shared(text) and not self.terms.shared_available:
            raise Refused(f"the broker takes no shared subscription: {text}")

    def unsubscribe(self, filters: Sequence[str]) -> bytes:
        """Return an UNSUBSCRIBE for all ``filters`` (section 3.10).

        Raises:
            DefinitionError: there is none, or one is not a valid filter.
        """
        self._demand(State.CONNECTED)
        packet_id = self._next_id()
        data = encoding.encode_unsubscribe(packet_id, filters, dialect=self.dialect)
        self.awaited[packet_id] = (packets.UNSUBACK, tuple(filters))
        return data

    def ping(self) -> bytes:
        """Return a PINGREQ; exactly one PINGRESP answers it (section 3.12)."""
        self._demand(State.CONNECTED)
        self.pings += 1
        return packets.PINGREQ_BYTES

    def disconnect(self) -> bytes:
        """Return the DISCONNECT that ends the connection in order, without the will (3.14)."""
        self.state = State.CLOSED
        return packets.DISCONNECT_BYTES

    def agree(self, terms: Terms) -> None:
        """Take the server's terms.

        The identifier that it assigned is ours from now on ([MQTT-3.2.2-16] of MQTT 5).
        """
        self.terms = terms
        self.memory.client_id = terms.assigned_client_id or self.memory.client_id
        if terms.server_keep_alive is not None:
            self.keep_alive = terms.server_keep_alive
        if terms.session_expiry is not None:
            self.keeps_for = self.dialect.keeps_for(self.opening, terms.session_expiry)
        self.window = self.quota = min(MAX_IN_FLIGHT, terms.receive_maximum)

    def refusal(self, head: int, length: int) -> str:  # noqa: ARG002 - 3.1.1 has no terms
        """Return why the server takes no PUBLISH with this first byte and so many bytes."""
        return ""

    def resolve(self, event: Publish) -> Publish:
        """Return a message to us with its whole topic."""
        return event

    def _next_id(self) -> int:
        self._last_id = self._search_id(self._last_id % _MAX_ID + 1)
        return self._last_id

    def _search_id(self, packet_id: int) -> int:
        """The first identifier from this one on that is not in flight ([MQTT-2.3.1-2], [-4])."""
        if len(self.in_flight) + len(self.awaited) >= _MAX_ID:
            raise TargetError(f"{_MAX_ID} messages are not acknowledged, no more fit")
        while packet_id in self.in_flight or packet_id in self.awaited:
            packet_id = packet_id % _MAX_ID + 1
        return packet_id

    def _demand(self, state: State) -> None:
        if self.state is not state:
            raise RuntimeError(f"session must be {state.name}, is {self.state.name}")
