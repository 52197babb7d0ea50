"""Sending to a Kinesis stream: records aggregated as its producer library does, shard by shard.

Rule: an aggregate holds records of one shard only, for a consumer drops those that belong into
another; each shard gets what it takes in a second, and what it refuses comes again, by record.
Source: PutRecords; limits of a provisioned stream as of 2026.
"""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import md5
from itertools import zip_longest
from typing import Any

from web.drains.documents import Line
from web.drains.models import Drain
from web.drains.senders.aggregation import Aggregate, aggregates
from web.drains.senders.aws import WORDS, client_of, told
from web.drains.senders.base import Failing, Limits, LineSender, Load, Refusal, Time, parted

NAME = "Kinesis"
MOST_RECORDS = 500  # of one PutRecords
MOST_BYTES = 5 * 1_048_576  # of one PutRecords, keys included
SHARD_BYTES = 1_000_000  # a second
SHARD_RECORDS = 1_000  # a second
LARGEST = 1_048_576 - 1_024  # bytes of a record, so that an aggregate of it alone fits
MAX_KEY = 256  # characters of a partition key
TRIES = 6  # of one record, with pauses; then the drain itself takes a longer one
FIRST_PAUSE = 0.2  # s; doubles each time
TOO_LONG = "A record of {size:,} bytes is larger than the 1 MiB that Kinesis takes."
MISSING = {"ResourceNotFoundException": "has no such stream in this region"}


@dataclass(frozen=True, slots=True)
class Shard:
    """A shard that is open, and the hashes of keys that are its own."""

    name: str
    first: int
    last: int


@dataclass(slots=True)
class Pace:
    """What each shard has been given, so that none gets more than it takes. Times are s."""

    free_at: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def delay(self, shard: str, now: float) -> float:
        """Return how long to wait before a shard is given more."""
        return max(0.0, self.free_at[shard] - now)

    def give(self, shard: str, size: int, now: float) -> None:
        """Note that a shard was given a record of so many bytes."""
        takes = max(size / SHARD_BYTES, 1 / SHARD_RECORDS)
        self.free_at[shard] = max(self.free_at[shard], now) + takes


@dataclass(frozen=True, slots=True)
class Entry:
    """One record of the stream on its way, and whose it is expected to be."""

    shard: Shard
    aggregate: Aggregate
    data: bytes

    def request(self) -> dict[str, Any]:
        """Return it as PutRecords takes it; the hash decides, whatever the key."""
        key = next(iter(self.aggregate.keys))
        return {"Data": self.data, "PartitionKey": key, "ExplicitHashKey": str(self.shard.first)}

    @property
    def size(self) -> int:
        return len(self.data) + MAX_KEY


