"""Where shards' reports lie: in Redis for as long as they are fresh, in the database for good.

Rule: a key in Redis names the fence, so that what a stale tower writes is read by nobody.
"""

import logging
from collections.abc import Iterable, Mapping

from django.db.models import F, QuerySet

from web.platform import redis
from web.runs.boards import ShardReport
from web.runs.leasing import Lease
from web.runs.models import Board, Run, Shard, ShardState

logger = logging.getLogger(__name__)
LIFE = 60  # s; a tower writes every second


def key(shard: int, fence: int) -> str:
    """Return where the report of this lease of a shard (the row's id) lies in Redis."""
    return f"mocklot:shard:{shard}:{fence}"


def publish(reports: Mapping[Lease, bytes]) -> None:
    """Put packed reports where pages see them at once.

    Raises:
        redis.Unavailable: Redis does not answer; the pages then show what the database has.
    """
    pipe = redis.connection().pipeline(transaction=False)
    for lease, data in reports.items():
        pipe.set(key(lease.shard, lease.fence), data, ex=LIFE)
    pipe.execute()


def reports_of(run: Run) -> dict[int, ShardReport]:
    """Return the newest report of each shard that has one, by the row's id."""
    return {shard: ShardReport.unpack(data) for shard, data in packed_of(run).items()}


def packed_of(run: Run) -> dict[int, bytes]:
    """Return the newest report of each shard that has one, packed, by the row's id."""
    return _newest(Shard.objects.filter(run=run))


def report_about(run: Run, mock: int) -> ShardReport | None:
    """Return the newest report of the shard that a mock is in; None while there is none."""
    around = Shard.objects.filter(run=run, first__lte=mock, first__gt=mock - F("count"))
    return next(map(ShardReport.unpack, _newest(around).values()), None)


def _newest(shards: QuerySet[Shard]) -> dict[int, bytes]:
    """Return the newest reports of shards, packed: of Redis while a tower has them."""
    rows = list(shards.only("id", "fence", "state"))
    packed = fetch([shard for shard in rows if shard.state == ShardState.LEASED])
    rest = [shard.id for shard in rows if shard.id not in packed]
    stored = Board.objects.filter(shard_id__in=rest).values_list("shard_id", "data")
    return packed | {shard: bytes(data) for shard, data in stored}


def fetch(shards: Iterable[Shard]) -> dict[int, bytes]:
    """Return what Redis has of these shards, by the row's id; nothing when it does not answer."""
    wanted = {shard.id: key(shard.id, shard.fence) for shard in shards}
    if not wanted:
        return {}
    try:
        found = redis.connection().mget(list(wanted.values()))
    except redis.Unavailable:
        logger.warning("live boards are not reachable")
        return {}
    return {
        shard: data for shard, data in zip(wanted, found, strict=True) if isinstance(data, bytes)
    }
