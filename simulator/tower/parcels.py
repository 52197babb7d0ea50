"""From a batch of a fleet to the parcels of an exchange.

Rule: called for every message, so what most of them do not have costs nothing.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import repeat
from typing import Any

from simulator.fleet import Batch
from simulator.transports import Parcel

# What a batch may have, and what it is of a parcel.
_EXTRAS = {
    "headers": "headers",
    "properties": "properties",
    "response_topics": "response_topic",
    "correlations": "correlation",
    "devices": "device",
    "held": "held",
}


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


def _with(parcel: Parcel, columns: Sequence[tuple[str, Iterator[Any]]]) -> Parcel:
    """Return a parcel with the next entry of each column of extras."""
    for name, values in columns:
        setattr(parcel, name, next(values))
    return parcel
