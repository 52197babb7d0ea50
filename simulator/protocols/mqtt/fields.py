"""The data types of MQTT as bytes: integers, texts and topics (section 1.5 of both versions).

Rule: what we are asked to write and cannot is a ``DefinitionError``; what we read and must not is
a ``Violation`` that says malformed.
"""

from simulator.errors import DefinitionError
from simulator.protocols.mqtt.reasons import Malformed

MAX_REMAINING = 268_435_455  # bytes; four groups of seven bits (section 2.2.3)
MAX_STRING = 65_535  # bytes; two bytes of length (section 1.5.3)


def encode_remaining_length(length: int) -> bytes:
    """Encode ``length`` as an MQTT variable byte integer.

    Args:
        length: Bytes that follow the fixed header, 0 to 268_435_455.

    Returns:
        1 to 4 bytes, seven bits each, least significant group first.

    Raises:
        ValueError: ``length`` does not fit into four bytes.

    Source: MQTT 3.1.1, section 2.2.3. Its table 2.4 is the test.
    """
    if not 0 <= length <= MAX_REMAINING:
        raise ValueError(f"length must be from 0 to {MAX_REMAINING}, got {length}")
    groups = bytearray()
    while length > 0x7F:
        groups.append(length & 0x7F | 0x80)
        length >>= 7
    groups.append(length)
    return bytes(groups)


def fixed_header(head: int, length: int) -> bytes:
    """Return the first byte of a message, and how many bytes follow (section 2.2).

    Raises:
        DefinitionError: the message is too long.
    """
    if length < 0x80:
        return bytes((head, length))
    if length > MAX_REMAINING:
        raise DefinitionError(f"a message must have at most {MAX_REMAINING} bytes, got {length}")
    return bytes((head,)) + encode_remaining_length(length)


def encode_string(text: str, what: str) -> bytes:
    """Return a text with its two bytes of length; ``what`` names it in an error.

    Raises:
        DefinitionError: it has U+0000 or half of a surrogate pair, or more than 65,535 bytes.
    """
    try:
        data = text.encode()
    except UnicodeEncodeError:
        raise DefinitionError(f"{what} has a character that UTF-8 cannot carry") from None
    if b"\0" in data:
        raise DefinitionError(f"{what} must not have U+0000 (MQTT, section 1.5.3)")
    return encode_binary(data, what)


def encode_binary(data: bytes, what: str) -> bytes:
    """Return bytes with their two bytes of length.

    Raises:
        DefinitionError: there are more than 65,535.
    """
    if len(data) > MAX_STRING:
        raise DefinitionError(f"{what} must have at most {MAX_STRING} bytes, got {len(data)}")
    return len(data).to_bytes(2) + data


def encode_topic(topic: str, what: str = "topic") -> bytes:
    """Return a topic to publish on, with its two bytes of length (section 4.7).

    Raises:
        DefinitionError: it is empty, longer than 65,535 bytes, or has a wildcard or U+0000.
    """
    if not topic or "+" in topic or "#" in topic:
        raise DefinitionError(f"{what} must be a name without + and #, got {topic[:80]!r}")
    return encode_string(topic, what)


def encode_filter(text: str) -> bytes:
    """Return a topic filter with its two bytes of length (section 4.7).

    Raises:
        DefinitionError: it is empty, longer than 65,535 bytes, or a wildcard is out of place, or
            what it shares has no name or no filter (MQTT 5, section 4.8.2).
    """
    levels = text.split("/")
    misplaced = any("#" in level and level != "#" for level in levels) or "#" in levels[:-1]
    if not text or misplaced or any("+" in level and level != "+" for level in levels):
        raise DefinitionError(
            f"topic filter must have + and # as whole levels, # as the last, got {text[:80]!r}"
        )
    if is_shared(text) and (len(levels) < 3 or levels[1] in {"", "+", "#"} or levels[2:] == [""]):
        raise DefinitionError(f"topic filter must be $share/name/filter, got {text[:80]!r}")
    return encode_string(text, "topic filter")


def is_shared(text: str) -> bool:
    """Whether a topic filter shares its messages with other clients (MQTT 5, section 4.8.2)."""
    return text.startswith("$share/")


def has_wildcard(text: str) -> bool:
    """Whether a valid topic filter stands for more than one topic."""
    return "+" in text or "#" in text


def decode_remaining_length(data: bytes, at: int) -> tuple[int, int]:
    """Return a variable byte integer that is whole, and where it ends.

    Raises:
        Malformed: it is cut off, has a fifth byte, or more bytes than it needs ([MQTT-1.5.5-1]).
    """
    value = 0
    for shift in (0, 7, 14, 21):
        if at >= len(data):
            raise Malformed("a variable byte integer that is cut off")
        group = data[at]
        at += 1
        value |= (group & 0x7F) << shift
        if not group & 0x80:
            if shift and not group:
                raise Malformed("a variable byte integer with more bytes than it needs")
            return value, at
    raise Malformed("a variable byte integer of more than four bytes")


def decode_integer(data: bytes, at: int, size: int) -> tuple[int, int]:
    """Return an integer of ``size`` bytes, and where it ends.

    Raises:
        Malformed: it is cut off.
    """
    end = at + size
    if end > len(data):
        raise Malformed(f"an integer of {size} bytes that is cut off")
    return int.from_bytes(data[at:end]), end


def decode_binary(data: bytes, at: int) -> tuple[bytes, int]:
    """Return bytes that have two bytes of length, and where they end.

    Raises:
        Malformed: they are cut off.
    """
    length, start = decode_integer(data, at, 2)
    end = start + length
    if end > len(data):
        raise Malformed(f"a field of {length} bytes that is cut off")
    return data[start:end], end


def decode_string(data: bytes, at: int) -> tuple[str, int]:
    """Return a text, and where it ends.

    Raises:
        Malformed: it is cut off, no UTF-8 ([MQTT-1.5.3-1]), or has U+0000 ([MQTT-1.5.3-2]).
    """
    raw, end = decode_binary(data, at)
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        raise Malformed("a text that is not UTF-8") from None
    if "\0" in text:
        raise Malformed("a text with U+0000")
    return text, end
