"""Local time: what the clocks of a zone show at a moment, for whole columns.

Rule: a zone is asked once for each quarter of an hour that occurs, and the answer is kept; since
1970 no zone has changed its clocks at another moment than a quarter of an hour of UTC.
"""

from datetime import UTC, datetime
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

import numpy as np
from numpy.typing import NDArray

from simulator.definition.model import nearest
from simulator.randomness import FloatArray

_QUARTER = 900.0  # s
_KNOWN = 100_000  # zones times quarters of an hour that are remembered; about 10 MB

# Unix s that a calendar can say: from the year 1 to the year 9999, a day less at each end.
EARLIEST, LATEST = -62_135_510_400.0, 253_402_214_400.0


@cache
def zone_names() -> frozenset[str]:
    """Return the names of every zone that this machine knows."""
    return frozenset(available_timezones())


def zone_refusal(name: str) -> str:
    """Return why a text is no zone; empty when it is one."""
    if _zone(name) is not None:
        return ""
    return f"unknown time zone {name!r}, {nearest(name, sorted(zone_names()))}"


def local_seconds(moments: FloatArray, zone: str) -> FloatArray:
    """Return Unix seconds moved by the zone's offset, so that midnight there is a whole day.

    NaN where the moment is none, lies outside of the calendar, or the zone is unknown.
    """
    sound = (moments >= EARLIEST) & (moments <= LATEST)
    if zone == "UTC":
        return np.where(sound, moments, np.nan)
    if _zone(zone) is None:
        return np.full(moments.shape, np.nan)
    if moments.shape == (1,) and sound[0]:
        return moments + _offset(zone, int(moments[0] // _QUARTER))
    quarters = np.floor(np.where(sound, moments, 0.0) / _QUARTER)
    different, places = np.unique(quarters, return_inverse=True)
    offsets = np.array([_offset(zone, int(each)) for each in different.tolist()], dtype=np.float64)
    return np.where(sound, moments + offsets[places.reshape(quarters.shape)], np.nan)


def zoned_seconds(moments: FloatArray, zones: NDArray[Any]) -> FloatArray:
    """Return ``local_seconds`` where each row, or all of them, has a zone of its own."""
    if zones.ndim == 0:
        return local_seconds(moments, str(zones))
    moments = np.array(np.broadcast_to(moments, zones.shape))
    local = np.full(zones.shape, np.nan)
    for zone in {str(each) for each in zones.tolist()}:
        chosen = zones == zone
        local[chosen] = local_seconds(moments[chosen], zone)
    return local


@lru_cache(maxsize=1000)
def _zone(name: str) -> ZoneInfo | None:
    if name not in zone_names():
        return None
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


@lru_cache(maxsize=_KNOWN)
def _offset(zone: str, quarter: int) -> float:
    there = _zone(zone)
    offset = datetime.fromtimestamp(quarter * _QUARTER, UTC).astimezone(there).utcoffset()
    return 0.0 if offset is None else offset.total_seconds()
