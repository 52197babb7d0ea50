"""Merges the small chunks of a shard: reads them, stores the whole, and changes the index at once.

Rule: the whole object comes before its row; parts' rows go in the transaction in which the whole's
comes, and parts' objects minutes later. Whatever dies in between leaves a log that is complete, and
at most an object that nobody knows, which ``leftovers`` sweeps.
"""

import logging
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from time import monotonic
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string

from web.logs.due import AGE, due
from web.logs.grouping import Place, groups, is_loose
from web.logs.models import Chunk, Spent
from web.logs.rewriting import Whole, whole_of
from web.logs.writing import CONTENT_TYPE
from web.platform import storage
from web.runs.models import Shard, ShardState

logger = logging.getLogger(__name__)

KEPT = timedelta(
    minutes=15
)  # that objects stay which no row names: for pages that know the old row
WITHIN = 20.0  # s of one job; the next one goes on


def merge_due(*, clock: Callable[[], float] = monotonic) -> int:
    """Merge what is due, for at most ``WITHIN`` s or so; return how many chunks were merged.

    Any number of jobs may do this at once: of two that merge the same, one changes the index.

    Raises:
        StorageUnavailable: The object store does not answer; what was merged is.
    """
    began, merged = clock(), 0
    for shard in due():
        if clock() - began >= WITHIN:
            break
        merged += merge_shard(shard)
    return merged


def merge_shard(shard: Shard, *, now: datetime | None = None) -> int:
    """Merge what is due of one shard; return how many chunks were merged.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    old = (now or timezone.now()) - AGE
    rows = Chunk.objects.filter(shard=shard).select_related("run__workspace")
    every = list(rows.order_by("fence", "number"))
    chunks = [chunk for chunk in every if chunk.last < old]
    is_over, places = shard.state == ShardState.DONE, places_of(shard.id)
    found = groups(chunks, is_over=is_over, places=places)
    if is_over and not found and not places and len(chunks) == len(every):
        settle(chunks)
    return sum(len(group) for group in found if merge(group))


def places_of(shard: int) -> list[Place]:
    """Return up to where others have read a shard: no merged chunk may reach over that."""
    asked = [import_string(name) for name in settings.CHUNK_PLACES]
    return [place for ask in asked for place in ask(shard)]


def merge(group: Sequence[Chunk]) -> bool:
    """Make one chunk of several neighbours; return whether it stands in the index now.

    Raises:
        StorageUnavailable: The object store does not answer.
    """
    try:
        whole = whole_of(storage.get(chunk.key) for chunk in group)
    except storage.ObjectMissing:  # merged by another meanwhile, or its run was deleted
        logger.info("not merged: a part is gone", extra={"shard": group[0].shard_id})
        return False
    key = key_of(group)
    storage.put(key, whole.data, content_type=CONTENT_TYPE)
    if not swap(group, whole, key=key):
        storage.delete(key)
        return False
    return True


def key_of(group: Sequence[Chunk]) -> str:
    """Return where the whole will lie: different in each attempt, below the run's prefix."""
    last, run = group[-1], group[-1].run
    name = f"{last.fence}-{last.through:06d}-{uuid4().hex[:12]}"
    return f"{run.prefix}log/{last.shard_id}/merged-{name}.parquet"


def swap(group: Sequence[Chunk], whole: Whole, *, key: str, now: datetime | None = None) -> bool:
    """Put the whole's row in place of its parts'; return False when one of these is gone."""
    last = group[-1]
    own = [chunk for chunk in group if chunk.fence == last.fence]
    after = (now or timezone.now()) + KEPT
    with transaction.atomic():
        # An UPDATE locks the row: a tower stores a chunk of the shard before this or after it.
        Shard.objects.filter(id=last.shard_id).update(fence=F("fence"))
        gone, _ = rows_of(group).delete()
        if gone != len(group):
            transaction.set_rollback(True)
            return False
        Chunk.objects.create(
            run_id=last.run_id,
            shard_id=last.shard_id,
            fence=last.fence,
            number=own[0].number,
            through=last.through,
            parts=sum(chunk.parts for chunk in group),
            key=key,
            is_loose=is_loose(whole.row["size"], whole.row["rows"]),
            **whole.row,
        )
        Spent.objects.bulk_create(
            Spent(run_id=chunk.run_id, key=chunk.key, after=after) for chunk in group
        )
    return True


def settle(chunks: Iterable[Chunk]) -> None:
    """Take note that small chunks have no neighbour, and never will."""
    alone = [chunk.id for chunk in chunks if chunk.is_loose]
    Chunk.objects.filter(id__in=alone).update(is_loose=False)


def rows_of(group: Iterable[Chunk]) -> QuerySet[Chunk]:
    """Return the rows of these chunks that are still there."""
    return Chunk.objects.filter(id__in=[chunk.id for chunk in group])
