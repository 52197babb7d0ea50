"""What the clock does for runs. Any number of clocks may: every change is a conditional one."""

import logging
import math

from django.db.models import Exists, OuterRef
from django.utils import timezone

from web.platform import queues, redis
from web.runs import endings, jobs, leasing, overdue, workers
from web.runs.capacity import TOWER_MESSAGES, TOWER_MOCKS
from web.runs.models import LIVE, Outcome, Run, RunState, Shard, ShardState
from web.runs.reaping import Reaper
from web.runs.removal import remove

logger = logging.getLogger(__name__)

MOST_JOBS = 50  # of towers that wait in the queue together
MOST_REMOVALS = 5  # runs that one tick removes; a job does it, this is for those it missed


_reaper = Reaper()


def reap_expired_leases() -> int:
    """Let others go on with the shards of silent towers; return how many shards."""
    return len(_reaper.look())


def end_stopped_runs() -> int:
    """End what nobody holds of runs that are to stop: it may have come back on the way."""
    waiting = Shard.objects.filter(
        state=ShardState.WANTED, run__state__in=LIVE, run__stop_requested__isnull=False
    )
    runs = Run.objects.filter(id__in=waiting.values("run"))
    return sum(leasing.close_wanted(run, outcome=Outcome.STOPPED, reason="") for run in runs)


def end_finished_runs() -> int:
    """End runs whose shards are all done but whose tower died before it said so."""
    shards = Shard.objects.filter(run=OuterRef("pk"))  # of live runs alone, however many are over
    is_done = ~Exists(shards.exclude(state=ShardState.DONE))
    runs = Run.objects.filter(Exists(shards), is_done, state__in=LIVE)
    return sum(endings.end_run(run) for run in runs.values_list("id", flat=True))


def ask_for_wanted_towers() -> int:
    """Put as many towers' jobs into the queue as the wanted shards need; return how many.

    Towers at work may have taken the shards before: a job that finds nothing ends at once, so that
    one too many does no harm, and neither do two clocks.
    """
    mocks, messages = leasing.wanted_load()
    needed = math.ceil(max(mocks / TOWER_MOCKS, messages / TOWER_MESSAGES))
    if not needed:
        return 0
    try:
        missing = min(needed, MOST_JOBS) - queues.queue("towers").count
    except (queues.QueueUnavailable, *redis.Unavailable):
        logger.warning("towers are wanted, but the queue does not answer")
        return 0
    asked = sum(jobs.ask_for_tower() for _ in range(missing))
    if asked or missing <= 0:
        Run.objects.filter(state=RunState.QUEUED).exclude(reason="").update(reason="")
    return asked


def remove_deleted_runs() -> int:
    """Remove deleted runs whose job was lost; return how many are gone."""
    deleted = Run.objects.filter(deleted__lt=timezone.now()).exclude(state__in=LIVE)
    return sum(remove(run.code) for run in deleted.order_by("deleted")[:MOST_REMOVALS])


def tick() -> None:
    """Do all of it; the clock calls this every few seconds."""
    reap_expired_leases()
    end_stopped_runs()
    overdue.end()
    end_finished_runs()
    ask_for_wanted_towers()
    remove_deleted_runs()
    workers.forget_gone()
