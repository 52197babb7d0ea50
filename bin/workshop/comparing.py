"""Holds a run's own counts against what arrived and against its CSV report. Pure.

Rule: each side is counted by somebody else: the product, the receiver, the report.
"""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from workshop.counting import Tally


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One lot's counts, side by side.

    ``missing`` are acknowledged messages that did not arrive or are not in the report, and
    sequence numbers that a mock left out; ``duplicates`` came more than once.
    """

    mocks: int
    sent: int
    acknowledged: int
    received: int
    failed: int
    csv_rows: int
    duplicates: int
    missing: int
    p50_ms: float
    p99_ms: float

    @property
    def ok(self) -> bool:
        """Whether everything that was sent was acknowledged, arrived, and is in the report."""
        counts = {self.sent, self.acknowledged, self.received, self.csv_rows}
        return len(counts) == 1 and self.sent > 0 and not (self.duplicates or self.missing)


@dataclass(frozen=True, kw_only=True)
class Totals:
    """What the product says of a run: counts, and latencies in milliseconds."""

    mocks: int
    due: int
    acknowledged: int
    failed: int
    p50_ms: float
    p99_ms: float


def compare(totals: Totals, tally: Tally, report: Iterable[str]) -> Comparison:
    """Compare a run's totals, the receiver's tally and the lines of the CSV report."""
    rows = [(row["id"], int(row["sequence"])) for row in csv.DictReader(report)]
    reported, arrived = set(rows), tally.pairs()
    return Comparison(
        mocks=totals.mocks,
        sent=totals.due,
        acknowledged=totals.acknowledged,
        received=tally.received,
        failed=totals.failed,
        csv_rows=len(rows),
        duplicates=tally.duplicates + len(rows) - len(reported),
        missing=len(reported - arrived) + len(arrived - reported) + len(gaps(arrived)),
        p50_ms=totals.p50_ms,
        p99_ms=totals.p99_ms,
    )


def gaps(pairs: set[tuple[str, int]]) -> set[tuple[str, int]]:
    """Return what lies between a device's first and last sequence number and is not there."""
    ends: dict[str, tuple[int, int]] = {}
    for device, number in pairs:
        first, last = ends.get(device, (number, number))
        ends[device] = (min(first, number), max(last, number))
    whole = {
        (device, number)
        for device, (first, last) in ends.items()
        for number in range(first, last + 1)
    }
    return whole - pairs


def together(comparisons: list[Comparison], *, seconds: float) -> dict[str, object]:
    """Return the sums over all lots; the latencies are those of the slower one."""
    summed = {
        name: sum(asdict(one)[name] for one in comparisons)
        for name in asdict(comparisons[0])
        if name not in ("p50_ms", "p99_ms")
    }
    return {
        "ok": all(one.ok for one in comparisons),
        **summed,
        "p50_ms": max(one.p50_ms for one in comparisons),
        "p99_ms": max(one.p99_ms for one in comparisons),
        "seconds": round(seconds, 1),
    }
