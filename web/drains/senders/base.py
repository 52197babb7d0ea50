"""What every sender does: takes a chunk piece by piece, and says of each what became of it.

Rule: a sender that returns has handed over all but what it names as refused for good; what may go
well later is ``Failing``, and then the same piece comes again under the same names.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from simulator import MocklotError
from web.drains.documents import Line, lines_of
from web.drains.filters import Filter
from web.drains.models import Drain
from web.logs.models import Chunk
from web.logs.reading import open_chunk
from web.runs.models import Run

ROWS = 4_096  # records that are turned into documents at once: some 2 MB, and 20 ms
READ = 4_000_000  # bytes of records, unpacked, that are read at once; payloads may be long
BEAT = 5.0  # s; a part that takes longer says in between that it is still at it


class Failing(MocklotError):
    """The other end, or the way to it; may go well later. The text is a sentence without a secret.

    ``wait`` is how many s the other end wants us to wait, None when it does not say.
    """

    def __init__(self, words: str, *, wait: float | None = None) -> None:
        super().__init__(words)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Refusal:
    """Records that were refused for good, and why: a sentence."""

    lines: Sequence[Line]
    reason: str


@dataclass(frozen=True, slots=True)
class Step:
    """What became of a part of a chunk. ``rows`` counts from the chunk's beginning."""

    rows: int
    shipped: int = 0  # records
    size: int = 0  # bytes as they went out
    refusals: tuple[Refusal, ...] = ()


@dataclass(frozen=True, slots=True)
class Load:
    """Lines that go together. The same lines always have the same ``name``."""

    name: str  # made of chunk and position: for keys that make a doubled request harmless
    stream: str  # of their run and shard
    lines: Sequence[Line]


@dataclass(frozen=True, slots=True)
class Piece:
    """A chunk that a drain is to send."""

    chunk: Chunk  # with its shard
    run: Run
    filter: Filter
    begin: int = 0  # rows that are dealt with already

    @property
    def name(self) -> str:
        """What is different for each chunk, and the same whenever it is sent."""
        return f"{self.run.code}/{self.chunk.shard.number}/{numbers_of(self.chunk)}"

    @property
    def stream(self) -> str:
        return f"{self.run.code}/{self.chunk.shard.number}"

    def tables(self) -> Iterator[tuple[int, pa.Table]]:
        """Yield what is taken of each ``ROWS`` records that are left, with the rows behind it.

        Raises:
            ObjectMissing: The chunk is not there any more.
            StorageUnavailable: Our object store does not answer.
        """
        row = 0
        with open_chunk(self.chunk, whole=True) as file:
            for batch in file.iter_batches(batch_size=rows_of(file)):
                row += batch.num_rows
                if row > self.begin:
                    yield row, self.filter.taken(pa.Table.from_batches([batch]))

    def lines(self, table: pa.Table) -> list[Line]:
        """Return the documents of records of this chunk."""
        return lines_of(table, run=str(self.run.code), lot=self.run.name)


def numbers_of(chunk: Chunk) -> str:
    """Return ``2-000017``, lease and number in it, or ``2-000010-000017`` of what was merged."""
    last = f"-{chunk.through:06d}" if chunk.through > chunk.number else ""
    return f"{chunk.fence}-{chunk.number:06d}{last}"


def rows_of(file: parquet.ParquetFile) -> int:
    """Return how many records of a chunk are read at once; always the same of the same chunk."""
    whole = file.metadata
    size = sum(whole.row_group(group).total_byte_size for group in range(whole.num_row_groups))
    return int(max(1, min(ROWS, READ * whole.num_rows // max(size, 1))))


@dataclass(slots=True)
class Time:
    """The clock of a sender, so that tests need not wait."""

    now: Callable[[], float] = monotonic  # s
    wait: Callable[[float], Any] = sleep  # s


@dataclass
class Limits:
    """What goes together at most."""

    lines: int
    size: int  # bytes, with ``extra`` for each line
    extra: int = 0
    line: int = field(default=0)  # bytes of one line; 0: as many as ``size``

    @property
    def longest(self) -> int:
        """Bytes of a line that can be sent at all."""
        return (self.line or self.size) - self.extra


class Sender(ABC):
    """Brings the records of a drain to its other end; closed when its turn is over."""

    def __init__(self, drain: Drain, *, time: Time | None = None) -> None:
        self.drain = drain
        self.time = time or Time()

    @abstractmethod
    def send(self, piece: Piece) -> Iterator[Step]:
        """Send a chunk; yield after each part that is dealt with, the last with all its rows.

        What takes long also yields in between, with the rows that it had before, so that its lease
        is renewed; a turn that is over ends it there.

        Raises:
            Failing: It may go well later; what was yielded is dealt with.
            ObjectMissing: The chunk is not there any more.
            StorageUnavailable: Our object store does not answer.
        """

    @abstractmethod
    def deliver(self, load: Load) -> list[Refusal]:
        """Send lines at once; return those that were refused for good.

        Raises:
            Failing: It may go well later; some of the lines may have arrived.
        """

    @abstractmethod
    def cut(self, name: str, stream: str, lines: Sequence[Line]) -> Iterator[Load]:
        """Yield loads of these lines that are small enough; always the same of the same lines."""

    def resend(self, name: str, stream: str, lines: Sequence[Line]) -> list[Refusal]:
        """Send lines that were refused once more; return those that still are.

        Raises:
            Failing: It may go well later; some of the lines may have arrived.
        """
        loads = self.cut(name, stream, lines)
        return [refusal for load in loads for refusal in self.deliver(load)]

    def shard_count(self) -> int | None:
        """Return how many shards the stream has; None where there are none.

        Raises:
            Failing: It cannot be asked.
        """
        return None

    def close(self) -> None:  # noqa: B027 (most have nothing to close)
        """Let go of what is open."""


class LineSender(Sender):
    """One that sends documents, so many at a time."""

    limits: Limits

    def send(self, piece: Piece) -> Iterator[Step]:
        done, told = piece.begin, self.time.now()
        for row, table in piece.tables():
            lines = piece.lines(table)
            refusals: list[Refusal] = []
            for load in self.cut(f"{piece.name}/{row}", piece.stream, lines):
                if self.time.now() - told > BEAT:
                    yield Step(done)
                    told = self.time.now()
                refusals += self.deliver(load)
            refused = sum(len(refusal.lines) for refusal in refusals)
            size = sum(len(line.data) for line in lines)
            yield Step(row, len(lines) - refused, size, tuple(refusals))
            done, told = row, self.time.now()

    def cut(self, name: str, stream: str, lines: Sequence[Line]) -> Iterator[Load]:
        for number, part in enumerate(parts(lines, self.limits)):
            yield Load(f"{name}/{number}", stream, part)


def parts(lines: Sequence[Line], limits: Limits) -> Iterator[list[Line]]:
    """Yield lines in their order, as many together as may be; one that is too long goes alone."""
    part: list[Line] = []
    size = 0
    for line in lines:
        own = len(line.data) + limits.extra
        if part and (len(part) >= limits.lines or size + own > limits.size):
            yield part
            part, size = [], 0
        part.append(line)
        size += own
    if part:
        yield part


def parted(lines: Sequence[Line], longest: int, words: str) -> tuple[list[Line], list[Refusal]]:
    """Return the lines that are short enough, and a refusal of each other one."""
    fit = [line for line in lines if len(line.data) <= longest]
    long = [line for line in lines if len(line.data) > longest]
    return fit, [Refusal([line], words.format(size=len(line.data))) for line in long]
