"""How much a lot will send, as far as its definitions say beforehand.

Rule: pure; what depends on chance or on the far side is left out rather than guessed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

import simulator


@dataclass(frozen=True, slots=True)
class Estimate:
    """While every mock is in its first status. ``rate`` is messages/s once all are switched on."""

    rate: float
    messages: int


def estimate(
    parts: Iterable[tuple[simulator.Definition, int, float | None]],
    *,
    duration: timedelta,
    ramp: timedelta,
) -> Estimate | None:
    """Return what all parts send together, or None where a definition does not tell.

    Args:
        parts: Definition, number of mocks, and messages/s of each mock instead of its own.
        duration: How long the lot runs.
        ramp: Time until the last mock is switched on; mocks are switched on evenly.
    """
    rate = 0.0
    for definition, count, override in parts:
        own = rate_of(definition, override)
        if own is None:
            return None
        rate += own * count
    active = duration - ramp / 2  # on average a mock misses half the ramp
    return Estimate(rate, round(rate * active.total_seconds()))


def rate_of(definition: simulator.Definition, override: float | None = None) -> float | None:
    """Return the messages/s of one mock in its first status; None when that depends on events.

    ``override`` stands in place of its own messages; those of devices behind it come on top.
    """
    own = definition.opening_rate if override is None else override
    if own is None or definition.children is None:
        return own
    of_child = rate_of(definition.children.definition)
    return None if of_child is None else own + definition.children.count * of_child
