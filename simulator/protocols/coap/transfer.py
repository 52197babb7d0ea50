"""Bodies that do not fit into one message, cut into blocks and put together again.

Rule: bounded on both ways; a block that is not the next one ends the transfer.
Source: RFC 7959, sections 2.2 to 2.5.
"""

from simulator.errors import ProtocolViolation
from simulator.protocols.coap.options import MAX_BLOCKS, Block

MAX_BODY = 1_048_576  # bytes of a message that is sent; 1,024 blocks of the usual size
MAX_ANSWER = 65_536  # bytes of what a server has to say; commands are small


def exponent_of(size: int) -> int:
    """Return the exponent of a block's size in bytes: 0 for 16, 6 for 1,024."""
    return size.bit_length() - 5


class Upload:
    """A body on its way to the server."""

    __slots__ = ("body", "exponent", "offset")

    def __init__(self, body: bytes, exponent: int) -> None:
        self.body = body
        self.exponent = exponent
        self.offset = 0  # bytes that the server has

    @property
    def block(self) -> Block:
        """The block that is to be sent now."""
        size = 16 << self.exponent
        return Block(self.offset // size, self.offset + size < len(self.body), self.exponent)

    @property
    def piece(self) -> bytes:
        """The bytes of that block."""
        return self.body[self.offset : self.offset + (16 << self.exponent)]

    @property
    def has_more(self) -> bool:
        """Whether blocks follow the one that is on its way."""
        return self.block.has_more

    def go_on(self, answer: Block) -> None:
        """Turn to the next block; the server may ask for smaller ones from now on.

        Raises:
            ProtocolViolation: The answer is of another block.
        """
        sent = self.block
        if answer.number * answer.size != self.offset and answer.number != sent.number:
            raise ProtocolViolation(f"block {answer.number} acknowledged, {sent.number} was sent")
        self.offset += sent.size
        self.exponent = min(self.exponent, answer.exponent)

    def shrink(self, exponent: int) -> bool:
        """Begin again with smaller blocks; return False when that would change nothing."""
        if self.offset or exponent >= self.exponent:
            return False
        self.exponent = exponent
        return True


class Download:
    """A body on its way from the server; its first block came with an answer."""

    __slots__ = ("_etag", "_pieces", "_size", "exponent")

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._size = 0
        self._etag: bytes | None = None
        self.exponent = 0

    def take(self, block: Block, piece: bytes, etag: bytes | None) -> None:
        """Add the next block.

        Raises:
            ProtocolViolation: It is not the next one, or not as long as it says; it is of another
                state of the resource; or all is more than ``MAX_ANSWER``.
        """
        if block.number * block.size != self._size:
            text = f"block {block.number} of an answer came where byte {self._size} is next"
            raise ProtocolViolation(text)
        if (block.has_more and len(piece) != block.size) or len(piece) > block.size:
            raise ProtocolViolation(f"a block of {block.size} bytes came with {len(piece)}")
        if self._pieces and etag != self._etag:
            raise ProtocolViolation("the resource changed while its blocks were read")
        self._etag, self.exponent = etag, block.exponent
        self._pieces.append(piece)
        self._size += len(piece)
        if self._size > MAX_ANSWER or (block.has_more and self._size == MAX_ANSWER):
            raise ProtocolViolation(f"the answer has more than {MAX_ANSWER:,} bytes")

    @property
    def next_block(self) -> Block:
        """What is to be asked for now."""
        number = self._size >> (self.exponent + 4)
        assert number < MAX_BLOCKS
        return Block(number, False, self.exponent)

    @property
    def body(self) -> bytes:
        """All that came."""
        return b"".join(self._pieces)
