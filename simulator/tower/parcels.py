"""From a batch of a fleet to the parcels of an exchange.

Rule: called for every message, so what most of them do not have costs nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from typing import Any

import numpy as np

from simulator.fleet import Batch
from simulator.transports import Parcel

# What a batch may have, and what it is of a parcel.
_EXTRAS = {
    "headers": "headers",
    "properties": "properties",
    "response_topics": "response_topic",
    "correlations": "correlation",
    "devices": "device",
    "faults": "fault",
    "held": "held",
}

_NO_ROWS = np.empty(0, dtype=np.int64)


def parcels(batch: Batch) -> Iterable[Parcel]:
    """Return the messages of a batch, one after the other."""
    plain = map(
        Parcel,
        batch.rows.tolist(),
        batch.addresses,
        batch.payloads,
        repeat(batch.qos),
        repeat(batch.retain),
        repeat(batch.method or ""),
        batch.sequences.tolist(),
        batch.statuses.tolist(),
        repeat(batch.message),
        batch.scheduled.tolist(),
    )
    extras = [(name, getattr(batch, column)) for column, name in _EXTRAS.items()]
    columns = [(name, iter(values)) for name, values in extras if values is not None]
    return (_with(parcel, columns) for parcel in plain) if columns else plain


def by_mock(batches: Sequence[Batch]) -> Iterable[tuple[int, Sequence[Parcel]]]:
    """Return rows, each once, and the parcels of each, in the order of ``batches``.

    Who has a message first goes first, for the earliest has waited longest.
    """
    made = list(chain.from_iterable(map(parcels, batches)))
    rows = np.concatenate([batch.rows for batch in batches]) if batches else _NO_ROWS
    order = np.argsort(rows, kind="stable")
    ordered = rows[order]
    starts = np.flatnonzero(np.diff(ordered, prepend=-1))
    if len(starts) == len(made):
        return zip(rows.tolist(), zip(made, strict=True), strict=True)  # one each, as it is
    of_each = [made[place] for place in order.tolist()]
    turn = np.argsort(order[starts])
    ends = np.append(starts[1:], len(made))[turn]
    starts = starts[turn]
    spans = map(slice, starts.tolist(), ends.tolist())
    return zip(ordered[starts].tolist(), map(of_each.__getitem__, spans), strict=True)


def _with(parcel: Parcel, columns: Sequence[tuple[str, Iterator[Any]]]) -> Parcel:
    """Return a parcel with the next entry of each column of extras."""
    for name, values in columns:
        setattr(parcel, name, next(values))
    return parcel
