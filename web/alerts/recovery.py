"""What a rule does by itself: restart shards, restart the run, stop it; each kept with its result.

Rule: once an opening, and within an hour's budget of the rule and lot, so that a run that fails at
once is not started for ever. A job does it, never a tick.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from web.alerts import jobs, kinds
from web.alerts.models import Incident, Recovery, RecoveryState, Rule
from web.alerts.notices import QUEUE
from web.platform import queues, shared_clock
from web.runs import leasing
from web.runs.actions import CannotStart, start_run, stop_run
from web.runs.models import Run

logger = logging.getLogger(__name__)

BUDGET_OF = timedelta(hours=1)
MOST_BUDGET = 20  # remedies of one rule and lot in an hour
HOLD = timedelta(minutes=2)  # a job that says nothing for so long is dead
AGAIN_AFTER = timedelta(seconds=5)  # while a run that is to be restarted still ends
WITHIN = timedelta(minutes=3)  # that it may take to end
JOB_TIMEOUT = 120  # s
BATCH = 50  # remedies that one tick hands over
COUNTS = (RecoveryState.WAITING, RecoveryState.WORKING, RecoveryState.DONE, RecoveryState.FAILED)


class NotNow(Exception):
    """It can be done a little later."""


class CannotRecover(Exception):
    """It cannot be done; a sentence."""


def ask(
    incident: Incident, rule: Rule, *, shards: tuple[int, ...] = (), now: datetime
) -> Recovery | None:
    """Have the rule's remedy done about an incident; None where it has none.

    Past the budget a row says that nothing was done.
    """
    remedy = kinds.Remedy(rule.remedy)
    if remedy == kinds.Remedy.NONE or incident.run is None:
        return None
    key = budget_key(rule, incident.run)
    spent = Recovery.objects.filter(
        budget_key=key, asked__gt=now - BUDGET_OF, state__in=COUNTS
    ).count()
    recovery = Recovery(
        incident=incident,
        opening=incident.reopened,
        remedy=remedy,
        budget_key=key,
        asked=now,
        next_at=now,
    )
    if spent >= rule.budget:
        recovery.state = RecoveryState.REFUSED
        recovery.settled = now
        recovery.result = f"The budget of {rule.budget} in an hour is used up."
        recovery.save()
        return recovery
    incident.evidence = {**incident.evidence, "shards": list(shards)}
    incident.save(update_fields=["evidence"])
    recovery.save()
    queues.enqueue_on_commit(QUEUE, jobs.recover, str(recovery.code), timeout=JOB_TIMEOUT)
    return recovery


def budget_key(rule: Rule, run: Run) -> str:
    """Return what an hour's budget is counted by: rule and lot, whatever the run."""
    return f"{rule.code}/{run.lot_id or run.code}"


def work(code: UUID, *, now: datetime | None = None) -> None:
    """Do what was asked for, if it is due and nobody else does it."""
    moment = now or shared_clock.now()
    recovery = claim(code, now=moment)
    if recovery is None:
        return
    try:
        result, run = done(recovery)
        settle(recovery, RecoveryState.DONE, result, run=run, now=moment)
    except CannotRecover as cannot:
        settle(recovery, RecoveryState.FAILED, str(cannot), now=moment)
    except NotNow as later:
        put_off(recovery, str(later), now=moment)


def claim(code: UUID, *, now: datetime) -> Recovery | None:
    """Return the remedy for this process alone, or None when it is not due.

    One whose job died while it worked is not begun again: it may have been done.
    """
    rows = Recovery.objects.filter(code=code, next_at__lte=now)
    dead = rows.filter(state=RecoveryState.WORKING)
    dead.update(state=RecoveryState.FAILED, settled=now, result="Its job ended before it was done.")
    taken = rows.filter(state=RecoveryState.WAITING).update(
        state=RecoveryState.WORKING, next_at=now + HOLD
    )
    if not taken:
        return None
    return Recovery.objects.select_related("incident__run__lot", "incident__rule__watch").get(
        code=code
    )


def done(recovery: Recovery) -> tuple[str, Run | None]:
    """Do it; return what was done, and the run that it started.

    Raises:
        CannotRecover: It cannot be done.
        NotNow: The run has yet to end.
    """
    run = recovery.incident.run
    if run is None:
        raise CannotRecover("The run was deleted.")
    if recovery.remedy == kinds.Remedy.SHARD:
        return restarted_shards(recovery.incident, run), None
    if recovery.remedy == kinds.Remedy.STOP:
        return stopped(recovery, run), None
    return restarted(recovery, run)


def restarted_shards(incident: Incident, run: Run) -> str:
    """Have other towers take the shards concerned; all that are held where none is named."""
    numbers = incident.evidence.get("shards") or None
    restarted_now = leasing.restart(run, numbers)
    if not restarted_now:
        raise CannotRecover("No tower held a shard of it.")
    return f"Shards {', '.join(map(str, restarted_now[:20]))} wait for a tower again."


def stopped(recovery: Recovery, run: Run) -> str:
    """Stop the run in order."""
    if not stop_run(run, by=name_of(recovery)):
        raise CannotRecover("The run had ended already.")
    return "The run ends."


def restarted(recovery: Recovery, run: Run) -> tuple[str, Run]:
    """Start the run's lot again, once the run has ended."""
    if run.lot is None:
        raise CannotRecover("The lot of this run was deleted, so it cannot start again.")
    if run.is_live:
        stop_run(run, by=name_of(recovery))
        raise NotNow("The run has yet to end.")
    try:
        started = start_run(run.lot, by=None)
    except CannotStart as cannot:
        raise CannotRecover(str(cannot)) from cannot
    return "A new run was started.", started


def name_of(recovery: Recovery) -> str:
    """Return who did it, for the run's own page."""
    rule = recovery.incident.rule
    return f"The watch “{rule.watch}”" if rule else "A watch"


def settle(
    recovery: Recovery, state: RecoveryState, result: str, *, now: datetime, run: Run | None = None
) -> None:
    """Keep what came of it."""
    Recovery.objects.filter(id=recovery.id, state=RecoveryState.WORKING).update(
        state=state, result=result[:300], settled=now, run=run
    )
    logger.info("recovered", extra={"incident": recovery.incident.code, "state": str(state)})


def put_off(recovery: Recovery, why: str, *, now: datetime) -> None:
    """Try again in a moment, unless it has taken too long."""
    if now - recovery.asked > WITHIN:
        settle(recovery, RecoveryState.FAILED, why, now=now)
        return
    Recovery.objects.filter(id=recovery.id, state=RecoveryState.WORKING).update(
        state=RecoveryState.WAITING, next_at=now + AGAIN_AFTER, result=why[:300]
    )


def queue_due(now: datetime | None = None) -> int:
    """Hand over what is due to the queue; a clock's tick. It waits while Redis is down."""
    moment = now or shared_clock.now()
    live = (RecoveryState.WAITING, RecoveryState.WORKING)
    rows = Recovery.objects.filter(state__in=live, next_at__lte=moment).order_by("next_at")
    codes = list(rows.values_list("code", flat=True)[:BATCH])
    for code in codes:
        with transaction.atomic():
            queues.enqueue_on_commit(QUEUE, jobs.recover, str(code), timeout=JOB_TIMEOUT)
    return len(codes)
