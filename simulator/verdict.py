"""Whether a run kept its thresholds, with what was measured for each.

Rule: told sums; what was not measured keeps no limit, and is never taken for zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from simulator.lot.thresholds import DURATION, FIGURES, Threshold
from simulator.recording import Histogram, Second


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What a run is judged by."""

    total: Second  # all seconds of all shards
    mocks: int
    seconds: float  # of sending


@dataclass(frozen=True, slots=True)
class Ruling:
    """One threshold, and what was measured in its unit: s, a count, a share, messages/s."""

    threshold: Threshold
    measured: float | None  # None: nothing was
    holds: bool

    def __str__(self) -> str:
        sign = "kept" if self.holds else "missed"
        return f"{sign:<6}  {self.threshold}: {self.words}"

    @property
    def words(self) -> str:
        """What was measured, with its unit."""
        if self.measured is None:
            return "nothing was measured"
        if FIGURES[self.threshold.figure] == DURATION:
            return f"{self.measured * 1e3:,.1f} ms"
        if self.threshold.is_share:
            return f"{self.measured * 100:.3g}%"
        return f"{self.measured:,.6g}"


def verdict(thresholds: Sequence[Threshold], figures: Figures) -> list[Ruling]:
    """Return how each threshold fared, in their order."""
    return [_ruling(each, figures) for each in thresholds]


def _ruling(threshold: Threshold, figures: Figures) -> Ruling:
    measured = _measured(threshold, figures)
    return Ruling(threshold, measured, measured is not None and threshold.holds(measured))


def _measured(threshold: Threshold, figures: Figures) -> float | None:
    total = figures.total
    if FIGURES[threshold.figure] == DURATION:
        return _percentile(_HISTOGRAMS[threshold.figure](total), threshold.share or 0.0)
    if threshold.figure == "rate":
        return total.delivered / figures.seconds if figures.seconds > 0 else None
    count, whole = _COUNTS[threshold.figure](figures)
    if not threshold.is_share:
        return float(count)
    return count / whole if whole else None


def _percentile(histogram: Histogram, share: float) -> float | None:
    if share == 100:
        return histogram.maximum if histogram.total else None
    return histogram.percentile(share)


_HISTOGRAMS = {
    "latency": lambda total: total.latency,
    "lateness": lambda total: total.lateness,
    "end to end": lambda total: total.end_to_end,
}
# A count, and what it is a share of.
_COUNTS = {
    "failed": lambda of: (of.total.failed, of.total.due),
    "delivered": lambda of: (of.total.delivered, of.total.due),
    "connected": lambda of: (of.total.connects - of.total.reconnects, of.mocks),
    "lost": lambda of: (of.total.losts, of.total.losts + of.total.connects),
}
