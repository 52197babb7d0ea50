"""What the pages of drains show, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from web.drains import filters
from web.drains.models import BEHIND, Drain, Kind, Point
from web.drains.waiting import Lag, lag_of

STATES = {
    "ok": ("ok", "Ok"),
    "behind": ("warning", "Behind"),
    "failing": ("failed", "Failing"),
    "paused": ("stopped", "Paused"),
}
RECENT = timedelta(minutes=3)  # a clock may be late
SUMMARIES = {
    Kind.S3: "Each chunk of the log is an object in a bucket of yours: Parquet, or JSON Lines.",
    Kind.KINESIS: "Records go into a stream, aggregated as the Kinesis Producer Library does it.",
    Kind.CLOUDWATCH: "Records are events of a log group, a log stream for each shard of a run.",
    Kind.HTTP: "Records are posted to an address of yours, in batches, signed.",
}


PLACES: dict[str, str] = {  # of the settings
    Kind.S3: "s3://{bucket}/{folder}",
    Kind.KINESIS: "{stream}, {region}",
    Kind.CLOUDWATCH: "{group}, {region}",
    Kind.HTTP: "{url}",
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How a drain is doing now."""

    drain: Drain
    lag: Lag
    now: datetime

    @property
    def state(self) -> str:
        """A word of ``STATES``."""
        return self.drain.state(self.age)

    @property
    def badge(self) -> str:
        return STATES[self.state][0]

    @property
    def label(self) -> str:
        return STATES[self.state][1]

    @property
    def age(self) -> timedelta:
        """How long the oldest record that waits has been waiting."""
        return self.lag.age(self.now)

    @property
    def is_late(self) -> bool:
        return self.age >= BEHIND


def standing_of(drain: Drain) -> Standing:
    """Return how a drain is doing now: a few queries for each run that it is at."""
    return Standing(drain, lag_of(drain), timezone.now())


def standings_of(drains: Sequence[Drain]) -> list[Standing]:
    """Return how drains were doing a minute ago at most, whatever their number: one query."""
    now = timezone.now()
    recent = Point.objects.filter(drain__in=drains, at__gte=now - RECENT).order_by("at")
    lags = {point.drain_id: lag_at(point) for point in recent}  # the latest of each
    return [Standing(drain, lags.get(drain.id, Lag()), now) for drain in drains]


def lag_at(point: Point) -> Lag:
    """Return how far behind a drain was in one minute."""
    if not point.records:
        return Lag()
    return Lag(point.records, point.at - timedelta(seconds=point.seconds))


def destination(drain: Drain) -> str:
    """Return where a drain leads to in one line: ``s3://bucket/prefix``."""
    return PLACES[drain.kind].format(**drain.settings)


def facts(drain: Drain) -> list[tuple[str, str]]:
    """Return the settings of a drain as a page shows them, without secrets."""
    said = drain.settings
    forms = {
        "parquet": "Parquet, as we keep them",
        "lines": "JSON Lines",
        "array": "a JSON array",
    }
    names = {
        "bucket": "Bucket",
        "folder": "Prefix",
        "stream": "Stream",
        "group": "Log group",
        "url": "Address",
        "region": "Region",
        "endpoint": "Endpoint",
        "key_id": "Access key id",
    }
    shown = [(label, str(said[name])) for name, label in names.items() if said.get(name)]
    if "form" in said:
        packed = (drain.kind == Kind.S3 and said["form"] == "lines") or said.get("gzip")
        shown.append(("Sent as", forms[said["form"]] + (", gzipped" if packed else "")))
    if drain.shards is not None:
        shown.append(("Shards", str(drain.shards)))
    if drain.kind == Kind.HTTP:
        shown.append(("Authorization", "set" if "authorization" in drain.sealed else "none"))
        shown.append(("Signed", "yes" if "signing" in drain.sealed else "no"))
    return shown


def taken(drain: Drain) -> list[tuple[str, str]]:
    """Return which records a drain takes, as a page shows it."""
    lots = ", ".join(drain.lots.order_by("name").values_list("name", flat=True))
    events = ", ".join(filters.EVENTS[word] for word in drain.events)
    results = ", ".join(filters.RESULTS[word] for word in drain.results)
    share = f"{drain.share * 100:.6g} % of what is no failure"
    return [
        ("Lots", lots or "all"),
        ("Tags", " or ".join(drain.tag_list) or "with or without"),
        ("Records", events or "of all kinds"),
        ("Sends", results or "whatever became of them"),
        ("Share", share if drain.share < 1 else "all"),
    ]


def series(drain: Drain) -> dict[str, Any]:
    """Return the last day, a point a minute, in columns: s since 1970, records, s."""
    points = list(drain.points.order_by("at").values_list("at", "records", "seconds"))
    return {
        "t": [int(at.timestamp()) for at, _, _ in points],
        "records": [records for _, records, _ in points],
        "seconds": [seconds for _, _, seconds in points],
    }
