"""Options of a message: numbers, what each may hold, and their bytes.

Rule: what a section does not allow is never silently taken: it is left out when the option is
elective, and makes the whole message unusable when it is critical.
Source: RFC 7252, sections 3.1, 5.4 and 5.10; RFC 7641, section 2; RFC 7959, section 2.1.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple, TypeAlias

from simulator.errors import ProtocolViolation

URI_HOST = 3
ETAG = 4
OBSERVE = 6
URI_PATH = 11
CONTENT_FORMAT = 12
MAX_AGE = 14
URI_QUERY = 15
BLOCK_2 = 23
BLOCK_1 = 27
SIZE_1 = 60

MAX_OPTIONS = 100  # of one message received; a server needs some five
PAYLOAD_MARKER = 0xFF
MAX_BLOCKS = 1 << 20  # numbers of blocks, 20 bits
BAD_SIZE = 7  # the exponent of a block's size that is reserved

Option: TypeAlias = tuple[int, bytes]


class Rule(NamedTuple):
    """How many bytes an option's value has, and whether it may stand there twice."""

    least: int
    most: int
    is_repeatable: bool = False


# Those that mean something to a client, or must not be taken for unknown ones.
RULES = {
    1: Rule(0, 8, is_repeatable=True),  # If-Match
    URI_HOST: Rule(1, 255),
    ETAG: Rule(1, 8),
    5: Rule(0, 0),  # If-None-Match
    OBSERVE: Rule(0, 3),
    7: Rule(0, 2),  # Uri-Port
    8: Rule(0, 255, is_repeatable=True),  # Location-Path
    URI_PATH: Rule(0, 255, is_repeatable=True),
    CONTENT_FORMAT: Rule(0, 2),
    MAX_AGE: Rule(0, 4),
    URI_QUERY: Rule(0, 255, is_repeatable=True),
    17: Rule(0, 2),  # Accept
    20: Rule(0, 255, is_repeatable=True),  # Location-Query
    BLOCK_2: Rule(0, 3),
    BLOCK_1: Rule(0, 3),
    28: Rule(0, 4),  # Size2
    35: Rule(1, 1034),  # Proxy-Uri
    39: Rule(1, 255),  # Proxy-Scheme
    SIZE_1: Rule(0, 4),
}


class Block(NamedTuple):
    """One block of a body: its number, whether more follow, and its size as 2 ** (exponent + 4)."""

    number: int
    has_more: bool
    exponent: int

    @property
    def size(self) -> int:
        """In bytes, 16 to 1,024."""
        return 16 << self.exponent

    def value(self) -> bytes:
        """Return the option's value. Source: RFC 7959, section 2.2."""
        return uint(self.number << 4 | self.has_more << 3 | self.exponent)


def uint(value: int) -> bytes:
    """Return a number as an option holds it: big-endian, without leading zeros; zero is empty."""
    return value.to_bytes((value.bit_length() + 7) // 8)


def read_block(value: bytes) -> Block:
    """Return what a Block1 or Block2 option says.

    Raises:
        ProtocolViolation: Its size is the reserved one.
    """
    bits = int.from_bytes(value)
    if bits & 7 == BAD_SIZE:
        raise ProtocolViolation("block size 7 is reserved")
    return Block(bits >> 4, bool(bits & 8), bits & 7)


def encode_options(options: Iterable[Option]) -> bytes:
    """Return the bytes of options, in the order of their numbers; equal ones stay in theirs."""
    pieces, last = [], 0
    for number, value in sorted(options, key=lambda option: option[0]):
        delta, delta_rest = _nibble(number - last)
        length, length_rest = _nibble(len(value))
        pieces += [bytes((delta << 4 | length,)), delta_rest, length_rest, value]
        last = number
    return b"".join(pieces)


def decode_options(data: bytes, start: int) -> tuple[tuple[Option, ...], bytes]:
    """Return the options that begin at ``start``, and the payload after them.

    Raises:
        ProtocolViolation: They are not formed as section 3.1 says, or too many.
    """
    options: list[Option] = []
    number, at, end = 0, start, len(data)
    while at < end:
        head = data[at]
        at += 1
        if head == PAYLOAD_MARKER:
            if at == end:
                raise ProtocolViolation("a payload marker stands before no payload")
            return tuple(options), data[at:]
        delta, at = _extended(head >> 4, data, at)
        length, at = _extended(head & 15, data, at)
        if at + length > end:
            raise ProtocolViolation(f"an option has {length} bytes, {end - at} are left")
        number += delta
        options.append((number, data[at : at + length]))
        at += length
        if len(options) > MAX_OPTIONS:
            raise ProtocolViolation(f"a message has at most {MAX_OPTIONS} options")
    return tuple(options), b""


def usable(options: Sequence[Option]) -> dict[int, bytes]:
    """Return the options of a response that mean something, the first of each number.

    Raises:
        ProtocolViolation: One that is critical is unknown, has a value of the wrong length, or
            stands there twice (sections 5.4.1, 5.4.3 and 5.4.5).
    """
    found: dict[int, bytes] = {}
    for number, value in options:
        rule = RULES.get(number)
        is_sound = rule is not None and rule.least <= len(value) <= rule.most
        if is_sound and number not in found:
            found[number] = value
        elif number & 1 and not (is_sound and rule and rule.is_repeatable):
            what = "unknown" if rule is None else "not allowed so"
            raise ProtocolViolation(f"critical option {number} is {what}")
    return found


def _nibble(value: int) -> tuple[int, bytes]:
    """Return the four bits of a delta or length, and the bytes that go on with it."""
    if value < 13:
        return value, b""
    if value < 269:
        return 13, bytes((value - 13,))
    return 14, (value - 269).to_bytes(2)


def _extended(nibble: int, data: bytes, at: int) -> tuple[int, int]:
    if nibble < 13:
        return nibble, at
    if nibble == 15:
        raise ProtocolViolation("an option's delta or length of 15 is reserved")
    more = nibble - 12  # bytes
    if at + more > len(data):
        raise ProtocolViolation("the message ends inside of an option")
    return int.from_bytes(data[at : at + more]) + (13 if more == 1 else 269), at + more
