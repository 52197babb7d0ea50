"""Moments as text: columns of Unix seconds to ISO 8601, whole numbers, or a format of strftime.

Rule: UTC, and the same text on every machine.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from simulator.randomness import FloatArray

MAX_SECONDS = 5_000  # seconds whose text is remembered; a late tower's batch spans fewer

# Unix s of the years 1 to 9999, as far as Python's calendar goes, a day less for rounding.
_EARLIEST, _LATEST = -62_135_510_400.0, 253_402_214_400.0
_UNIX = datetime(1970, 1, 1, tzinfo=UTC)

# Units of a second in a whole number.
WHOLE = {"epoch": 1, "ms": 1_000, "us": 1_000_000}

_MILLISECONDS: NDArray[np.object_] = np.array([f".{ms:03d}Z" for ms in range(1000)], dtype=object)


class _Seconds(dict[int, str]):
    """Unix second -> ``2026-11-22T20:05:54``, each made once."""

    def __missing__(self, second: int) -> str:
        if len(self) >= MAX_SECONDS:
            self.clear()
        text = self[second] = (_UNIX + timedelta(seconds=second)).isoformat()[:19]  # no zone
        return text


_SECONDS = _Seconds()


def is_sound(times: FloatArray) -> bool:
    """Return whether every entry is a moment of the calendar (years 1 to 9999)."""
    if times.shape == (1,):
        return bool(_EARLIEST < times[0] < _LATEST)
    return bool(((times > _EARLIEST) & (times < _LATEST)).all())


def iso(times: FloatArray) -> tuple[list[str], list[str]]:
    """Return ``2026-11-22T20:05:54`` and ``.123Z`` for sound times, rounded to milliseconds."""
    if len(times) == 1:
        second, millisecond = divmod(round(float(times[0]) * 1000.0), 1000)
        return [_SECONDS[second]], [_MILLISECONDS[millisecond]]
    seconds, milliseconds = np.divmod(np.rint(times * 1000.0).astype(np.int64), 1000)
    first = int(seconds[0])
    if (seconds == first).all():
        return [_SECONDS[first]] * len(times), _MILLISECONDS[milliseconds].tolist()
    return [_SECONDS[s] for s in seconds.tolist()], _MILLISECONDS[milliseconds].tolist()


def whole(times: FloatArray, word: str) -> NDArray[np.int64]:
    """Return sound times in ``epoch`` (s), ``ms`` or ``us``; seconds are those that are over."""
    if word == "epoch":
        return np.floor(times).astype(np.int64)
    return np.rint(times * WHOLE[word]).astype(np.int64)


def writer(spec: str) -> Callable[[float], str]:
    """Return how one sound time is written: ``iso``, ``epoch``, ``ms``, ``us`` or strftime's."""
    if spec == "iso":
        return lambda time: "".join(text[0] for text in iso(np.array([time])))
    if spec in WHOLE:
        return lambda time: str(whole(np.array([time]), spec)[0])
    return lambda time: (_UNIX + timedelta(microseconds=round(time * 1e6))).strftime(spec)
