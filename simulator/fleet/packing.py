"""Batches as columns of a checkpoint: what waits outside of a fleet goes on elsewhere too.

Rule: the messages of all batches lie one after the other; what is common to a batch lies once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.fleet.checkpoint import objects
from simulator.fleet.due import COLUMNS, Batch

_DTYPES: dict[str, Any] = {
    "rows": np.int64,
    "scheduled": np.float64,
    "sequences": np.int64,
    "statuses": np.uint8,
}
_COMMON = tuple(each.name for each in fields(Batch) if each.name not in COLUMNS)


def columns_of(batches: Sequence[Batch]) -> dict[str, NDArray[Any]]:
    """Return batches as arrays of numbers and objects, which ``batches_of`` takes back."""
    columns: dict[str, NDArray[Any]] = {
        "lengths": np.array([len(batch) for batch in batches], dtype=np.int64),
        "common": objects([[getattr(batch, name) for name in _COMMON] for batch in batches]),
    }
    for name in COLUMNS:
        if name in _DTYPES:
            parts = [getattr(batch, name) for batch in batches]
            whole = np.concatenate([np.empty(0, dtype=_DTYPES[name]), *parts])
            columns[name] = whole.astype(_DTYPES[name])
        else:
            columns[name] = objects([_listed(getattr(batch, name)) for batch in batches])
    return columns


def batches_of(columns: Mapping[str, NDArray[Any]]) -> list[Batch]:
    """Return the batches of which ``columns_of`` made columns.

    Raises:
        KeyError: A column is missing.
        ValueError: They are not of one length.
    """
    ends = np.cumsum(columns["lengths"]).tolist()
    if any(len(columns[name]) != (ends or [0])[-1] for name in _DTYPES):
        raise ValueError("checkpoint has columns of messages of different lengths")
    return [
        _batch(columns, place, slice(end - length, end))
        for place, (end, length) in enumerate(zip(ends, columns["lengths"].tolist(), strict=True))
    ]


def _batch(columns: Mapping[str, NDArray[Any]], place: int, own: slice) -> Batch:
    values = dict(zip(_COMMON, columns["common"][place], strict=True))
    for name in COLUMNS:
        values[name] = columns[name][own].copy() if name in _DTYPES else columns[name][place]
    if values["held"] is not None:
        values["held"] = np.array(values["held"], dtype=np.float64)
    return Batch(**values)


def _listed(values: Any) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) else values
