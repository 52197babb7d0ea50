"""What a run on the command line tells: a line while it goes on, a summary in the end.

Rule: made from snapshots alone; people get sentences, programs one JSON object.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import numpy as np

from simulator.lot.presence import Presence
from simulator.lot.thresholds import Threshold
from simulator.recording import Histogram, Limited, Link, Second
from simulator.tower import Snapshot
from simulator.verdict import Figures, Ruling, verdict

MOST_REASONS = 20  # shown to people; the JSON has all
ARRIVALS = ("arrived", "missing", "duplicates", "disordered", "unfollowed", "counted")
SHARES = (50.0, 90.0, 99.0, 99.9)  # percentiles of a latency


@dataclass(slots=True)
class Progress:
    """All shards of a run, as far as they told of themselves."""

    mocks: int
    duration: float  # s
    thresholds: Sequence[Threshold] = ()
    presence: Presence | None = None  # None: all of them are on from the start
    latest: dict[str, Snapshot] = field(default_factory=dict)
    _recent: dict[str, list[Second]] = field(default_factory=dict)  # by shard: of its last look

    def take(self, snapshots: list[Snapshot]) -> None:
        """Bring it up to date."""
        self.latest.update({snapshot.shard: snapshot for snapshot in snapshots})
        self._recent.update({snapshot.shard: snapshot.seconds for snapshot in snapshots})

    @property
    def recent(self) -> Second:
        """The second before the last look at each shard."""
        return Second.summed(each for seconds in self._recent.values() for each in seconds[-1:])

    @property
    def total(self) -> Second:
        return Second.summed(snapshot.total for snapshot in self.latest.values())

    @property
    def connected(self) -> int:
        boards = [snapshot.board for snapshot in self.latest.values()]
        return sum(int(np.count_nonzero(board["link"] == Link.CONNECTED)) for board in boards)

    @property
    def errors(self) -> list[str]:
        """Why shards ended early, each text once."""
        return sorted({snapshot.error for snapshot in self.latest.values()} - {""})

    @property
    def dropped(self) -> int:
        return sum(snapshot.dropped for snapshot in self.latest.values())

    @property
    def limited(self) -> Limited | None:
        """Since when the generator itself, and not the target, limited the run."""
        return Limited.first_of(snapshot.limited for snapshot in self.latest.values())

    @property
    def notice(self) -> str:
        """What must be known before any figure of the run is believed; mostly nothing."""
        if self.limited is None:
            return ""
        since = datetime.fromtimestamp(self.limited.since, UTC)
        return (
            f"generator-limited since {since:%H:%M:%S} UTC: p99 of lateness rose to"
            f" {self.limited.lateness * 1e3:,.0f} ms, so the figures say more about the generator"
            " than about the target"
        )

    def rulings(self, seconds: float) -> list[Ruling]:
        """How each threshold fared; ``seconds`` from the start to the end of sending."""
        mocks = self.presence.most(seconds) if self.presence else self.mocks
        figures = Figures(total=self.total, mocks=mocks, seconds=seconds)
        return verdict(self.thresholds, figures)

    def reasons(self, most: int) -> list[tuple[str, int]]:
        """The commonest reasons of failed sends and lost connections, with how often."""
        return (self._reasons("sends") + self._reasons("lost")).most_common(most)

    def line(self, elapsed: float) -> str:
        """One line for people; ``elapsed`` seconds since the start."""
        left = max(0.0, self.duration - elapsed)
        parts = [
            f"{left:4.0f} s left" if left else "ending",
            f"{self.connected:,} of {self.mocks:,} connected",
            f"{self.recent.delivered:,}/s",
            f"{self.total.failed:,} failed",
        ]
        if self.recent.latency.total:
            parts.append(f"p50 {_milliseconds(self.recent.latency, 50)}")
            parts.append(f"p99 {_milliseconds(self.recent.latency, 99)}")
        return "  ".join(parts)

    def report(self, seconds: float) -> dict[str, Any]:
        """The summary for programs; ``seconds`` from the start to the end of sending."""
        total = self.total
        return {
            "mocks": self.mocks,
            "due": total.due,
            "sent": total.sent,
            "acknowledged": total.acknowledged,
            "failed": total.failed,
            "reasons": dict(self._reasons("sends").most_common()),
            "connects": total.connects,
            "lost": dict(self._reasons("lost").most_common()),
            "bytes": total.bytes,
            "seconds": round(seconds, 3),
            "rate": round(total.delivered / seconds, 1) if seconds else 0.0,
            **_percentiles(total.latency),
            "end_to_end": _percentiles(total.end_to_end) if total.end_to_end.total else None,
            "arrivals": {each: getattr(total, each) for each in ARRIVALS},
            "lateness_p99_ms": _rounded(total.lateness.percentile(99)),
            "generator_limited": self.notice,
            "wire_bytes": {"out": total.wire_out, "in": total.wire_in},
            "reconnects": total.reconnects,
            "skipped": total.skipped,
            "records_dropped": self.dropped,
            "thresholds": [
                {"text": str(each.threshold), "measured": each.measured, "kept": each.holds}
                for each in self.rulings(seconds)
            ],
            "errors": self.errors,
        }

    def sentences(self, seconds: float) -> str:
        """The summary for people, several lines."""
        total = self.total
        rate = total.delivered / seconds if seconds else 0.0
        lines = [
            f"{self.mocks:,} mocks, {seconds:.1f} s, {rate:,.0f} messages/s",
            f"due {total.due:,}  acknowledged {total.acknowledged:,}  sent {total.sent:,}"
            f"  failed {total.failed:,}",
        ]
        if total.latency.total:
            shares = [f"p{share:g} {_milliseconds(total.latency, share)}" for share in SHARES]
            lines.append(f"latency {'  '.join(shares)}  max {total.latency.maximum * 1e3:.1f} ms")
        if total.lateness.total:
            lines.append(f"lateness p99 {_milliseconds(total.lateness, 99)}")
        if total.end_to_end.total:
            shares = [f"p{share:g} {_milliseconds(total.end_to_end, share)}" for share in SHARES]
            lines.append(
                f"end to end {'  '.join(shares)}  arrived {total.arrived:,}, missing"
                f" {total.missing:,}, {total.duplicates:,} twice, {total.disordered:,} out of order"
            )
        if total.counted:
            lines.append(f"the receiver counted {total.counted:,} of {total.delivered:,} delivered")
        if self.notice:
            lines.append(self.notice)
        lines += _grouped("failed sends", self._reasons("sends"))
        lines += _grouped("connections lost", self._reasons("lost"))
        if self.dropped:
            lines.append(f"{self.dropped:,} records found no room in the log")
        if self.thresholds:
            lines += ["thresholds:", *(f"  {each}" for each in self.rulings(seconds))]
        return "\n".join(lines + [f"ended early: {error}" for error in self.errors])

    def _reasons(self, kind: str) -> Counter[str]:
        counts: Counter[str] = Counter()
        for snapshot in self.latest.values():
            for reason in snapshot.reasons:
                counts[reason.text] += getattr(reason, kind)
        return +counts


def _grouped(title: str, counts: Counter[str]) -> list[str]:
    if not counts:
        return []
    rows = [f"  {count:>9,}  {text}" for text, count in counts.most_common(MOST_REASONS)]
    more = len(counts) - MOST_REASONS
    return [f"{title}:", *rows, *([f"             and {more} more reasons"] if more > 0 else [])]


def _percentiles(latency: Histogram) -> dict[str, float | None]:
    shares = {f"p{share:g}_ms": _rounded(latency.percentile(share)) for share in SHARES}
    return shares | {"max_ms": _rounded(latency.maximum if latency.total else None)}


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds * 1e3, 3)


def _milliseconds(histogram: Histogram, share: float) -> str:
    return f"{(histogram.percentile(share) or 0) * 1e3:.1f} ms"
