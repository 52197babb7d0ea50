"""How long logs are kept: what is older, or above a workspace's size, is deleted bit by bit.

Rule: index rows go first, in one transaction with the note of what went; their objects follow by
``leftovers``. What somebody holds never expires.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit.actions import note
from web.logs.models import DAYS, Chunk, Hold, Retention, RunLog, Spent
from web.runs.models import Run

GIGABYTE = 1_000_000_000
MOST_CHUNKS = 500  # that one step deletes of one workspace
MOST_COUNTED = 5_000  # chunks of which a page says that they will go
MOST_WORKSPACES = 20  # that one step looks at


@dataclass(frozen=True, slots=True)
class Kept:
    """How long, and how much, a workspace keeps; None: without a limit."""

    days: int | None = DAYS
    gigabytes: int | None = None
    changed: datetime | None = None
    changed_by: User | None = None


def retention_of(workspace: Workspace) -> Kept:
    """Return what a workspace decided, or what holds for those that did not."""
    row = Retention.objects.select_related("changed_by").filter(workspace=workspace).first()
    return Kept(row.days, row.gigabytes, row.changed, row.changed_by) if row else Kept()


def decide(workspace: Workspace, *, days: int | None, gigabytes: int | None, by: User) -> None:
    """Keep a workspace's logs so long, and so much of them; what is more goes within the hour."""
    values = {"days": days, "gigabytes": gigabytes, "changed": timezone.now(), "changed_by": by}
    Retention.objects.update_or_create(workspace=workspace, defaults=values)
    kept = f"{days or 'any number of'} days, {gigabytes or 'any number of'} GB."
    note("log.retention_set", workspace=workspace, user=by, words=kept)


def size_of(chunks: QuerySet[Chunk]) -> int:
    """Return the bytes of chunks in the object store."""
    return int(chunks.aggregate(size=Coalesce(Sum("size"), 0))["size"])


def of_workspace(workspace: Workspace) -> QuerySet[Chunk]:
    """Return the chunks of all runs of a workspace."""
    return Chunk.objects.filter(run__workspace=workspace)


def free(workspace: Workspace) -> QuerySet[Chunk]:
    """Return the chunks of a workspace that nobody holds."""
    held = Exists(Hold.objects.filter(run=OuterRef("run"), ended=None))
    return of_workspace(workspace).filter(~held)


def expiring(
    workspace: Workspace, kept: Kept, now: datetime, *, most: int = MOST_CHUNKS
) -> list[Chunk]:
    """Return chunks that a workspace does not keep, the oldest first, at most so many."""
    found: list[Chunk] = []
    rows = free(workspace).order_by("last", "id")
    if kept.days is not None:
        found = list(rows.filter(last__lt=now - timedelta(days=kept.days))[:most])
    if kept.gigabytes is None or len(found) == most:
        return found
    excess = size_of(of_workspace(workspace)) - kept.gigabytes * GIGABYTE
    excess -= sum(chunk.size for chunk in found)
    for chunk in rows[len(found) : most] if excess > 0 else ():
        if excess <= 0:
            break
        found.append(chunk)
        excess -= chunk.size
    return found


@dataclass(frozen=True, slots=True)
class Loss:
    """What a decision would delete."""

    chunks: int
    records: int
    bytes: int
    is_more: bool  # there is more than was counted


def loss_of(workspace: Workspace, *, days: int | None, gigabytes: int | None) -> Loss:
    """Return what would be deleted if a workspace decided so, of ``MOST_COUNTED`` chunks."""
    kept = Kept(days, gigabytes)
    chunks = expiring(workspace, kept, timezone.now(), most=MOST_COUNTED)
    return Loss(
        len(chunks),
        sum(chunk.rows for chunk in chunks),
        sum(chunk.size for chunk in chunks),
        len(chunks) == MOST_COUNTED,
    )


def expire(workspace: Workspace, *, now: datetime | None = None) -> int:
    """Delete a bounded part of what a workspace does not keep; return how many chunks."""
    moment = now or timezone.now()
    chunks = expiring(workspace, retention_of(workspace), moment)
    by_run: dict[int, list[Chunk]] = {}
    for chunk in chunks:
        by_run.setdefault(chunk.run_id, []).append(chunk)
    for run, own in by_run.items():
        remove(run, own, now=moment)
    return len(chunks)


def remove(run: int, chunks: Sequence[Chunk], *, now: datetime) -> None:
    """Delete index rows of a run, note it on its log, and hand their objects to ``leftovers``."""
    with transaction.atomic():
        # Locked, so that a hold that somebody begins now is seen, or stands before what is left.
        Run.objects.select_for_update().get(id=run)
        if Hold.objects.filter(run=run, ended=None).exists():
            return
        rows = Chunk.objects.filter(id__in=[chunk.id for chunk in chunks])
        gone = rows.aggregate(last=Max("last"), size=Coalesce(Sum("size"), 0))
        Spent.objects.bulk_create(
            [Spent(run_id=run, key=key, after=now) for key in rows.values_list("key", flat=True)],
            ignore_conflicts=True,
        )
        rows.delete()
        RunLog.objects.get_or_create(run_id=run)
        later = Q(removed_until=None) | Q(removed_until__lt=gone["last"])
        RunLog.objects.filter(later, run=run).update(removed_until=gone["last"])
        RunLog.objects.filter(run=run).update(
            removed_at=now, removed_bytes=F("removed_bytes") + gone["size"]
        )


def expire_due(*, now: datetime | None = None) -> int:
    """Delete a bounded part of what workspaces do not keep; return how many chunks."""
    moment = now or timezone.now()
    return sum(expire(workspace, now=moment) for workspace in _due(moment))


def _due(now: datetime) -> list[Workspace]:
    """Return workspaces that have old chunks, or a limit of size, some at a time in turn."""
    decided = Retention.objects.filter(workspace=OuterRef("pk"))
    old = Chunk.objects.filter(run__workspace=OuterRef("pk"), last__lt=now - timedelta(days=DAYS))
    is_undecided = ~Exists(decided) & Exists(old)
    rows = Workspace.objects.filter(Exists(decided) | is_undecided, deleted=None)
    return list(rows.order_by("?")[:MOST_WORKSPACES])
