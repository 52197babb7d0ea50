"""One connection of a client's session of MQTT 5: what a PUBLISH has more than in 3.1.1.

Rule: all else is told by the dialect; here are only properties, aliases and the server's terms.
"""

from struct import Struct
from typing import ClassVar

from simulator.errors import Refused
from simulator.protocols.mqtt import fields, packets
from simulator.protocols.mqtt.aliases import Incoming, Outgoing
from simulator.protocols.mqtt.dialect import MQTT_5, Dialect
from simulator.protocols.mqtt.memory import Memory, Token
from simulator.protocols.mqtt.opening import Opening
from simulator.protocols.mqtt.packets import Publish, Terms
from simulator.protocols.mqtt.properties import block, encode
from simulator.protocols.mqtt.session import Session, State

_CONNECTED = State.CONNECTED
_NOTHING_SAID = block(b"")
_ALIAS_ADDS = 5  # bytes: the property, and a longer length of the properties and of the packet
_SIZED = Struct(">H").pack


class Session5(Session[Token]):
    """A client's side of MQTT 5; see ``Session``."""

    __slots__ = ("_incoming", "_is_limited", "_outgoing")
    dialect: ClassVar[Dialect] = MQTT_5

    def __init__(self, opening: Opening, memory: Memory[Token] | None = None) -> None:
        super().__init__(opening, memory)
        self._is_limited = False  # the server does not take every PUBLISH
        self._outgoing: Outgoing | None = None
        self._incoming = Incoming(opening.topic_aliases)

    def publish(
        self,
        topic: str,
        payload: bytes,
        *,
        token: Token,
        qos: int = 0,
        retain: bool = False,
        properties: bytes = b"",
    ) -> bytes:
        """Return a PUBLISH; see ``Session.publish``.

        What is kept for another connection has its whole topic: an alias ends with its own.
        """
        if self.state is not _CONNECTED:
            self._demand(_CONNECTED)
        name = _name(topic)
        head = packets.PUBLISH | retain | qos << 1
        packet_id = self._next_id() if qos else 0
        identifier = packet_id.to_bytes(2) if qos else b""
        said = block(properties) if properties else _NOTHING_SAID
        packet = _packet(head, name, identifier, said, payload)
        if self._is_limited and (why := self.refusal(head, len(packet))):
            raise Refused(why)
        if qos:
            self._remember(packet_id, packet, qos=qos, token=token)
        if self._outgoing is None:
            return packet
        return self._aliased(packet, topic, identifier, properties, payload)

    def _remember(self, packet_id: int, packet: bytes, *, qos: int, token: Token) -> None:
        if qos == 1:
            self.in_flight[packet_id] = token
        else:
            self.awaited[packet_id] = (packets.PUBREC, token)
        if self._packets is not None:
            self._packets[packet_id] = packet

    def _aliased(
        self, packet: bytes, topic: str, identifier: bytes, properties: bytes, payload: bytes
    ) -> bytes:
        """Return the packet with a number for its topic, or beside it for the first time."""
        assert self._outgoing is not None
        if number := self._outgoing.known(topic):
            name = b"\0\0"
        elif len(packet) + _ALIAS_ADDS <= self._most_outgoing:
            number, name = self._outgoing.learn(topic), _name(topic)
        if not number:
            return packet
        said = block(encode(topic_alias=number) + properties)
        return _packet(packet[0], name, identifier, said, payload)

    def agree(self, terms: Terms) -> None:
        super().agree(terms)
        self._is_limited = (terms.maximum_qos, terms.retain_available) != (2, True) or bool(
            terms.maximum_packet_size
        )
        aliases = min(terms.topic_alias_maximum, self.opening.topic_aliases)
        self._outgoing = Outgoing(aliases) if aliases else None

    @property
    def _most_outgoing(self) -> int:
        return self.terms.maximum_packet_size or fields.MAX_REMAINING

    def refusal(self, head: int, length: int) -> str:
        """Return why the server takes no PUBLISH with this first byte and so many bytes
        ([MQTT-3.2.2-11], [MQTT-3.2.2-14], [MQTT-3.2.2-15])."""
        terms, qos = self.terms, head >> 1 & 3
        if qos > terms.maximum_qos:
            return f"the broker takes QoS 0 to {terms.maximum_qos}, got QoS {qos}"
        if head & packets.RETAIN and not terms.retain_available:
            return "the broker takes no retained messages"
        if length > self._most_outgoing:
            return f"the broker takes packets of at most {self._most_outgoing} bytes, got {length}"
        return ""

    def resolve(self, event: Publish) -> Publish:
        return self._incoming.resolve(event)


def _name(topic: str) -> bytes:
    """The topic with its length; the usual ones by the shorter way, which costs a third."""
    if "+" in topic or "#" in topic or "\0" in topic or not topic.isascii() or not topic:
        return fields.encode_topic(topic)
    name = topic.encode()
    return (
        _SIZED(len(name)) + name if len(name) <= fields.MAX_STRING else fields.encode_topic(topic)
    )


def _packet(head: int, name: bytes, identifier: bytes, said: bytes, payload: bytes) -> bytes:
    length = len(name) + len(identifier) + len(said) + len(payload)
    return b"".join((fields.fixed_header(head, length), name, identifier, said, payload))
