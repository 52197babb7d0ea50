"""Live tail: copies of records that somebody watches, as they are settled.

Rule: costs nothing while nobody watches; while somebody does, what is told of a second is bounded,
and what was left out is counted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.recording.block import Block, Kind, Outcome
from simulator.recording.keeping import Sends, kept
from simulator.recording.parquet import Blobs
from simulator.recording.roster import Roster

TAIL_MOST = 50  # records of a shard between two looks, a second apart; nobody reads more
TAIL_BYTES = 1_000  # of a payload; the log has all of it
NUMBERS = (
    "kind", "row", "sequence", "status", "outcome", "scheduled", "sent", "settled", "size",
)  # fmt: skip
TEXTS = ("messages", "addresses", "reasons", "devices")


@dataclass(frozen=True, slots=True)
class Watch:
    """Whose records are wanted: of these mocks (numbers in the run), or with these reasons."""

    mocks: frozenset[int] = frozenset()
    reasons: frozenset[str] = frozenset()


class Tail:
    """What was seen of one shard since somebody looked."""

    def __init__(self, watch: Watch, roster: Roster) -> None:
        self._rows = np.array(sorted(watch.mocks), dtype=np.int64) - roster.first
        self._reasons = watch.reasons
        self._roster = roster
        self._seen: list[dict[str, Any]] = []
        self._left_out = 0

    def take(self, block: Block) -> None:
        """Copy what is wanted of a block, as far as there is room."""
        places = self._wanted(block)
        room = TAIL_MOST - len(self._seen)
        self._left_out += max(0, len(places) - room)
        if room > 0 and len(places):
            self._seen += copies(block, places[:room], self._roster)

    def told(self) -> tuple[list[dict[str, Any]], int]:
        """Return what was seen since the last call, and how many records were left out."""
        seen, left_out = self._seen, self._left_out
        self._seen, self._left_out = [], 0
        return seen, left_out

    def _wanted(self, block: Block) -> NDArray[np.intp]:
        wanted = np.isin(block.row, self._rows)
        if self._reasons:
            wanted |= np.fromiter(
                map(self._reasons.__contains__, block.reasons), np.bool_, len(block)
            )
        return np.flatnonzero(wanted)


def copies(block: Block, places: NDArray[np.intp], roster: Roster) -> list[dict[str, Any]]:
    """Return some records of a block as plain data, by the names of the log's columns.

    Times are µs since 1970, ``payload`` at most ``TAIL_BYTES``, of what the lot keeps of it.
    """
    numbers = {name: getattr(block, name)[places].tolist() for name in NUMBERS}
    texts = {name: _texts(getattr(block, name), places) for name in TEXTS}
    faults = _texts(block.faults, places)
    columns = numbers | texts | {"fault": faults, "payload": _payloads(block, places, roster)}
    rows = zip(*columns.values(), strict=True)
    return [_copy(dict(zip(columns, row, strict=True)), roster) for row in rows]


def _texts(values: Sequence[str], places: NDArray[np.intp]) -> list[str]:
    """Return those of a column; one without entries is empty texts."""
    return [values[at] for at in places.tolist()] if values else [""] * len(places)


def _copy(record: dict[str, Any], roster: Roster) -> dict[str, Any]:
    """Return a record of a block by the names and in the words of the log."""
    row, outcome = record.pop("row"), Outcome(record.pop("outcome"))
    kind = Kind(record.pop("kind"))
    is_send = kind is Kind.SEND
    return {
        "event": kind.name.lower(),
        "mock": roster.first + row,
        "id": record.pop("devices") or roster.identities[row],
        "sequence": record.pop("sequence") if is_send else None,
        "status": roster.statuses[record.pop("status")],
        "message": record.pop("messages"),
        "address": record.pop("addresses"),
        "result": outcome.name.lower() if outcome else "",
        "reason": record.pop("reasons"),
        "size": record.pop("size") if is_send else None,
        **{name: record[name] for name in ("scheduled", "sent", "settled", "payload", "fault")},
    }


def _payloads(block: Block, places: NDArray[np.intp], roster: Roster) -> Sequence[bytes | None]:
    """Return what is shown of payloads: no more than the log will have of them."""
    sends = Sends(
        numbers=block.row[places].astype(np.int64) + roster.first,
        sequences=block.sequence[places],
        is_send=block.kind[places] == Kind.SEND,
        is_failed=block.outcome[places] == Outcome.FAILED,
    )
    whole = [block.payloads[place] for place in places.tolist()]
    shown: Blobs = kept(whole, sends, records=roster.records, seed=roster.seed)[0]
    pairs = zip(shown.values, shown.valid.tolist(), strict=True)
    return [value[:TAIL_BYTES] if is_there else None for value, is_there in pairs]
