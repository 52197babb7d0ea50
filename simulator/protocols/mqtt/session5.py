"""One connection of a client's session of MQTT 5: what a PUBLISH has more than in 3.1.1.

Rule: all else is told by the dialect; here are only properties, aliases and the server's terms.
"""

from typing import ClassVar

from simulator.errors import Refused
from simulator.protocols.mqtt import fields, packets
from simulator.protocols.mqtt.aliases import Incoming, Outgoing
from simulator.protocols.mqtt.dialect import MQTT_5, Dialect
from simulator.protocols.mqtt.memory import Memory, Token
from simulator.protocols.mqtt.opening import Opening
from simulator.protocols.mqtt.packets import Publish, Terms
from simulator.protocols.mqtt.properties import block, encode
from simulator.protocols.mqtt.session import Session

_NOTHING_SAID = block(b"")
_ALIAS_ADDS = 5  # bytes: the property, and a longer length of the properties and of the packet
_QOS = 0x06  # of the first byte


class Session5(Session[Token]):
    """A client's side of MQTT 5; see ``Session``."""

    __slots__ = ("_incoming", "_is_limited", "_outgoing")
    dialect: ClassVar[Dialect] = MQTT_5

    def __init__(self, opening: Opening, memory: Memory[Token] | None = None) -> None:
        super().__init__(opening, memory)
        self._is_limited = False  # the server does not take every PUBLISH
        self._outgoing: Outgoing | None = None
        self._incoming = Incoming(opening.topic_aliases)

    def publish(  # noqa: PLR0917 - by name they take 0.1 µs more
        self,
        topic: str,
        payload: bytes,
        token: Token,
        qos: int = 0,
        retain: bool = False,
        properties: bytes = b"",
    ) -> bytes:
        """Return a PUBLISH; see ``Session.publish``.

        What is kept for another connection has its whole topic: an alias ends with its own.
        """
        said = block(properties) if properties else _NOTHING_SAID
        if self._is_limited and not self.breaks_terms:
            head = packets.PUBLISH | retain | qos << 1
            length = len(topic.encode()) + len(said) + len(payload) + (4 if qos else 2)
            if why := self.refusal(head, len(fields.fixed_header(head, length)) + length):
                raise Refused(why)
        packet = super().publish(topic, payload, token, qos, retain, said)
        if self._outgoing is None:
            return packet
        return self._aliased(packet, topic, properties, payload)

    def _aliased(self, packet: bytes, topic: str, properties: bytes, payload: bytes) -> bytes:
        """Return the packet with a number for its topic, or beside it for the first time."""
        assert self._outgoing is not None
        name = b""
        number = self._outgoing.known(topic)
        if not number and len(packet) + _ALIAS_ADDS <= self._most_outgoing:
            number, name = self._outgoing.learn(topic), topic.encode()
        if not number:
            return packet
        said = block(encode(topic_alias=number) + properties)
        identifier = self._last_id.to_bytes(2) if packet[0] & _QOS else b""
        body = b"".join((len(name).to_bytes(2), name, identifier, said, payload))
        return fields.fixed_header(packet[0], len(body)) + body

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
