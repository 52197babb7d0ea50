"""What tells the two versions apart, in one place: level, properties, codes, what is read.

Rule: the other modules ask the dialect; none of them asks which version it is.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import Final

from simulator.errors import DefinitionError, TargetError
from simulator.protocols.mqtt import decoding, decoding5, packets, properties
from simulator.protocols.mqtt.decoding import Decoders
from simulator.protocols.mqtt.opening import NEVER, Opening
from simulator.protocols.mqtt.reasons import FAILURES, PACKET_ID_NOT_FOUND, Violation, in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One version of MQTT.

    ``block`` gives properties as a packet has them: with their length, or nothing at all.
    """

    level: int  # of the protocol, in CONNECT
    words: str
    check: Callable[[Opening], None]  # raises DefinitionError for what it cannot say
    decoders: Decoders
    block: Callable[[bytes], bytes]
    most_incoming: Callable[[Opening], int]  # bytes of a packet that we take
    most_unreleased: Callable[[Opening], int]  # messages at QoS 2 that came and are not released
    keeps_for: Callable[[Opening, int], float]  # s that a session outlives its connection
    sub_refusal: Callable[[int, str], str | None]  # words of a code of SUBACK; None: it says yes
    is_unsub_counted: bool  # whether an UNSUBACK has a code for each filter
    not_found: bytes  # ends an acknowledgement of an identifier that we do not know
    farewell: Callable[[TargetError], bytes]  # what is said to a far side that broke the protocol


MAX_UNRELEASED = 1_000  # 3.1.1 names no limit; each is an integer that a broker makes us keep


def _check_3_1_1(opening: Opening) -> None:
    if opening.password and not opening.username:
        raise DefinitionError("a password needs a user name (MQTT 3.1.1)")
    if not opening.client_id and not opening.clean_start:
        raise DefinitionError("a session that is to last needs a client id (MQTT 3.1.1)")


def _sub_refusal_3(code: int, _reason: str) -> str | None:
    return "" if code == FAILURES else None


def _sub_refusal_5(code: int, reason: str) -> str | None:
    return in_words(code, reason) if code >= FAILURES else None


def _farewell_5(error: TargetError) -> bytes:
    return bytes((packets.DISCONNECT, 1, error.code)) if isinstance(error, Violation) else b""


MQTT_3_1_1: Final = Dialect(
    level=4,
    words="MQTT 3.1.1",
    check=_check_3_1_1,
    decoders=decoding.DECODERS,
    block=lambda _: b"",
    most_incoming=lambda _: packets.MAX_INCOMING,
    most_unreleased=lambda _: MAX_UNRELEASED,
    keeps_for=lambda opening, _: 0.0 if opening.clean_start else inf,
    sub_refusal=_sub_refusal_3,
    is_unsub_counted=False,
    not_found=b"",
    farewell=lambda _: b"",
)
MQTT_5: Final = Dialect(
    level=5,
    words="MQTT 5",
    check=lambda _: None,
    decoders=decoding5.DECODERS,
    block=properties.block,
    most_incoming=lambda opening: opening.maximum_packet_size,
    most_unreleased=lambda opening: opening.receive_maximum,
    keeps_for=lambda _, expiry: inf if expiry == NEVER else float(expiry),
    sub_refusal=_sub_refusal_5,
    is_unsub_counted=True,
    not_found=bytes((PACKET_ID_NOT_FOUND,)),
    farewell=_farewell_5,
)
