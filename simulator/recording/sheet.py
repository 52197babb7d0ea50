"""The records of a chunk as one sorted Arrow table, and its parts as row groups.

Rule: for the writer's thread; imports pyarrow. A part has the ids and addresses of its own rows.
"""

from collections.abc import Sequence
from itertools import chain
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simulator.recording.block import Block, Kind, Outcome, join
from simulator.recording.keeping import Sends, kept
from simulator.recording.roster import Roster
from simulator.recording.schema import RECORD_SCHEMA

_EVENTS = [kind.name.lower() for kind in Kind]
_RESULTS = ["", *(outcome.name.lower() for outcome in Outcome if outcome)]
_TIME = pa.timestamp("us", tz="UTC")


class Sheet:
    """The records of some blocks, sorted by mock and then by time."""

    def __init__(self, blocks: Sequence[Block], roster: Roster) -> None:
        """Sort them; at least one."""
        self._roster = roster
        rows, kind, sent = (join(blocks, name) for name in ("row", "kind", "sent"))
        unsent = kind != Kind.SEND
        sends = Sends(
            numbers=rows.astype(np.int64) + roster.first,
            sequences=join(blocks, "sequence"),
            is_send=~unsent,
            is_failed=join(blocks, "outcome") == Outcome.FAILED,
        )
        payloads, digests = kept(
            _all(blocks, "payloads"), sends, records=roster.records, seed=roster.seed
        )
        columns = {
            "event": _coded(kind, _EVENTS),
            "mock": pa.array(rows + np.int32(roster.first)),
            "id": _words(_all(blocks, "devices")),  # of devices behind mocks alone, as yet
            "sequence": pa.array(join(blocks, "sequence"), mask=unsent),
            "status": _coded(join(blocks, "status"), roster.statuses),
            "message": _words(_all(blocks, "messages")),
            "address": pa.array(_all(blocks, "addresses"), pa.string(), mask=unsent),
            "payload": payloads,
            "digest": digests,
            "size": pa.array(join(blocks, "size"), mask=unsent),
            "scheduled": _times(join(blocks, "scheduled")),
            "sent": _times(sent),
            "settled": _times(join(blocks, "settled")),
            "result": _coded(join(blocks, "outcome"), _RESULTS, none=0),
            "reason": _words(_all(blocks, "reasons")),
            "fault": _words(_faults(blocks)),
        }
        table = pa.table({name: columns[name] for name in RECORD_SCHEMA.names})
        order = np.lexsort((sent, rows))
        self._rows = rows[order]
        self._table = table.take(pa.array(order))

    def __len__(self) -> int:
        return len(self._rows)

    def part(self, start: int, count: int) -> pa.Table:
        """Return at most ``count`` rows from ``start`` on, as ``RECORD_SCHEMA`` has them."""
        columns = dict(
            zip(RECORD_SCHEMA.names, self._table.slice(start, count).columns, strict=True)
        )
        columns["id"] = self._ids(self._rows[start : start + count], columns["id"])
        columns["address"] = columns["address"].dictionary_encode()
        return pa.table(columns, schema=RECORD_SCHEMA)

    def _ids(self, rows: NDArray[np.int32], devices: pa.ChunkedArray) -> pa.Array:
        """Return whose record each is: a device behind the mock, or else the mock."""
        first, last = int(rows[0]), int(rows[-1])
        own = self._roster.identities[first : last + 1]
        if devices.null_count == len(rows):
            return _coded(rows - first, own)
        pairs = zip(devices.to_pylist(), (rows - first).tolist(), strict=True)
        return _words([device or own[place] for device, place in pairs])


def _all(blocks: Sequence[Block], name: str) -> list[Any]:
    return list(chain.from_iterable(getattr(block, name) for block in blocks))


def _faults(blocks: Sequence[Block]) -> list[str]:
    return list(chain.from_iterable(block.faults or [""] * len(block) for block in blocks))


def _words(values: Sequence[str]) -> pa.Array:
    """Return a dictionary column of ``values``, few different ones; null where one is empty."""
    places = {name: place for place, name in enumerate(dict.fromkeys(values))}
    codes = np.zeros(len(values), dtype=np.int32)
    if len(places) > 1:
        codes[:] = list(map(places.__getitem__, values))
    return _coded(codes, list(places), none=places.get(""))


def _coded(codes: NDArray[Any], names: Sequence[str], *, none: int | None = None) -> pa.Array:
    """Return a dictionary column of ``names`` by ``codes``; null where the code is ``none``."""
    mask = codes == none if none is not None else None
    indices = pa.array(codes.astype(np.int32), mask=mask)
    return pa.DictionaryArray.from_arrays(indices, pa.array(list(names), pa.string()))


def _times(microseconds: NDArray[np.int64]) -> pa.Array:
    return pa.array(microseconds).cast(_TIME)