class KinesisSender(LineSender):
    """One client, for one stream; it knows the stream's shards as they last were."""

    limits = Limits(lines=10_000, size=4_000_000)

    def __init__(self, drain: Drain, *, time: Time | None = None) -> None:
        super().__init__(drain, time=time)
        self.client = client_of("kinesis", drain.settings, drain.secrets)
        self.stream = drain.settings["stream"]
        self.pace = Pace()
        self._shards: list[Shard] = []

    def deliver(self, load: Load) -> list[Refusal]:
        left, refusals = parted(load.lines, LARGEST, TOO_LONG)
        code = ""
        for attempt in range(TRIES):
            if not left:
                return refusals
            if attempt:
                self.time.wait(FIRST_PAUSE * 2**attempt * (0.5 + 0.5 * random.random()))
            left, code = self._put(left)
        if left:
            known = WORDS.get(code, f"did not take all records: {code}")
            raise Failing(f"{NAME} {known}.")
        return refusals

    def shards(self) -> list[Shard]:
        """Return the open shards, by their hashes.

        Raises:
            Failing: The stream cannot be asked, or has none.
        """
        if not self._shards:
            with told(NAME, MISSING):
                pages = self.client.get_paginator("list_shards").paginate(StreamName=self.stream)
                found = [shard for page in pages for shard in page["Shards"]]
            self._shards = open_shards(found)
            if not self._shards:
                raise Failing(f"{NAME} has no open shard in this stream.")
        return self._shards

    def shard_count(self) -> int:
        return len(self.shards())

    def _put(self, lines: Sequence[Line]) -> tuple[list[Line], str]:
        """Send lines; return those that were not taken, and the last code that says why."""
        left: list[Line] = []
        code = ""
        for entries in requests(self._entries(lines)):
            answer = self._put_records(entries)
            for entry, result in zip(entries, answer["Records"], strict=True):
                if result.get("ShardId") == entry.shard.name and not result.get("ErrorCode"):
                    continue
                if not result.get("ErrorCode"):
                    self._shards = []  # it was split or merged
                code = result.get("ErrorCode") or "the stream's shards have changed"
                left += [lines[member] for member in entry.aggregate.members]
        return left, code

    def _entries(self, lines: Sequence[Line]) -> list[Entry]:
        """Return the lines as aggregates, those of the shards in turn."""
        by_shard: dict[Shard, list[tuple[int, str, bytes]]] = defaultdict(list)
        shards = self.shards()
        for member, line in enumerate(lines):
            key = line.sender[:MAX_KEY] or "-"
            by_shard[shard_of(key, shards)].append((member, key, line.data))
        columns = [
            [Entry(shard, each, each.finish()) for each in aggregates(records)]
            for shard, records in by_shard.items()
        ]
        return [entry for turn in zip_longest(*columns) for entry in turn if entry is not None]

    def _put_records(self, entries: Sequence[Entry]) -> Any:
        """Send a request as soon as its shards take it."""
        now = self.time.now()
        if delay := max(self.pace.delay(entry.shard.name, now) for entry in entries):
            self.time.wait(delay)
            now += delay
        for entry in entries:
            self.pace.give(entry.shard.name, entry.size, now)
        records = [entry.request() for entry in entries]
        with told(NAME, MISSING):
            return self.client.put_records(StreamName=self.stream, Records=records)


def open_shards(found: Sequence[dict[str, Any]]) -> list[Shard]:
    """Return those of a stream's shards that take records, as ListShards tells them."""
    shards = [
        Shard(
            each["ShardId"],
            int(each["HashKeyRange"]["StartingHashKey"]),
            int(each["HashKeyRange"]["EndingHashKey"]),
        )
        for each in found
        if "EndingSequenceNumber" not in each["SequenceNumberRange"]
    ]
    return sorted(shards, key=lambda shard: shard.first)


def shard_of(key: str, shards: Sequence[Shard]) -> Shard:
    """Return whose a partition key is: its MD5 as a number of 128 bits decides.

    Raises:
        Failing: It is nobody's; the stream is being changed.
    """
    hashed = int.from_bytes(md5(key.encode(), usedforsecurity=False).digest())
    for shard in shards:
        if shard.first <= hashed <= shard.last:
            return shard
    raise Failing(f"{NAME} is changing the shards of this stream.")


def requests(entries: Sequence[Entry]) -> Iterator[list[Entry]]:
    """Yield records that go in one PutRecords, in their order; of a shard what a second takes."""
    request = Request()
    for entry in entries:
        if not request.takes(entry):
            yield request.entries
            request = Request()
        request.add(entry)
    if request.entries:
        yield request.entries


@dataclass(slots=True)
class Request:
    """Records that go together."""

    entries: list[Entry] = field(default_factory=list)
    size: int = 0  # bytes
    by_shard: Counter[str] = field(default_factory=Counter)  # bytes

    def takes(self, entry: Entry) -> bool:
        """Whether there is room; the first always finds some."""
        if not self.entries:
            return True
        of_shard = self.by_shard[entry.shard.name] + entry.size
        is_small = len(self.entries) < MOST_RECORDS and self.size + entry.size <= MOST_BYTES
        return is_small and of_shard <= SHARD_BYTES

    def add(self, entry: Entry) -> None:
        self.entries.append(entry)
        self.size += entry.size
        self.by_shard[entry.shard.name] += entry.size
