"""Counts what workspaces keep of their logs over a month, and the mails that went out for them.

Rule: a look adds what lay there since the one before, claimed by a conditional update, so that any
number of clocks add it once. What lay there is taken to have grown evenly between two looks.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.utils import timezone

from web.accounts.models import Workspace
from web.logs.models import Chunk
from web.mail.models import Mail
from web.usage.models import Kept
from web.usage.months import begin_of, end_of, month_of, pieces

EVERY = timedelta(hours=1)  # that a workspace is looked at: sums over all chunks are dear
MOST = 200  # workspaces of one look
GIGABYTE = 1_000_000_000
HOUR = 3_600.0  # s


def look(now: datetime | None = None) -> int:
    """Look at the workspaces whose turn it is; return how many."""
    moment = now or timezone.now()
    due = due_workspaces(moment)
    if not due:
        return 0
    sizes, mails = sizes_of(due), mails_of(due, since=begin_of(month_of(moment)))
    for workspace in due:
        keep(workspace, size=sizes.get(workspace.id, 0), at=moment)
        count_mails(workspace, mails.get(workspace.id, 0), at=moment)
    return len(due)


def due_workspaces(now: datetime) -> list[Workspace]:
    """Return workspaces that nobody looked at for ``EVERY``, the longest waiting first."""
    last = Kept.objects.filter(workspace=OuterRef("pk")).order_by("-month").values("until")[:1]
    rows = Workspace.objects.filter(deleted=None).annotate(kept_until=Subquery(last))
    due = rows.filter(Q(kept_until=None) | Q(kept_until__lte=now - EVERY))
    return list(due.order_by("kept_until", "id")[:MOST])


def sizes_of(workspaces: Sequence[Workspace]) -> Mapping[int, int]:
    """Return the bytes of workspaces' logs, by their ids; one query."""
    rows = Chunk.objects.filter(run__workspace__in=workspaces).order_by()
    return dict(rows.values_list("run__workspace").annotate(size=Sum("size")))


def mails_of(workspaces: Sequence[Workspace], *, since: datetime) -> Mapping[int, int]:
    """Return how many mails were made for workspaces since then, by their ids; one query."""
    rows = Mail.objects.filter(workspace__in=workspaces, created__gte=since).order_by()
    return dict(rows.values_list("workspace").annotate(count=Count("id")))


@transaction.atomic
def keep(workspace: Workspace, *, size: int, at: datetime) -> bool:
    """Add what a workspace kept since the last look; return whether this look was the one."""
    last = Kept.objects.filter(workspace_code=workspace.code).order_by("-month").first()
    if last is None:
        _row(workspace, month=month_of(at), at=at, size=size)
        return True
    if at <= last.until:
        return False
    # The claim: of two clocks one finds the row as it was.
    if not Kept.objects.filter(id=last.id, until=last.until).update(until=at):
        return False
    mean = (last.bytes + size) / 2 / GIGABYTE
    for month, seconds in pieces(last.until, at):
        row = last if month == last.month else _row(workspace, month=month, at=at, size=size)
        row.until = min(at, end_of(month))
        row.gigabyte_hours += mean * seconds / HOUR
        row.bytes, row.peak_bytes = size, max(row.peak_bytes, size)
        row.save()
    return True


def _row(workspace: Workspace, *, month: date, at: datetime, size: int) -> Kept:
    return Kept.objects.get_or_create(
        workspace_code=workspace.code,
        month=month,
        defaults={
            "workspace": workspace,
            "workspace_name": workspace.name,
            "until": min(at, end_of(month)),
            "bytes": size,
            "peak_bytes": size,
        },
    )[0]


def count_mails(workspace: Workspace, count: int, *, at: datetime) -> None:
    """Write how many mails were made for a workspace in the month; mails are never fewer."""
    rows = Kept.objects.filter(workspace_code=workspace.code, month=month_of(at))
    rows.filter(mails__lt=count).update(mails=count)
