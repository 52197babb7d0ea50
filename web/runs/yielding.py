"""How a full fleet makes room for a workspace of which nothing runs: one shard of the biggest.

Rule: every tower finds the same shard to give up, and the one that holds it does so; nobody does
while a tower has room, or may come in time.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from web.platform import shared_clock
from web.runs import leasing, workers
from web.runs.models import LIVE, Shard, ShardState, Worker

LOOK_EVERY = 2.0  # s between two looks of a tower
# s that a workspace's first shard waits before others make room for it: a worker that is free takes
# it within 2 s, and one that begins a tower anew within 5.
AFTER = timedelta(seconds=6)
FRESH = timedelta(seconds=2 * workers.BEAT_EVERY)  # what a tower said of its room counts so long


def asked_of(tower: str) -> tuple[Shard, Shard] | None:
    """Return a shard that waits and the one of ``tower`` that is to make room for it, if any.

    Raises:
        DatabaseError: The database does not answer.
    """
    if not leasing.is_any_wanted():
        return None
    now = shared_clock.now()
    waiting = _waiting(now - AFTER)
    if waiting is None or _has_room(waiting, since=now - FRESH):
        return None
    given = _to_give(waiting)
    return (waiting, given) if given and given.tower == tower else None


def _waiting(since: datetime) -> Shard | None:
    """Return the shard that waits the longest of workspaces of which nothing runs."""
    running = Shard.objects.filter(
        state=ShardState.LEASED, run__workspace=OuterRef("run__workspace")
    )
    shards = Shard.objects.filter(
        state=ShardState.WANTED,
        fence=0,
        wanted_since__lt=since,
        run__state__in=LIVE,
        run__stop_requested=None,
        run__deleted=None,
    )
    ordered = shards.exclude(Exists(running)).order_by("wanted_since", "id")
    return ordered.select_related("run").first()


def _has_room(shard: Shard, *, since: datetime) -> bool:
    """Whether a tower says that it has room."""
    there = Worker.objects.filter(heard__gt=since, is_draining=False, room__gte=shard.count)
    return there.exists()


def _to_give(waiting: Shard) -> Shard | None:
    """Return a shard of who has the most running, but for the last one that a workspace has."""
    running = leasing.running_mocks()
    if not running:
        return None
    biggest = max(running, key=lambda workspace: (running[workspace], workspace))
    held = Shard.objects.filter(state=ShardState.LEASED, run__workspace=biggest)
    fitting = held.filter(count__gte=waiting.count, run__stop_requested=None)
    given = fitting.order_by("-run__created", "-number").first()
    return given if given and running[biggest] > given.count else None
