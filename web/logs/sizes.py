"""How large logs are, and what became of them."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import Count, QuerySet, Sum
from django.db.models.functions import Coalesce

from web.accounts.models import Workspace
from web.logs.models import Chunk, RunLog
from web.runs.models import Run

MOST_RUNS = 20  # the largest, which a workspace's page names


@dataclass(frozen=True, slots=True)
class Size:
    """Of the log of a run, or of a workspace; bytes are those in the object store."""

    bytes: int = 0
    records: int = 0
    chunks: int = 0
    removed_until: datetime | None = None  # what is older was deleted by the retention
    removed_bytes: int = 0


def log_of(run: Run) -> Size:
    """Return how large a run's log is."""
    size = _size(Chunk.objects.filter(run=run))
    gone = RunLog.objects.filter(run=run).first()
    if gone is None:
        return size
    return replace(size, removed_until=gone.removed_until, removed_bytes=gone.removed_bytes)


def logs_of(workspace: Workspace) -> Size:
    """Return how large all logs of a workspace are together."""
    return _size(Chunk.objects.filter(run__workspace=workspace))


def largest(workspace: Workspace) -> list[Run]:
    """Return the runs of a workspace with the largest logs, each with its ``log_bytes``."""
    runs = Run.objects.filter(workspace=workspace, deleted=None).select_related("workspace")
    sized = runs.annotate(log_bytes=Coalesce(Sum("chunks__size"), 0)).filter(log_bytes__gt=0)
    return list(sized.order_by("-log_bytes", "-created")[:MOST_RUNS])


def _size(chunks: QuerySet[Chunk]) -> Size:
    sums = chunks.aggregate(
        bytes=Coalesce(Sum("size"), 0), records=Coalesce(Sum("rows"), 0), chunks=Count("id")
    )
    return Size(sums["bytes"], sums["records"], sums["chunks"])
