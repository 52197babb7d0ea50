"""Reason codes in words, and the errors that the far side makes of them.

Rule: one table of words, and for each packet the codes that it may have; the texts are those of the
log, so they hold nothing of a server's own beyond ``MAX_SAID`` characters.
"""

from typing import Final

from simulator.errors import ProtocolViolation, Refused

MAX_SAID = 200  # characters of a server's own reason; it may put a whole page there

NORMAL, MALFORMED, PROTOCOL_ERROR = 0x00, 0x81, 0x82
PACKET_ID_NOT_FOUND, RECEIVE_MAXIMUM_EXCEEDED = 0x92, 0x93
TOPIC_ALIAS_INVALID, PACKET_TOO_LARGE = 0x94, 0x95
USE_ANOTHER_SERVER, SERVER_MOVED = 0x9C, 0x9D
FAILURES = 0x80  # codes from here on say no (MQTT 5, section 2.4)

RETURN_CODES: Final = {  # of CONNACK in MQTT 3.1.1 (section 3.2.2.3)
    1: "unacceptable protocol version",
    2: "identifier rejected",
    3: "server unavailable",
    4: "bad user name or password",
    5: "not authorised",
}
WORDS: Final = {  # MQTT 5, section 2.4
    0x00: "normal disconnection",
    0x04: "disconnect with will message",
    0x10: "no matching subscribers",
    0x11: "no subscription existed",
    0x80: "unspecified error",
    0x81: "malformed packet",
    0x82: "protocol error",
    0x83: "implementation specific error",
    0x84: "unsupported protocol version",
    0x85: "client identifier not valid",
    0x86: "bad user name or password",
    0x87: "not authorised",
    0x88: "server unavailable",
    0x89: "server busy",
    0x8A: "banned",
    0x8B: "server shutting down",
    0x8C: "bad authentication method, enhanced authentication is not spoken",
    0x8D: "keep alive timeout",
    0x8E: "session taken over",
    0x8F: "topic filter invalid",
    0x90: "topic name invalid",
    0x91: "packet identifier in use",
    0x92: "packet identifier not found",
    0x93: "receive maximum exceeded",
    0x94: "topic alias invalid",
    0x95: "packet too large",
    0x96: "message rate too high",
    0x97: "quota exceeded",
    0x98: "administrative action",
    0x99: "payload format invalid",
    0x9A: "retain not supported",
    0x9B: "QoS not supported",
    0x9C: "use another server",
    0x9D: "server moved",
    0x9E: "shared subscriptions not supported",
    0x9F: "connection rate exceeded",
    0xA0: "maximum connect time",
    0xA1: "subscription identifiers not supported",
    0xA2: "wildcard subscriptions not supported",
}
_OF_A_PUBLISH = frozenset({0x00, 0x10, 0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99})
_OF_A_RELEASE = frozenset({0x00, 0x92})
CODES: Final = {  # what each packet from a server may say (MQTT 5, tables of section 3)
    "CONNACK": frozenset(
        {0x00, *range(0x80, 0x8B), 0x8C, 0x90, 0x95, 0x97, *range(0x99, 0x9E), 0x9F}
    ),
    "PUBACK": _OF_A_PUBLISH,
    "PUBREC": _OF_A_PUBLISH,
    "PUBREL": _OF_A_RELEASE,
    "PUBCOMP": _OF_A_RELEASE,
    "SUBACK": frozenset({0, 1, 2, 0x80, 0x83, 0x87, 0x8F, 0x91, 0x97, 0x9E, 0xA1, 0xA2}),
    "UNSUBACK": frozenset({0x00, 0x11, 0x80, 0x83, 0x87, 0x8F, 0x91}),
    # 0x00 is the client's alone in the table, but also what a DISCONNECT without a code says.
    "DISCONNECT": frozenset(
        {0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8B, *range(0x8D, 0x91), *range(0x93, 0xA3)}
    ),
}  # fmt: skip


class Violation(ProtocolViolation):
    """What a server must not say; ``code`` is what MQTT 5 has us answer in our DISCONNECT."""

    def __init__(self, text: str, code: int = PROTOCOL_ERROR) -> None:
        super().__init__(text)
        self.code = code


class Malformed(Violation):
    """Bytes that are no packet of MQTT (MQTT 5, section 4.13.1)."""

    def __init__(self, text: str) -> None:
        super().__init__(text, MALFORMED)


class Redirected(Refused):
    """A server names others that are to be asked; ``reference`` as it said (section 4.11)."""

    def __init__(self, text: str, *, reference: str, is_for_good: bool) -> None:
        super().__init__(text)
        self.reference = reference
        self.is_for_good = is_for_good


def refusal(code: int, reason: str = "") -> str:
    """Return what the log says of a PUBACK or its kin; empty when the code is no failure."""
    return "" if code < FAILURES else f"broker refused: {in_words(code, reason)}"


def in_words(code: int, reason: str = "") -> str:
    """Return a code of MQTT 5 in words, with the server's own reason behind it."""
    words = WORDS[code]
    said = one_line(reason)
    return f"{words} ({said})" if said else words


def one_line(text: str) -> str:
    """Return what a server said, cut to ``MAX_SAID`` characters, without what is not printed."""
    cut = text[: MAX_SAID + 1]
    shown = "".join(each if each.isprintable() else " " for each in cut).strip()
    return shown if len(shown) <= MAX_SAID else f"{shown[:MAX_SAID]}…"


def check_code(packet: str, code: int) -> None:
    """
    Raises:
        Violation: this packet does not have that code.
    """
    if code not in CODES[packet]:
        raise Violation(f"{packet} with reason code 0x{code:02X}, which it does not have")
