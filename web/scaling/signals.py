"""What the rule is told: from shards' rows, towers' reports and the console's processes.

Rule: what cannot be looked at is None, which takes nothing away. A report that is old is none.
"""

import math
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Count, Min, Sum

from simulator import Histogram
from web.platform import redis
from web.runs import live
from web.runs.boards import ShardReport
from web.runs.capacity import TOWER_MESSAGES, TOWER_MOCKS
from web.runs.models import LIVE, Shard, ShardState
from web.scaling import middleware, needs
from web.scaling.meter import together
from web.scaling.models import Process
from web.scaling.rule import Inputs

MOST_REPORTS = 300  # shards whose reports one look reads; of more of them every so many-th
FRESH = 15.0  # s that a report counts; a tower writes one each second


@dataclass(frozen=True, slots=True)
class Seen:
    """A process at one moment, and how full its dynos are (0 to 1) by what they hold."""

    inputs: Inputs
    load: float


@dataclass(frozen=True, slots=True)
class Load:
    """Shards in one state: their mocks, messages/s at most, and the oldest's moment."""

    shards: int
    mocks: int
    rate: float
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Towers:
    """What towers tell: s of lateness and the share of sends that failed. None: not known."""

    lateness: float | None
    timeouts: float | None


def look(process: str, *, quantity: int | None, now: datetime) -> Seen:
    """Return what is known of a process that has ``quantity`` dynos.

    Raises:
        ValueError: Nobody scales that process.
    """
    if process == Process.WORKER:
        return _workers(quantity, now=now)
    if process == Process.WEB:
        return _console(quantity, now=now)
    raise ValueError(f"no such process: {process!r}")


def _workers(quantity: int | None, *, now: datetime) -> Seen:
    wanted, leased = (_load(state) for state in (ShardState.WANTED, ShardState.LEASED))
    needed = needs.workers(
        wanted.mocks + leased.mocks,
        wanted.rate + leased.rate,
        most_mocks=TOWER_MOCKS,
        most_messages=TOWER_MESSAGES,
    )
    towers = _towers(now=now)
    inputs = Inputs(
        at=now.timestamp(),
        quantity=quantity,
        needed=needed,
        wanted=wanted.shards,
        leased=leased.shards,
        age=max(0.0, (now - wanted.since).total_seconds()) if wanted.since else 0.0,
        lateness=towers.lateness,
        timeouts=towers.timeouts,
    )
    return Seen(inputs, min(1.0, needed / quantity) if quantity else 0.0)


def _load(state: ShardState) -> Load:
    """Return what shards of live runs ask for; of runs that are to end only what is still held."""
    shards = Shard.objects.filter(state=state, run__state__in=LIVE)
    if state == ShardState.WANTED:
        shards = shards.filter(run__stop_requested=None, run__deleted=None)
    sums = shards.aggregate(
        shards=Count("id"), mocks=Sum("count"), rate=Sum("rate"), since=Min("wanted_since")
    )
    return Load(sums["shards"], sums["mocks"] or 0, sums["rate"] or 0.0, sums["since"])


def _towers(*, now: datetime) -> Towers:
    """Return how late towers are; not known while a shard of theirs tells nothing."""
    held = Shard.objects.filter(state=ShardState.LEASED, run__state__in=LIVE)
    shards = list(held.order_by("id").only("id", "fence"))
    some = shards[:: max(1, math.ceil(len(shards) / MOST_REPORTS))]
    if not some:
        return Towers(0.0, 0.0)
    packed = live.fetch(some)
    reports = [ShardReport.unpack(data) for data in packed.values()]
    fresh = [each for each in reports if now.timestamp() - each.at <= FRESH]
    if len(fresh) < len(some):
        return Towers(None, None)
    return told_by(fresh)


def told_by(reports: list[ShardReport]) -> Towers:
    """Return what reports say of their last seconds."""
    points = [report.points for report in reports]
    late = Histogram.merged(each.histogram("lateness") for each in points).percentile(99)
    failed = sum(each.count("failed") for each in points)
    settled = failed + sum(each.count("sent", "acknowledged") for each in points)
    return Towers(late or 0.0, failed / settled if settled else 0.0)


def _console(quantity: int | None, *, now: datetime) -> Seen:
    at = now.timestamp()
    try:
        console = together(middleware.told(at).values(), at=at)
    except redis.Unavailable:
        console = None
    if console is None:
        unknown = dict.fromkeys(("needed", "wanted", "leased", "age", "lateness", "timeouts"))
        return Seen(Inputs(at=at, quantity=quantity, **unknown), 0.0)
    threads = settings.WEB_CONCURRENCY * settings.WEB_THREADS
    inputs = Inputs(
        at=at,
        quantity=quantity,
        needed=needs.consoles(console.load, threads=threads),
        leased=console.waiting,
        lateness=console.queue,
        timeouts=console.timeouts,
    )
    return Seen(inputs, min(1.0, console.load / (threads * quantity)) if quantity else 0.0)
