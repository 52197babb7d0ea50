"""Holds a run's own counts against what arrived and against its CSV report. Pure.

Rule: each side is counted by somebody else: the product, the receiver, the report.
"""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from workshop.counting import Tally

# Why a message that a mock held back on purpose failed: the run ended before its status did.
IN_BUFFER = "run ended with the message in the mock's buffer"


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One lot's counts, side by side.

    ``buffered`` is what mocks that were off line by their status still held in their buffers at the
    end: it is in the report, with that reason, and arrived nowhere. ``missing`` are acknowledged
    messages that did not arrive or are not in the report, and sequence numbers that a mock left
    out; ``duplicates`` came more than once.
    """

    mocks: int
    sent: int
    acknowledged: int
    received: int
    failed: int
    csv_rows: int
    buffered: int
    duplicates: int
    missing: int
    p50_ms: float
    p99_ms: float

    @property
    def ok(self) -> bool:
        """Whether all that left a mock was acknowledged, arrived, and is in the report."""
        went = {self.sent - self.buffered, self.csv_rows - self.buffered}
        counts = {*went, self.acknowledged, self.received}
        is_whole = self.failed == self.buffered and not (self.duplicates or self.missing)
        return len(counts) == 1 and self.received > 0 and is_whole


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
    every = list(csv.DictReader(report))
    rows = [(row["id"], int(row["sequence"])) for row in every]
    held = {pair for pair, row in zip(rows, every, strict=True) if row.get("reason") == IN_BUFFER}
    reported, arrived = set(rows) - held, tally.pairs()
    return Comparison(
        mocks=totals.mocks,
        sent=totals.due,
        acknowledged=totals.acknowledged,
        received=tally.received,
        failed=totals.failed,
        csv_rows=len(rows),
        buffered=len(held),
        duplicates=tally.duplicates + len(rows) - len(set(rows)),
        missing=len(reported - arrived) + len(arrived - reported) + len(gaps(arrived | held)),
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
