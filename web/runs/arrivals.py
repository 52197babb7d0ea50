"""What has arrived of what a run sent, as the target's way back tells it, in all and by part.

Rule: pure. There is nothing to tell of a target that does not say what arrives.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from simulator import Second, counted_delays

SUBSCRIPTION, COUNTER = "subscription", "counter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrivals:
    """Counts of messages. ``written`` went well where they left, with or without an answer."""

    name: str = ""  # of the part; empty: of all
    written: int
    arrived: int
    missing: int
    duplicates: int
    disordered: int
    unfollowed: int
    counted: int

    @property
    def awaited(self) -> int:
        """Written, and neither there nor given up yet."""
        return max(0, self.written - self.arrived - self.missing - self.unfollowed)

    @property
    def share(self) -> float | None:
        """How much of what was looked for has arrived, in percent; None: nothing has been yet."""
        looked_for = self.arrived + self.missing
        return 100 * self.arrived / looked_for if looked_for else None

    @property
    def uncounted(self) -> int:
        """Delivered less counted; below 0 where the receiver counted more than was sent."""
        return self.written - self.counted


@dataclass(frozen=True, slots=True)
class Delay:
    """How old the newest counted message was when the counter had risen, s: an estimate."""

    middle: float  # the median
    longest: float


@dataclass(frozen=True, slots=True)
class Report:
    """What a page tells: by which way it is known, the whole, and each part where several are."""

    way_back: str  # SUBSCRIPTION or COUNTER
    whole: Arrivals
    parts: list[Arrivals]
    delay: Delay | None = None  # of a counter, once its run is over


def report_of(
    way_back: str,
    totals: Mapping[int, Second],
    *,
    parts: Sequence[Mapping[str, Any]],
    part_of: Mapping[int, int],
) -> Report | None:
    """Return what has arrived of a run; None where its target has no way back.

    Args:
        way_back: As the run has it; empty in those that were kept before it was.
        totals: Of each shard that has told anything, by the row's id.
        parts: Of the run, each with its ``name``.
        part_of: The part of each shard, by the row's id.
    """
    whole = arrivals_of(totals.values())
    way_back = way_back or _known_by(whole)
    if not way_back:
        return None
    several = range(len(parts)) if way_back == SUBSCRIPTION and len(parts) > 1 else ()
    return Report(
        way_back,
        whole,
        [
            arrivals_of(
                (total for shard, total in totals.items() if part_of.get(shard) == part),
                name=str(parts[part]["name"]),
            )
            for part in several
        ],
    )


def delay_of(points: Sequence[Second], *, step: float) -> Delay | None:
    """Return the delay of a run with a counter; None where it never rose.

    Args:
        points: Of the whole run, in order.
        step: How long each is, s.
    """
    delays = counted_delays(points, step=step)
    return Delay(float(np.median(delays)), float(delays.max())) if len(delays) else None


def arrivals_of(totals: Iterable[Second], *, name: str = "") -> Arrivals:
    """Return the counts of some shards together."""
    total = Second.summed(totals)
    return Arrivals(
        name=name,
        written=total.delivered,
        arrived=total.arrived,
        missing=total.missing,
        duplicates=total.duplicates,
        disordered=total.disordered,
        unfollowed=total.unfollowed,
        counted=total.counted,
    )


def _known_by(whole: Arrivals) -> str:
    """Return by which way there is something to tell; empty: by none."""
    if whole.arrived or whole.missing or whole.unfollowed:
        return SUBSCRIPTION
    return COUNTER if whole.counted else ""
