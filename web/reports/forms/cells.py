"""Columns of records as texts that any program reads: times, payloads, and words.

Rule: pure, whole columns at once, through numpy where pyarrow goes value by value.
"""

import base64
import re
from functools import cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

MILLION = 1_000_000
MOST_SECONDS = 200_000  # between the first and the last of a column that a table is made for
NOT_TEXT = "base64:"
CONTROL = (
    r"[\x00-\x08\x0b\x0c\x0e-\x1f]"  # in no text; frames have them, and may be UTF-8 by chance
)
CONTROLS = np.array([code < 32 and code not in (9, 10, 13) for code in range(256)])


def texts(column: pa.Array) -> pa.Array:
    """Return a column of words as plain texts."""
    return column if pa.types.is_string(column.type) else column.cast(pa.string())


def times(column: pa.Array) -> pa.Array:
    """Return moments as ISO 8601 in UTC with microseconds, ``2026-11-22T20:15:00.000250Z``.

    All are equally long, so they are put together as a table of letters: 15 times as fast as
    ``strftime``. ``tests/benchmarks/csv.py`` measures it.
    """
    count = len(column)
    if not count:
        return pa.array([], pa.string())
    there = column.is_valid().to_numpy(zero_copy_only=False)
    moments = column.cast(pa.int64()).fill_null(0).to_numpy()
    if not there.all():
        moments = np.where(there, moments, moments[there][0] if there.any() else 0)
    seconds, micros = np.divmod(moments, MILLION)
    letters = np.empty((count, 27), dtype=np.uint8)
    letters[:, :19] = _second_letters(seconds)
    letters[:, 19] = ord(".")
    letters[:, 20:23] = _three_digits()[micros // 1_000]
    letters[:, 23:26] = _three_digits()[micros % 1_000]
    letters[:, 26] = ord("Z")
    ends = np.arange(count + 1, dtype=np.int32) * 27
    gaps = None if there.all() else pa.py_buffer(np.packbits(there, bitorder="little"))
    buffers = [gaps, pa.py_buffer(ends), pa.py_buffer(letters)]
    return pa.Array.from_buffers(pa.string(), count, buffers)


def _second_letters(seconds: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return ``2026-11-22T20:15:00`` of Unix seconds, 19 letters each."""
    least, most = int(seconds.min()), int(seconds.max())
    if most - least <= MOST_SECONDS:
        return _spelt(np.arange(least, most + 1))[seconds - least]
    different, places = np.unique(seconds, return_inverse=True)
    return _spelt(different)[places]


def _spelt(seconds: NDArray[np.int64]) -> NDArray[np.uint8]:
    words = np.datetime_as_string(seconds.astype("datetime64[s]")).astype("S19")
    return words.view(np.uint8).reshape(len(seconds), 19)


@cache
def _three_digits() -> NDArray[np.uint8]:
    """Return the digits of 0 to 999, three letters each."""
    numbers = np.arange(1_000)
    digits = np.stack([numbers // 100, numbers // 10 % 10, numbers % 10], axis=1)
    return (digits + ord("0")).astype(np.uint8)


def payload_texts(payloads: pa.Array) -> pa.Array:
    """Return payloads as text; what is not UTF-8, or no text, as base64 after ``base64:``."""
    try:
        found = payloads.cast(pa.string())
    except pa.ArrowInvalid:
        return pa.array([_text(payload) for payload in payloads.to_pylist()], pa.string())
    _, data = letters_of(found)
    if not len(data) or data.min() >= ord(" ") or not CONTROLS[data].any():
        return found
    return pa.array([_text(payload) for payload in payloads.to_pylist()], pa.string())


def letters_of(column: pa.Array) -> tuple[NDArray[np.int32], NDArray[np.uint8]]:
    """Return where each text of a column begins in its bytes, one more at the end, and the bytes.

    What is null may have bytes, whatever they are.
    """
    _, ends, data = column.buffers()
    places = np.frombuffer(ends, dtype=np.int32)[column.offset : column.offset + len(column) + 1]
    if data is None:
        return places, np.empty(0, dtype=np.uint8)
    whole = np.frombuffer(data, dtype=np.uint8)
    return places - places[0], whole[places[0] : places[-1]]


def _text(payload: bytes | None) -> str | None:
    if payload is None:
        return None
    try:
        text = payload.decode()
    except UnicodeDecodeError:
        return NOT_TEXT + base64.b64encode(payload).decode()
    return NOT_TEXT + base64.b64encode(payload).decode() if re.search(CONTROL, text) else text


def acknowledged(records: pa.RecordBatch) -> pa.Array:
    """Return when each was acknowledged; null where it was not."""
    was = pc.equal(texts(records["result"]), "acknowledged")
    return pc.if_else(pc.fill_null(was, False), records["settled"], None)


def latency(records: pa.RecordBatch) -> pa.Array:
    """Return ms from the send to its acknowledgement; null where there was none."""
    taken = pc.subtract(acknowledged(records), records["sent"]).cast(pa.int64())
    return pc.divide(taken.cast(pa.float64()), 1_000.0)
