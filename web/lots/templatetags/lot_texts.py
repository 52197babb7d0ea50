"""Figures and durations as the pages of lots, runs and reports write them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django import template

from web.lots.durations import duration_text

register = template.Library()
MS = 1_000  # in a second


@register.filter
def duration(value: timedelta) -> str:
    """Return ``1h 30min``."""
    return duration_text(value)


@register.filter
def clock(value: timedelta | None) -> str:
    """Return whole seconds as ``4:07`` or ``1:02:30``; an empty text for None."""
    if value is None:
        return ""
    minutes, seconds = divmod(max(0, int(value.total_seconds())), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


@register.filter(expects_localtime=True)
def moment(value: datetime) -> str:
    """Return the time of day in the user's zone, to the millisecond: ``17:00:00.250``."""
    return f"{value:%H:%M:%S}.{value.microsecond // 1_000:03}"


@register.filter
def spaced(value: int) -> str:
    """Return a whole number with commas: ``50,000``."""
    return f"{value:,}"


@register.filter
def figure(value: float | None) -> str:
    """Return a number in as many digits as say something: ``1,240``, ``12.5``, ``0.04``."""
    if value is None:
        return "–"
    if abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


@register.filter
def magnitude(value: int) -> str:
    """Return a whole number without its sign: ``1,240`` of -1240."""
    return spaced(abs(value))


@register.filter
def percent(value: float) -> str:
    """Return a share in percent, 0 to 100, that says 100 % and 0 % only of all and of none."""
    near = min(99.99, max(0.01, round(value, 2))) if 0 < value < 100 else value
    return f"{near:.4g} %"


@register.filter
def waiting(value: timedelta) -> str:
    """Return how long something waited, to a second: ``4min 12s``."""
    return duration_text(timedelta(seconds=round(value.total_seconds())))


@register.filter
def latency(seconds: float | None) -> str:
    """Return seconds as ``1.24 ms`` or ``2.3 s``; a dash for None."""
    if seconds is None:
        return "–"
    if seconds < 1:
        return f"{seconds * MS:.3g} ms"
    return f"{seconds:.3g} s"


@register.filter
def size(count: int) -> str:
    """Return bytes as ``12 kB``, ``3.4 MB``; units of a thousand."""
    value, units = float(count), ["B", "kB", "MB", "GB", "TB"]
    while value >= 1_000 and len(units) > 1:
        value, units = value / 1_000, units[1:]
    return f"{value:.3g} {units[0]}"


@register.filter
def entry(mapping: Mapping[Any, Any], key: Any) -> Any:
    """Return what ``mapping`` has for ``key``, or None."""
    return mapping.get(key)
