"""Which records of a chunk a drain takes.

Rule: pure; the same records are always taken, so that a chunk which goes out twice is the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

SEND = "send"
EVENTS = {
    "send": "sends",
    "connect": "connections made",
    "lost": "connections lost",
    "status": "changes of status",
    "moved": "moves to another tower",
    "gap": "gaps in the log",
}
RESULTS = {"acknowledged": "acknowledged", "sent": "sent", "failed": "failed"}
# SplitMix64's finalizer (Steele, Lea and Flood 2014), as simulator/randomness.py uses it.
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
FIRST, SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
WHOLE = 2.0**64


@dataclass(frozen=True, slots=True)
class Filter:
    """Kinds of event, results of sends (empty: all), and a share of what did not fail."""

    events: Sequence[str] = ()
    results: Sequence[str] = ()
    share: float = 1.0  # above 0, up to 1

    def taken(self, table: pa.Table) -> pa.Table:
        """Return the records of ``table`` that are taken, in their order."""
        keep = np.ones(table.num_rows, bool)
        events, results = texts(table, "event"), texts(table, "result")
        if self.events:
            keep &= np.isin(events, self.events)
        if self.results:
            keep &= (events != SEND) | np.isin(results, self.results)
        if self.share < 1:
            keep &= (results == "failed") | (drawn(table) < self.share)
        return table if keep.all() else table.filter(pa.array(keep))


def texts(table: pa.Table, name: str) -> Any:
    """Return a column of texts as numpy has them; null is an empty text."""
    column = pc.fill_null(table[name].cast(pa.string()), "")
    return np.asarray(column.to_pylist(), dtype=object)


def drawn(table: pa.Table) -> Any:
    """Return a number from 0 to below 1 for each record: a function of who sent it, and when."""
    mock = table["mock"].cast(pa.int64()).to_numpy().astype(np.uint64)
    sent = table["sent"].cast(pa.int64()).to_numpy().astype(np.uint64)
    sequence = pc.fill_null(table["sequence"], 0).to_numpy().astype(np.uint64)
    with np.errstate(over="ignore"):
        return mixed(mixed(mixed(mock) ^ sequence) ^ sent) / WHOLE


def mixed(numbers: Any) -> Any:
    """Return numbers whose bits have all been stirred; SplitMix64's finalizer."""
    stirred = numbers + GOLDEN
    stirred = (stirred ^ (stirred >> np.uint64(30))) * FIRST
    stirred = (stirred ^ (stirred >> np.uint64(27))) * SECOND
    return stirred ^ (stirred >> np.uint64(31))
