"""Which shards have small chunks that are to be merged.

Rule: the index alone tells; the clock asks this often, and never needs pyarrow for it.
"""

from datetime import datetime, timedelta

from django.db.models import Count, Q, Sum
from django.utils import timezone

from web.logs.grouping import CROWD, TARGET
from web.logs.models import Chunk
from web.runs.models import Shard, ShardState

# A tower may be about to store a chunk again that it does not know to be stored, and a drain be
# about to read it: what is so young is left alone.
AGE = timedelta(seconds=60)
MOST_SHARDS = 50  # that one look finds


def due(now: datetime | None = None) -> list[Shard]:
    """Return shards that have something to merge, those with most of it first."""
    loose = Q(chunks__is_loose=True, chunks__last__lt=(now or timezone.now()) - AGE)
    shards = Shard.objects.alias(
        loose=Count("chunks", filter=loose), size=Sum("chunks__size", filter=loose)
    )
    is_much = Q(loose__gte=CROWD) | Q(size__gte=TARGET, loose__gte=2)
    is_over = Q(state=ShardState.DONE, loose__gte=1)
    having = Chunk.objects.filter(is_loose=True).values("shard")
    return list(
        shards.filter(is_much | is_over, id__in=having).order_by("-loose", "id")[:MOST_SHARDS]
    )
