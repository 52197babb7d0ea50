"""Ends runs that somebody ended, and whose towers do not: one hangs, is dead, or takes too long.

Rule: any number of clocks may: every change is a conditional one. The fence rises, so that what a
tower writes later is refused.
"""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q

from web.platform import shared_clock
from web.runs import endings, happenings, leasing, live, rescue
from web.runs.models import LIVE, Outcome, Shard, ShardState

logger = logging.getLogger(__name__)

# From the wish to the end. A tower hears of it within 1 s, waits 3 s for acknowledgements, and has
# disconnected and stored its log 1 s later where target and store answer.
STOP_WITHIN = timedelta(seconds=10)
ABORT_WITHIN = timedelta(seconds=5)
# More for a tower that gives signs of life: where the target does not answer it waits 5 s for the
# connections to close, and the end of its log would be lost.
MORE = timedelta(seconds=4)
SILENT = timedelta(seconds=2 * leasing.RENEW_EVERY)  # without a renewed lease
NOT_ENDED = (
    "Tower {tower} did not end within {seconds:.0f} s, so it was ended without it. What it had not "
    "stored by then is not in the log."
)


def end(*, now: datetime | None = None) -> int:
    """End the shards whose time to end is over, and their runs; return how many shards."""
    moment = now or shared_clock.now()
    is_silent = Q(leased_until__lt=moment + leasing.LEASE - SILENT)
    is_over = _asked_before(moment - MORE) | (is_silent & _asked_before(moment))
    late = Shard.objects.filter(is_over, state=ShardState.LEASED, run__state__in=LIVE)
    taken = [shard for shard in late.select_related("run") if _taken(shard)]
    for run in {shard.run_id for shard in taken}:
        endings.end_run(run)
    return len(taken)


def _asked_before(moment: datetime) -> Q:
    """Return which shards somebody wanted to be over by now; ``moment`` is the present for it."""
    return Q(run__stop_requested__lt=moment - STOP_WITHIN) | Q(
        run__abort_requested__lt=moment - ABORT_WITHIN
    )


def _taken(shard: Shard) -> bool:
    """Take one shard from its tower; False when that ended it meanwhile."""
    told = live.fetch([shard])
    within = ABORT_WITHIN if shard.run.abort_requested else STOP_WITHIN
    words = NOT_ENDED.format(tower=shard.tower, seconds=within.total_seconds())
    same = Shard.objects.filter(id=shard.id, state=ShardState.LEASED, fence=shard.fence)
    with transaction.atomic():
        taken = same.update(
            state=ShardState.DONE,
            outcome=Outcome.STOPPED,
            reason=words[:500],
            tower="",
            leased_until=None,
            fence=F("fence") + 1,
        )
        if not taken:
            return False
        rescue.keep([shard], told)
        happenings.ended(shard, words=words)
    logger.warning("shard ended without its tower", extra={"shard": shard.id, "tower": shard.tower})
    return True
