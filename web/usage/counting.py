"""What was used, as counts that add up, and how a stretch of it is divided by months.

Rule: pure. Sums are exact: what is divided adds up to what there was.
"""

from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import date
from typing import Self

from simulator import FIGURES
from web.runs.boards import ShardReport
from web.usage.months import Piece

PRESENT = FIGURES.index("present")
STATUSES = 1  # the place of what was counted by status, among what was counted apart


@dataclass(frozen=True, slots=True, kw_only=True)
class Amounts:
    """What runs used; bytes and s as ``web.usage.models.Use`` has them."""

    mock_seconds: int = 0
    messages: int = 0
    failed: int = 0
    bytes: int = 0
    bytes_out: int = 0
    bytes_in: int = 0
    log_bytes: int = 0  # written
    tower_seconds: float = 0.0


NAMES = tuple(each.name for each in fields(Amounts))


class Counts(Amounts):
    """What a run used so far, to add to and to divide; never less later than before."""

    __slots__ = ()

    def __add__(self, other: Self) -> "Counts":
        return Counts.of(a + b for a, b in zip(astuple(self), astuple(other), strict=True))

    def beyond(self, other: Self) -> "Counts":
        """Return by how much each count is above another's, 0 where it is not."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Counts.of(max(0, a - b) for a, b in pairs)

    def share(self, part: float) -> "Counts":
        """Return a share of it, 0 to 1; whole numbers are cut off."""
        return Counts.of(type(value)(value * part) for value in astuple(self))

    @classmethod
    def of(cls, values: Iterable[float]) -> "Counts":
        """Return counts in the order of ``NAMES``."""
        return cls(**dict(zip(NAMES, values, strict=True)))  # type: ignore[arg-type]


NOTHING = Counts()


def told(reports: Sequence[ShardReport]) -> Counts:
    """Return what the shards of a run have counted since their start.

    ``mock_seconds`` are those for which a tower held them, whether they were to be on or not.
    """
    return Counts(
        mock_seconds=sum(
            int(report.sums.apart[STATUSES].counts[:, :, PRESENT].sum()) for report in reports
        ),
        messages=sum(report.sums.count("sent", "acknowledged") for report in reports),
        failed=sum(report.sums.count("failed") for report in reports),
        bytes=sum(report.sums.count("bytes") for report in reports),
        bytes_out=sum(report.sums.count("wire_out") for report in reports),
        bytes_in=sum(report.sums.count("wire_in") for report in reports),
    )


def divided(counts: Counts, pieces: Sequence[Piece]) -> list[tuple[date, Counts]]:
    """Return what of some counts falls to each month: by time, the last has what is left over.

    Args:
        counts: Of the whole stretch.
        pieces: Its months with the s of it in each, at least one.
    """
    whole = sum(seconds for _, seconds in pieces)
    parts, left = [], counts
    for month, seconds in pieces[:-1]:
        part = counts.share(seconds / whole)
        parts.append((month, part))
        left = left.beyond(part)
    return [*parts, (pieces[-1][0], left)]
