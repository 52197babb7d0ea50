"""The format in which the Kinesis Producer Library puts many records into one.

Rule: pure. Source: aggregation-format.md of awslabs/amazon-kinesis-producer: the magic number, a
message AggregatedRecord of Protocol Buffers (partition_key_table = 1; records = 3, each
partition_key_index = 1 and data = 3), and the MD5 of the message.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import md5

MAGIC = bytes.fromhex("f3899ac2")
DIGEST = 16  # bytes of the MD5 at the end
KEY, RECORD = b"\x0a", b"\x1a"  # fields 1 and 3 of the message, with a length
INDEX, DATA = b"\x08", b"\x1a"  # fields 1, a varint, and 3, with a length, of a record
MOST = 100_000  # bytes of one aggregate; the library itself makes 51,200, Kinesis takes 1 MiB


@dataclass(slots=True)
class Aggregate:
    """Records that become one record of a stream."""

    keys: dict[str, int] = field(default_factory=dict)  # partition key -> place in the table
    table: list[bytes] = field(default_factory=list)
    records: list[bytes] = field(default_factory=list)
    members: list[int] = field(default_factory=list)  # which records, by their place in the input
    size: int = len(MAGIC) + DIGEST  # bytes when it is finished

    def add(self, member: int, key: str, data: bytes) -> None:
        """Take in a record, of which ``cost`` says how many bytes it adds at most."""
        index = self.keys.get(key)
        if index is None:
            index = self.keys[key] = len(self.table)
            self._take(self.table, framed(KEY, key.encode()))
        inner = INDEX + varint(index) + framed(DATA, data)
        self._take(self.records, framed(RECORD, inner))
        self.members.append(member)

    def finish(self) -> bytes:
        """Return the record of the stream."""
        message = b"".join(self.table) + b"".join(self.records)
        return MAGIC + message + md5(message, usedforsecurity=False).digest()

    def _take(self, into: list[bytes], data: bytes) -> None:
        into.append(data)
        self.size += len(data)


def aggregates(records: Iterable[tuple[int, str, bytes]], most: int = MOST) -> Iterator[Aggregate]:
    """Yield aggregates of (member, partition key, data), in their order.

    Each has at most ``most`` bytes; a record that is longer alone has one of its own.
    """
    open_one = Aggregate()
    for member, key, data in records:
        if open_one.members and open_one.size + cost(key, data) > most:
            yield open_one
            open_one = Aggregate()
        open_one.add(member, key, data)
    if open_one.members:
        yield open_one


def cost(key: str, data: bytes) -> int:
    """Return how many bytes a record adds at most: its own, its key's, and their frames."""
    return len(data) + 16 + len(key.encode()) + 4


def framed(field_number: bytes, data: bytes) -> bytes:
    """Return a field with a length: its tag, how long it is, itself."""
    return field_number + varint(len(data)) + data


def varint(number: int) -> bytes:
    """Return a number from 0, seven bits a byte, the least significant first."""
    if number < 0x80:
        return bytes((number,))
    groups = bytearray()
    while number >= 0x80:
        groups.append(number & 0x7F | 0x80)
        number >>= 7
    groups.append(number)
    return bytes(groups)
