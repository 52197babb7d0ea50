"""A cluster of Kafka of one scripted server, for no real one can be installed from a package.

Rule: speaks the wire of Kafka's protocol guide: ApiVersions 0, Metadata 1 and Produce 3, enough for
a producer; what it is sent, it keeps.
"""

import asyncio
import contextlib
import struct
from dataclasses import dataclass, field
from typing import NamedTuple

from aiokafka.record.memory_records import MemoryRecords

PRODUCE, METADATA, API_VERSIONS = 0, 3, 18
PARTITIONS = 2

UNKNOWN_TOPIC = 3
TOPIC_REFUSED = 29  # TOPIC_AUTHORIZATION_FAILED


class Stored(NamedTuple):
    """One message that came."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


class Reader:
    """Takes values from the front of a request."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0

    def number(self, kind: str) -> int:
        (value,) = struct.unpack_from(f">{kind}", self.data, self.at)
        self.at += struct.calcsize(kind)
        return int(value)

    def raw(self, length: int) -> bytes:
        self.at += max(0, length)
        return self.data[self.at - max(0, length) : self.at]

    def text(self) -> str:
        return self.raw(self.number("h")).decode()


def text(value: str | None) -> bytes:
    return (
        struct.pack(">h", -1) if value is None else struct.pack(">h", len(value)) + value.encode()
    )


@dataclass
class Cluster:
    """The server. ``topics`` are those that there are; ``errors`` answer a produce of each."""

    topics: set[str]
    errors: dict[str, int] = field(default_factory=dict)
    is_deaf: bool = False  # takes messages and says nothing
    stored: list[Stored] = field(default_factory=list)
    connections: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                (size,) = struct.unpack(">i", await reader.readexactly(4))
                request = Reader(await reader.readexactly(size))
                answer = self.answer(request)
                if answer is not None:
                    writer.write(struct.pack(">i", len(answer)) + answer)
                    await writer.drain()

    def answer(self, request: Reader) -> bytes | None:
        key, version = request.number("h"), request.number("h")
        start = struct.pack(">i", request.number("i"))
        request.text()  # client id
        if key == API_VERSIONS and version == 0:
            kinds = [(PRODUCE, 3, 3), (METADATA, 1, 1), (API_VERSIONS, 0, 0)]
            listed = b"".join(struct.pack(">hhh", *kind) for kind in kinds)
            return start + struct.pack(">hi", 0, len(kinds)) + listed
        if key == METADATA and version == 1:
            return start + self.metadata(request)
        if key == PRODUCE and version == 3:
            stored = self.store(request)
            return None if self.is_deaf or stored is None else start + stored
        raise AssertionError(f"nobody asked for request {key} in version {version}")

    def metadata(self, request: Reader) -> bytes:
        count = request.number("i")
        asked = [request.text() for _ in range(count)] if count >= 0 else sorted(self.topics)
        servers = struct.pack(">ii", 1, 0) + text("127.0.0.1") + struct.pack(">i", self.port)
        topics = b"".join(self.topic(name) for name in asked)
        return servers + text(None) + struct.pack(">ii", 0, len(asked)) + topics

    def topic(self, name: str) -> bytes:
        if name not in self.topics:
            return struct.pack(">h", UNKNOWN_TOPIC) + text(name) + struct.pack(">bi", 0, 0)
        partitions = b"".join(
            struct.pack(">hii", 0, number, 0) + struct.pack(">ii", 1, 0) * 2
            for number in range(PARTITIONS)
        )
        return struct.pack(">h", 0) + text(name) + struct.pack(">bi", 0, PARTITIONS) + partitions

    def store(self, request: Reader) -> bytes | None:
        request.number("h")  # no transaction
        acks = request.number("h")
        request.number("i")  # within
        answers = []
        for _ in range(request.number("i")):
            topic = request.text()
            partitions = []
            for _ in range(request.number("i")):
                partition = request.number("i")
                self.keep(topic, partition, request.raw(request.number("i")))
                error = self.errors.get(topic, 0)
                partitions.append(struct.pack(">ihqq", partition, error, 0, -1))
            many = struct.pack(">i", len(partitions))
            answers.append(text(topic) + many + b"".join(partitions))
        if not acks:
            return None
        return struct.pack(">i", len(answers)) + b"".join(answers) + struct.pack(">i", 0)

    def keep(self, topic: str, partition: int, data: bytes) -> None:
        records = MemoryRecords(data)
        while (batch := records.next_batch()) is not None:
            for record in batch:
                headers = [(name, value or b"") for name, value in record.headers]
                value = record.value or b""
                self.stored.append(Stored(topic, partition, record.key, value, headers))


@contextlib.asynccontextmanager
async def cluster(*topics: str):
    """A running cluster with these topics."""
    made = Cluster(set(topics))
    tasks: set[asyncio.Task[None]] = set()

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        with contextlib.suppress(asyncio.CancelledError):
            await made.serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    try:
        yield made
    finally:
        server.close()
        for task in tasks:
            task.cancel()
