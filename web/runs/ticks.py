"""What the clock does for runs. Any number of clocks may: every change is a conditional one."""

import logging

from django.utils import timezone

from web.platform import queues, redis
from web.runs import endings, jobs, leasing
from web.runs.models import LIVE, Run, RunState, Shard, ShardState
from web.runs.removal import remove
from web.runs.rescue import rescue

logger = logging.getLogger(__name__)

SILENT = "The tower stopped answering. What it had sent until then is in the log."
MOST_REMOVALS = 5  # runs that one tick removes; a job does it, this is for those it missed


def reap_expired_leases() -> int:
    """End the shards of silent towers, and the runs that end with them; return how many runs."""
    reaped = leasing.reap(reason=SILENT)
    for shard in reaped:
        rescue(shard)
    return sum(endings.end_run(run) for run in {shard.run_id for shard in reaped})


def end_finished_runs() -> int:
    """End runs whose shards are all done but whose tower died before it said so."""
    unfinished = Shard.objects.exclude(state=ShardState.DONE).values("run")
    open_runs = Run.objects.filter(state__in=LIVE, shards__isnull=False).exclude(id__in=unfinished)
    return sum(endings.end_run(run) for run in set(open_runs.values_list("id", flat=True)))


def ask_for_wanted_towers() -> bool:
    """Put a tower's job into the queue when shards wait and no job does; return whether it did.

    A job that finds nothing ends at once, so that one too many does no harm.
    """
    if not leasing.wanted():
        return False
    try:
        if queues.queue("towers").count:
            return False
        queues.enqueue("towers", jobs.run_tower, timeout=-1)
    except (queues.QueueUnavailable, *redis.Unavailable):
        logger.warning("towers are wanted, but the queue does not answer")
        return False
    Run.objects.filter(state=RunState.QUEUED).exclude(reason="").update(reason="")
    return True


def remove_deleted_runs() -> int:
    """Remove deleted runs whose job was lost; return how many are gone."""
    deleted = Run.objects.filter(deleted__lt=timezone.now()).exclude(state__in=LIVE)
    return sum(remove(run.code) for run in deleted.order_by("deleted")[:MOST_REMOVALS])


def tick() -> None:
    """Do all of it; the clock calls this every few seconds."""
    reap_expired_leases()
    end_finished_runs()
    ask_for_wanted_towers()
    remove_deleted_runs()
