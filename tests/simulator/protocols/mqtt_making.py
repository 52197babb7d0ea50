"""Sessions and packets of MQTT for tests: what a server would send, in few words."""

from typing import Any

from simulator.errors import ProtocolViolation, Refused
from simulator.protocols import mqtt
from simulator.protocols.mqtt import properties
from simulator.protocols.mqtt.fields import encode_remaining_length

CONNACK = {"3.1.1": b"\x20\x02\0\0", "5": b"\x20\x03\0\0\0"}
RESUMED = {"3.1.1": b"\x20\x02\x01\0", "5": b"\x20\x03\x01\0\0"}
LASTING: dict[str, dict[str, Any]] = {  # of an opening: the session outlives its connection
    "3.1.1": {"clean_start": False},
    "5": {"clean_start": False, "session_expiry": 60},
}


def session(
    version: str = "3.1.1", memory: mqtt.Memory[str] | None = None, **opening: Any
) -> mqtt.Session[str]:
    """A session that has said CONNECT."""
    made: mqtt.Session[str] = mqtt.SESSIONS[version](
        mqtt.Opening(**{"client_id": "cc-1", **opening}), memory
    )
    made.connect()
    return made


def connected(
    version: str = "3.1.1", memory: mqtt.Memory[str] | None = None, **opening: Any
) -> mqtt.Session[str]:
    """A session that was accepted."""
    made = session(version, memory, **opening)
    made.receive(CONNACK[version])
    return made


def accepted(*, present: bool = False, opening: Any = None, **terms: Any) -> mqtt.Session[str]:
    """A session of MQTT 5 whose server has these terms."""
    made = session("5", **(opening or {}))
    made.receive(packet(0x20, bytes((present, 0)) + block(**terms)))
    return made


def packet(head: int, body: bytes) -> bytes:
    """The bytes of a packet."""
    return bytes((head,)) + encode_remaining_length(len(body)) + body


def block(**values: Any) -> bytes:
    """Properties of MQTT 5 with their length."""
    return properties.block(properties.encode(**values))


def text(words: str) -> bytes:
    """A text with its two bytes of length."""
    return len(words.encode()).to_bytes(2) + words.encode()


def publish(
    topic: str, payload: bytes = b"", *, head: int = 0x30, id_: int = 0, **v5: Any
) -> bytes:
    """A PUBLISH of a server; with ``said`` one of MQTT 5."""
    identifier = id_.to_bytes(2) if head & 6 else b""
    said = block(**v5["said"]) if "said" in v5 else b""
    return packet(head, text(topic) + identifier + said + payload)


def ack(head: int, packet_id: int, *more: int) -> bytes:
    """A PUBACK, PUBREC, PUBREL or PUBCOMP."""
    return packet(head, packet_id.to_bytes(2) + bytes(more))


def violation(made: mqtt.Session[str], data: bytes) -> str:
    """The text with which ``data`` ends the session as a violation."""
    *_, last = made.receive(data)
    assert isinstance(last, mqtt.Ended)
    assert isinstance(last.error, ProtocolViolation)
    assert made.state is mqtt.State.CLOSED
    assert made.take_answers() == b""
    return str(last.error)


def refusal(made: mqtt.Session[str], data: bytes) -> str:
    """The text with which ``data`` ends the session as a refusal."""
    *_, last = made.receive(data)
    assert isinstance(last, mqtt.Ended)
    assert isinstance(last.error, Refused)
    return str(last.error)
