"""Values of arguments that several commands take: whole numbers, durations.

Rule: raises ``ArgumentTypeError``, which argparse tells with the argument's name.
"""

from argparse import ArgumentTypeError
from collections.abc import Callable

from simulator.definition.quantities.units import read_some_seconds
from simulator.errors import DefinitionError
from simulator.lot import MAX_DURATION, MAX_RATE
from simulator.lot.thresholds import Threshold


def whole(low: int, high: int) -> Callable[[str], int]:
    """Return what reads a whole number from ``low`` to ``high``."""

    def read(text: str) -> int:
        value = int(text) if text.strip().isdecimal() and len(text) < 20 else None
        if value is None or not low <= value <= high:
            raise ArgumentTypeError(f"must be a whole number from {low:,} to {high:,}, got {text}")
        return value

    return read


def duration(text: str) -> float:
    """Read ``90``, ``90s`` or ``5min`` as seconds, above 0 and at most a lot's longest."""
    try:
        seconds = read_some_seconds(text)
    except DefinitionError as error:
        raise ArgumentTypeError(str(error)) from None
    if seconds > MAX_DURATION:
        raise ArgumentTypeError(f"must be at most {MAX_DURATION:,.0f} s (7d), got {text}")
    return seconds


def rate(text: str) -> float:
    """Read messages per second of one mock."""
    try:
        value = float(text)
    except ValueError:
        value = 0.0
    if not 0 < value <= MAX_RATE:
        raise ArgumentTypeError(f"must be above 0 to {MAX_RATE:g} messages/s, got {text}")
    return value


def threshold(text: str) -> Threshold:
    """Read a limit of a run, such as ``latency p99 < 200ms``."""
    try:
        return Threshold.read(text)
    except DefinitionError as error:
        raise ArgumentTypeError(str(error)) from None
