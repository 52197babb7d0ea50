"""The records of a chunk as sorted columns, and parts of them as row groups.

Rule: for the writer's thread. A part has the ids and addresses of its own rows.
"""

from collections.abc import Sequence
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from simulator.recording.block import Block, Kind, Outcome, join
from simulator.recording.keeping import Sends, kept
from simulator.recording.parquet import Numbers, Part, Words
from simulator.recording.roster import Roster

_EVENTS = [kind.name.lower() for kind in Kind]
_RESULTS = ["", *(outcome.name.lower() for outcome in Outcome if outcome)]
_NUMBERS = (
    "kind", "row", "sequence", "status", "outcome", "scheduled", "sent", "settled", "size",
)  # fmt: skip
_OBJECTS = ("addresses", "payloads")
_FEW = ("messages", "reasons", "devices", "faults")  # few different ones: kept as codes


class Sheet:
    """The records of some blocks, sorted by mock and then by time."""

    def __init__(self, blocks: Sequence[Block], roster: Roster) -> None:
        """Sort them; at least one."""
        self._roster = roster
        order = np.lexsort((join(blocks, "sent"), join(blocks, "row")))
        self._columns = {name: join(blocks, name)[order] for name in _NUMBERS}
        self._columns |= {name: _objects(blocks, name)[order] for name in _OBJECTS}
        self._names: dict[str, list[str]] = {}
        for name in _FEW:
            codes, self._names[name] = _coded_texts(blocks, name)
            self._columns[name] = codes[order] if len(self._names[name]) > 1 else codes

    def __len__(self) -> int:
        return len(self._columns["row"])

    def part(self, start: int, count: int) -> dict[str, Part]:
        """Return at most ``count`` rows from ``start`` on, by the names of ``COLUMNS``."""
        column = {name: values[start : start + count] for name, values in self._columns.items()}
        rows = column["row"]
        is_send = column["kind"] == Kind.SEND
        every = np.ones(len(rows), dtype=bool)
        numbers = rows + np.int32(self._roster.first)
        failed = column["outcome"] == Outcome.FAILED
        sends = Sends(numbers.astype(np.int64), column["sequence"], is_send, failed)
        roster = self._roster
        payload, digest = kept(
            column["payloads"].tolist(), sends, records=roster.records, seed=roster.seed
        )
        return {
            "event": Words(column["kind"], _EVENTS, every),
            "mock": Numbers(numbers, every),
            "id": self._ids(rows, column["devices"]),
            "sequence": Numbers(column["sequence"], is_send | (column["kind"] >= Kind.MOVED)),
            "status": Words(column["status"], roster.statuses, every),
            "message": self._few("messages", column["messages"]),
            "address": _words(column["addresses"].tolist()),
            "payload": payload,
            "scheduled": Numbers(column["scheduled"], every),
            "sent": Numbers(column["sent"], every),
            "settled": Numbers(column["settled"], every),
            "result": Words(column["outcome"], _RESULTS, column["outcome"] != Outcome.NONE),
            "reason": self._few("reasons", column["reasons"]),
            "fault": self._few("faults", column["faults"]),
            "size": Numbers(column["size"], is_send),
            "digest": digest,
        }

    def _few(self, name: str, codes: NDArray[np.int32]) -> Words:
        names = self._names[name]
        empty = names.index("") if "" in names else -1
        return Words(codes, names, codes != empty)

    def _ids(self, rows: NDArray[np.int32], devices: NDArray[np.int32]) -> Words:
        """Return whose record each is: a device behind the mock, or else the mock."""
        first, last = int(rows[0]), int(rows[-1])
        own, names = self._roster.identities[first : last + 1], self._names["devices"]
        if names == [""]:
            return Words(rows - first, own, np.ones(len(rows), dtype=bool))
        pairs = zip(devices.tolist(), (rows - first).tolist(), strict=True)
        return _words([names[code] or own[place] for code, place in pairs])


def _objects(blocks: Sequence[Block], name: str) -> NDArray[np.object_]:
    values = np.empty(sum(map(len, blocks)), dtype=object)
    values[:] = list(chain.from_iterable(getattr(block, name) for block in blocks))
    return values


def _coded_texts(blocks: Sequence[Block], name: str) -> tuple[NDArray[np.int32], list[str]]:
    """Return a column of all blocks as codes, and the texts by code; where a block has no entries,
    they are empty texts."""
    if not any(getattr(each, name) for each in blocks):
        return np.zeros(sum(map(len, blocks)), dtype=np.int32), [""]
    texts = (getattr(each, name) or [""] * len(each) for each in blocks)
    return _coded(list(chain.from_iterable(texts)))


def _coded(values: Sequence[str]) -> tuple[NDArray[np.int32], list[str]]:
    """Return texts as codes, and the texts by code."""
    places = {name: place for place, name in enumerate(dict.fromkeys(values))}
    codes = np.zeros(len(values), dtype=np.int32)
    if len(places) > 1:
        codes[:] = list(map(places.__getitem__, values))
    return codes, list(places)


def _words(values: Sequence[str]) -> Words:
    """Return a column of texts, with a gap where one is empty."""
    codes, names = _coded(values)
    empty = names.index("") if "" in names else -1
    return Words(codes, names, codes != empty)
