"""Ends runs that would go on, or wait, for ever: what nobody takes, and what has had its time.

Rule: any number of clocks may: every change is a conditional one.
"""

import logging
from datetime import datetime, timedelta

from django.db.models import F

from web.lots.durations import duration_text
from web.platform import shared_clock
from web.runs import endings, leasing
from web.runs.actions import stop_run
from web.runs.models import LIVE, Outcome, Run, RunState, Shard, ShardState

logger = logging.getLogger(__name__)

START_WITHIN = timedelta(hours=24)  # that a run waits for its first tower
# After a run's last send, for shards to end: 10 s do where towers live, a restart of all takes some
# minutes.
GRACE = timedelta(minutes=10)
MOST = 200  # runs of one kind that one look ends
NOT_STARTED = (
    "No tower took it within 24 h of its start. Look whether the worker process runs, and start it "
    "again."
)
NOT_RESUMED = "Its time was over before another tower could go on with it."
LIMIT = "The limit of {longest} for this run"
END = "The end of its time"


def tick(now: datetime | None = None) -> None:
    """Do all of it; the clock calls this every few seconds."""
    moment = now or shared_clock.now()
    end_unstarted(moment)
    end_unfinished(moment)
    stop_longest(moment)
    stop_unended(moment)


def end_unstarted(now: datetime) -> int:
    """End runs that no tower ever took as failed; return how many."""
    waiting = Run.objects.filter(state=RunState.QUEUED, created__lt=now - START_WITHIN)
    ended = 0
    for run in waiting.order_by("created")[:MOST]:
        leasing.close_wanted(run, outcome=Outcome.FAILED, reason=NOT_STARTED)
        ended += endings.end_run(run.id)
    return ended


def end_unfinished(now: datetime) -> int:
    """End as cut off what no tower went on with until the run's time was over; return how many."""
    over = Run.objects.filter(state__in=LIVE, started_at__lt=now - GRACE - F("duration"))
    lost = Shard.objects.filter(run__in=over, state=ShardState.WANTED).values("run")
    ended = 0
    for run in Run.objects.filter(id__in=lost)[:MOST]:
        leasing.close_wanted(run, outcome=Outcome.CUT_OFF, reason=NOT_RESUMED)
        ended += endings.end_run(run.id)
    return ended


def stop_longest(now: datetime) -> int:
    """Stop runs that have gone on for as long as they may; return how many."""
    over = Run.objects.filter(
        state__in=LIVE, stop_requested=None, started_at__lte=now - F("longest")
    )
    return sum(
        stop_run(run, by=LIMIT.format(longest=duration_text(run.longest or timedelta(0))))
        for run in over.select_related("workspace")[:MOST]
    )


def stop_unended(now: datetime) -> int:
    """Stop runs whose towers are there and do not end them; return how many."""
    over = Run.objects.filter(
        state__in=LIVE, stop_requested=None, started_at__lt=now - GRACE - F("duration")
    )
    return sum(stop_run(run, by=END) for run in over.select_related("workspace")[:MOST])
