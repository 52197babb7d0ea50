"""Everything that people change about runs."""

import logging
from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from uuid import uuid4

from django.db import transaction
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

import simulator
from web.accounts.models import User
from web.audit import actions as audit
from web.logs.holds import hold_of
from web.lots.models import Lot
from web.platform import queues, storage
from web.runs import bounds, closed, endings, jobs, leasing, orders, presence, rivals, unproved
from web.runs.cutting import shards_of
from web.runs.models import LIVE, Outcome, Run, RunState, Shard
from web.runs.rivals import WouldCollide
from web.runs.snapshot import NO_STORAGE, CannotStart, CannotStartNow, Snapshot, snapshot_of
from web.usage import starting

__all__ = [
    "CannotStart",
    "CannotStartNow",
    "WouldCollide",
    "delete_run",
    "start_run",
    "stop_run",
]

logger = logging.getLogger(__name__)

NO_QUEUE = "The queue is not reachable at the moment. The run starts as soon as it is."
STOPPED_WAITING = "It was stopped before it began."


class IsHeld(Exception):
    """The run may not be deleted; the text is a sentence."""


def start_run(
    lot: Lot,
    *,
    by: User | None,
    beside_rivals: bool = True,
    longest: timedelta | None = None,
    joined: Callable[[Run], None] | None = None,
) -> Run:
    """Make a run of the lot as it is now, and ask for a tower.

    When the queue is not reachable the run stays queued and says so; the clock asks again.

    Args:
        lot: Which.
        by: Who starts it; None where no person does.
        beside_rivals: Also where its mocks and those of a live run would throw each other out.
        longest: Since its start, after which the clock stops it; None: only the workspace's limit.
        joined: Called in the transaction that makes the run; what it raises unmakes it.

    Raises:
        CannotStart: Something that it needs is missing, or the workspace's plan has no room for it.
            Nothing was made.
        CannotStartNow: The object store does not answer. Nothing was made.
        WouldCollide: It has rivals, and was not to start beside them. Nothing was made.
    """
    most = bounds.longest_of(lot, longest)
    code = uuid4()
    snapshot = snapshot_of(lot, run=code)
    hosts = closed.hosts_of(snapshot.lot.target)
    closed.hold_open(hosts)
    snapshot, share = unproved.held(lot, snapshot, host=hosts[0])
    wanted = starting.hold(lot, snapshot.lot)
    found = [] if beside_rivals else rivals.rivals_of(lot, snapshot.client_ids)
    if found:
        raise WouldCollide(found)
    run = _run_of(lot, snapshot, by=by)
    run.code, run.longest = code, most
    run.hosts = hosts
    unproved.keep(run, share)
    keep_snapshot(run, snapshot)
    with transaction.atomic():
        starting.hold_again(lot.workspace, wanted)
        unproved.hold_again(lot.workspace, share)
        run.save()
        Shard.objects.bulk_create(shards_of(run, snapshot.lot))
        audit.note("run.started", user=by, about=run, words=f"{run.mocks:,} mocks to {run.target}.")
        if joined:
            joined(run)
        transaction.on_commit(lambda: ask_for_tower(run))
    return run


def _run_of(lot: Lot, snapshot: Snapshot, *, by: User | None) -> Run:
    """Return a run with what its snapshot says, not stored yet."""
    what = snapshot.lot
    return Run(
        workspace=lot.workspace,
        lot=lot,
        name=lot.name,
        started_by=by,
        mocks=what.most_mocks,
        duration=lot.duration,
        ramp=timedelta(seconds=what.pace.all_on(what.mocks)),
        seed=what.seed,
        target=lot.target.address,
        tags=lot.tags,
        parts=snapshot.parts,
        additions=[asdict(each) for each in what.additions],
        presence=presence.kept(what),
        thresholds=[str(each) for each in what.thresholds],
        faults=snapshot.faults,
        way_back=what.target.way_back.kind if what.target.way_back else "",
    )


def keep_snapshot(run: Run, snapshot: Snapshot) -> None:
    """Write ``lot.json``: first of all, for an object without a run harms nobody."""
    try:
        rivals.keep(run, snapshot.client_ids)
        storage.put(
            run.lot_key, snapshot.lot.model_dump_json().encode(), content_type="application/json"
        )
    except storage.StorageUnavailable as error:
        logger.warning("run not started: %s", error)
        raise CannotStartNow(NO_STORAGE) from error


def ask_for_tower(run: Run) -> None:
    """Put a tower's job into the queue, or write on the run that nobody can be asked now."""
    try:
        queues.enqueue("towers", jobs.run_tower, timeout=-1)
    except queues.QueueUnavailable:
        logger.warning("no tower asked for: the queue does not answer")
        Run.objects.filter(id=run.id, state=RunState.QUEUED).update(reason=NO_QUEUE)
        run.reason = NO_QUEUE


def stop_run(run: Run, *, by: User | str) -> bool:
    """Ask a live run to end; return False when it was not live any more.

    ``by`` is a person, or the words for what it was. Its towers hear of it within a second or two;
    what nobody has begun ends here.
    """
    asked = Run.objects.filter(id=run.id, state__in=LIVE, stop_requested=None).update(
        state=RunState.STOPPING,
        stop_requested=Now(),
        reason=f"{by} stopped it."[:500],
    )
    if not asked:
        return False
    orders.note(run, simulator.order_of({"order": "stop"}), by=by)
    audit.note("run.stopped", user=by, about=run)
    _close(run)
    return True


def abort_run(run: Run, *, by: User | str) -> bool:
    """End a live run at once, also one that is being stopped; return False when it had ended.

    Its towers wait for nothing but the log from the moment that they hear of it; the clock ends
    what they have not ended ``overdue.ABORT_WITHIN`` later.
    """
    live = Run.objects.filter(id=run.id, state__in=LIVE, abort_requested=None)
    asked = live.update(
        state=RunState.STOPPING,
        stop_requested=Coalesce("stop_requested", Now()),
        abort_requested=Now(),
        reason=f"{by} aborted it."[:500],
    )
    if not asked:
        return False
    orders.note(run, simulator.order_of({"order": "abort"}), by=by)
    audit.note("run.aborted", user=by, about=run)
    _close(run)
    return True


def _close(run: Run) -> None:
    """End what of a run nobody has begun, and with it the run where that is all."""
    leasing.close_wanted(run, outcome=Outcome.STOPPED, reason=STOPPED_WAITING)
    endings.end_run(run.id)


def delete_run(run: Run, *, by: User) -> None:
    """Take a run away from everybody's sight, stopped if need be; a job removes what it kept.

    Raises:
        IsHeld: Somebody holds the run; nothing was changed.
    """
    if hold := hold_of(run):
        raise IsHeld(f"This run is held: {hold.reason} An owner must end the hold first.")
    stop_run(run, by=by)
    Run.objects.filter(id=run.id).update(deleted=timezone.now())
    audit.note("run.deleted", user=by, about=run)
    queues.enqueue_on_commit("reports", jobs.remove_run, str(run.code))
