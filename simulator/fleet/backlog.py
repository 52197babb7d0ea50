"""Messages that mocks could not send at their time, and will send later.

Rule: bounded for each mock by its buffer and for all of them by ``MAX_BYTES``; what does not fit is
handed back with the reason. The timers that empty it are the population's.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from itertools import groupby
from operator import itemgetter
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from simulator.definition.behaviour.buffer import Buffer
from simulator.definition.behaviour.status import Status
from simulator.definition.document import Definition
from simulator.fleet.checkpoint import objects
from simulator.fleet.due import COLUMNS, Batch
from simulator.randomness import FloatArray, IntArray

# Bytes of payloads and addresses that all mocks of a fleet keep: 1,000 mocks may each keep 64 kB.
# A tower of 10,000 mocks then stays below 1 GB when all of them are full.
MAX_BYTES = 64_000_000

ENDED = "the mock ended with the message in its buffer"
NO_ROOM = f"all buffers of this shard together hold {MAX_BYTES // 1_000_000} MB, no more is kept"

_NAMES = tuple(each.name for each in fields(Batch))
_COMMON = tuple(name for name in _NAMES if name not in COLUMNS)
_SCHEDULED, _ADDRESS, _PAYLOAD = (_NAMES.index(n) for n in ("scheduled", "addresses", "payloads"))
_ROW, _HELD = _NAMES.index("rows"), _NAMES.index("held")
_DTYPES = {
    "rows": np.int64,
    "scheduled": np.float64,
    "sequences": np.int64,
    "statuses": np.uint8,
    "held": np.float64,
}

Entry: TypeAlias = tuple[Any, ...]  # one mock's share of a batch: the batch's fields in order
Dropped: TypeAlias = tuple[Batch, str]


class Backlog:
    """What waits, by mock; ``buffers`` are those of each status, None where there is none."""

    def __init__(self, buffers: Sequence[Buffer | None], count: int) -> None:
        self._buffers = buffers
        self._waiting: dict[int, deque[Entry]] = {}
        self._bytes: dict[int, int] = {}  # by row, of those who wait
        self._total = 0
        # The status whose buffer a mock's messages went into last; its rules hold for all of them.
        self._code: NDArray[np.uint8] = np.zeros(count, dtype=np.uint8)
        self.is_used = any(buffer is not None for buffer in buffers)
        self._keeps = np.array([buffer is not None for buffer in buffers])
        self._keeps_lost = np.array([b is not None and b.connection_loss for b in buffers])
        self._lent: dict[int, Buffer] = {}  # by row, in place of its status's
        self._is_lent: NDArray[np.bool_] = np.zeros(count, dtype=bool)  # and still put into

    def __len__(self) -> int:
        return sum(map(len, self._waiting.values()))

    def lend(self, rows: Iterable[int], buffer: Buffer) -> None:
        """Let mocks keep what they cannot send for want of a connection by other rules."""
        self.is_used = True
        for row in rows:
            self._lent[row] = buffer
            self._is_lent[row] = True

    def take_back(self, rows: Iterable[int]) -> None:
        """Keep nothing more by rules that were lent; what waits goes by them."""
        for row in rows:
            self._is_lent[row] = False
            if row not in self._waiting:
                self._lent.pop(row, None)

    def waits(self, rows: IntArray) -> NDArray[np.bool_]:
        """Return who has messages that wait."""
        return np.fromiter((row in self._waiting for row in rows.tolist()), bool, len(rows))

    def to_keep(
        self,
        rows: IntArray,
        codes: NDArray[np.uint8],
        *,
        wanted: NDArray[np.bool_],
        is_up: NDArray[np.bool_],
    ) -> NDArray[np.bool_]:
        """Return whose messages are not to be sent now, but kept.

        ``codes`` are the statuses that they are sent in; ``wanted`` and ``is_up`` are of all mocks.
        """
        meant, up = wanted[rows], is_up[rows]
        kept: NDArray[np.bool_] = (~meant & self._keeps[codes]) | (
            meant & ~up & (self._keeps_lost[codes] | self._is_lent[rows])
        )
        for index in np.flatnonzero(~kept & up).tolist() if self._waiting else ():
            row = int(rows[index])
            kept[index] = row in self._waiting and self._rules(row).live == "after"
        return kept

    def keep(self, batch: Batch) -> list[Dropped]:
        """Keep the messages of a batch; return what had to go for it, or was not taken."""
        dropped: list[tuple[Entry, str]] = []
        for code, entry in zip(batch.statuses.tolist(), _entries(batch), strict=True):
            if self._buffers[code] is not None:
                self._code[entry[_ROW]] = code
            dropped += self._put(entry)
        return _told(dropped)

    def _put(self, entry: Entry) -> list[tuple[Entry, str]]:
        row, size = entry[_ROW], _size(entry)
        rules = self._rules(row)
        queue = self._waiting.get(row, ())
        room = rules.bytes or MAX_BYTES
        if size > room:
            return [(entry, f"the message has {size:,} bytes, the buffer {room:,}")]
        if self._total + size > MAX_BYTES:
            return [(entry, NO_ROOM)]
        dropped: list[tuple[Entry, str]] = []
        why = _full(rules, len(queue), self._bytes.get(row, 0) + size)
        if why and rules.drop == "newest":
            return [(entry, f"{why}, the newest message goes")]
        while why:
            dropped.append((self._take(row, oldest=True), f"{why}, the oldest message goes"))
            why = _full(rules, len(self._waiting.get(row, ())), self._bytes.get(row, 0) + size)
        self._waiting.setdefault(row, deque()).append(entry)
        self._bytes[row] = self._bytes.get(row, 0) + size
        self._total += size
        return dropped

    def release(self, rows: IntArray, times: FloatArray) -> list[Batch]:
        """Take out what each mock may send at its time: one message, or all without a rate."""
        entries: list[tuple[int, Entry]] = []
        for row, t in zip(rows.tolist(), times.tolist(), strict=True):
            rules = self._rules(row)
            many = len(self._waiting.get(row, ())) if rules.rate is None else 1
            for turn in range(many):
                entry = self._take(row, oldest=rules.first == "oldest")
                entries.append((turn, (*entry[:_HELD], max(0.0, t - entry[_SCHEDULED]))))
        entries.sort(key=itemgetter(0))
        return [b for _, each in groupby(entries, key=itemgetter(0)) for b in _batches(each)]

    def gaps(self, rows: IntArray) -> FloatArray:
        """Return how long each mock that still has messages waits before the next, in s."""
        rates = (self._rules(row).rate for row in rows.tolist())
        return np.fromiter((1.0 / r if r else 0.0 for r in rates), np.float64, len(rows))

    def clear(self, rows: Iterable[int]) -> list[Batch]:
        """Take out everything that some mocks keep, oldest first."""
        entries = []
        for row in rows:
            many = len(self._waiting.get(row, ()))
            entries += [(turn, self._take(row, oldest=True)) for turn in range(many)]
        entries.sort(key=itemgetter(0))
        return [b for _, each in groupby(entries, key=itemgetter(0)) for b in _batches(each)]

    def _rules(self, row: int) -> Buffer:
        rules: Buffer | None = self._lent.get(row) or self._buffers[self._code[row]]
        assert rules is not None  # a mock is in such a status before anything of it is kept
        return rules

    def _take(self, row: int, *, oldest: bool) -> Entry:
        queue = self._waiting[row]
        entry = queue.popleft() if oldest else queue.pop()
        self._bytes[row] -= _size(entry)
        self._total -= _size(entry)
        if not queue:
            del self._waiting[row], self._bytes[row]
            if self._lent and not self._is_lent[row]:
                self._lent.pop(row, None)
        return entry

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that waits as columns, a mock's in their order, and each mock's rules."""
        entries = [entry for queue in self._waiting.values() for entry in queue]
        columns = zip(*entries, strict=True) if entries else [()] * len(_NAMES)
        memory = {name: _array(name, values) for name, values in zip(_NAMES, columns, strict=True)}
        return {**memory, "code": self._code.copy(), **self._lent_state()}

    def _lent_state(self) -> dict[str, NDArray[Any]]:
        rules = [each.model_dump(mode="json") for each in self._lent.values()]
        return {
            "lent": self._is_lent.copy(),
            "lent.rows": np.array(list(self._lent), dtype=np.int64),
            "lent.rules": objects(rules),
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Take back what ``state`` of the same mocks gave."""
        self._waiting, self._bytes, self._total = {}, {}, 0
        self._code[:] = state["code"]
        self._is_lent[:] = state["lent"]
        rules = zip(state["lent.rows"].tolist(), state["lent.rules"].tolist(), strict=True)
        self._lent = {row: Buffer.model_validate(words) for row, words in rules}
        self.is_used = self.is_used or bool(self._lent)
        for entry in zip(*(state[name].tolist() for name in _NAMES), strict=True):
            row = entry[_ROW]
            self._waiting.setdefault(row, deque()).append(entry)
            self._bytes[row] = self._bytes.get(row, 0) + _size(entry)
            self._total += _size(entry)


def buffers_of(definition: Definition, statuses: Sequence[str]) -> list[Buffer | None]:
    """Return the buffer of each status; its own, or that of what is around it."""
    found = dict(_buffers(definition.statuses, definition.buffer))
    return [each if each is not None and each.size else None for each in map(found.get, statuses)]


def _buffers(
    statuses: Mapping[str, Status], outer: Buffer | None
) -> Iterator[tuple[str, Buffer | None]]:
    for name, status in statuses.items():
        own = outer if status.buffer is None else status.buffer
        yield name, own
        yield from _buffers(getattr(status, "statuses", {}), own)


def _full(rules: Buffer, messages: int, size: int) -> str:
    """Return why a buffer cannot take one message more; ``size`` is with it."""
    if messages >= rules.size:
        return f"the buffer of {rules.size:,} messages is full"
    if rules.bytes is not None and size > rules.bytes:
        return f"the buffer of {rules.bytes:,} bytes is full"
    return ""


def _size(entry: Entry) -> int:
    return len(entry[_PAYLOAD]) + len(entry[_ADDRESS])


def _entries(batch: Batch) -> Iterable[Entry]:
    columns = []
    for name in _NAMES:
        values = getattr(batch, name)
        if name in _COMMON or values is None:
            columns.append([values] * len(batch))
        else:
            columns.append(values.tolist() if isinstance(values, np.ndarray) else values)
    return zip(*columns, strict=True)


def _batches(entries: Iterable[tuple[Any, Entry]]) -> list[Batch]:
    """Return entries of mocks, none twice, as batches: one for each kind of message."""
    kinds: dict[Entry, list[Entry]] = {}
    for _, entry in entries:
        common = tuple(value for name, value in zip(_NAMES, entry, strict=True) if name in _COMMON)
        kinds.setdefault(common, []).append(entry)
    return [_batch(each) for each in kinds.values()]


def _batch(entries: list[Entry]) -> Batch:
    values: dict[str, Any] = {}
    for name, column in zip(_NAMES, zip(*entries, strict=True), strict=True):
        if name in _COMMON or column[0] is None:
            values[name] = column[0]
        else:
            values[name] = np.array(column, _DTYPES[name]) if name in _DTYPES else list(column)
    return Batch(**values)


def _told(dropped: list[tuple[Entry, str]]) -> list[Dropped]:
    """Return entries with the reason of each as batches of one."""
    return [(_batch([entry]), why) for entry, why in dropped]


def _array(name: str, values: Iterable[Any]) -> NDArray[Any]:
    if name in ("rows", "scheduled", "sequences", "statuses"):
        return np.array(list(values), dtype=_DTYPES[name])
    return objects(values)
