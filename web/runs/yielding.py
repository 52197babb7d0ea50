"""How a full fleet makes room for a run of which nothing runs: one shard of who has the most.

Rule: every tower finds the same shard to give up, and the one that holds it does so; nobody does
while a tower has room, or may come in time. Nobody has less by it than who gets the room, so that
no shard is handed to and fro.
"""

from datetime import datetime, timedelta

from web.platform import shared_clock
from web.runs import leasing, turns, workers
from web.runs.models import Shard, ShardState, Worker
from web.runs.turns import Running

LOOK_EVERY = 1.0  # s between two looks of a tower; each is one query while nothing is wanted
FRESH = timedelta(seconds=2 * workers.BEAT_EVERY)  # what a tower said of its room counts so long


def asked_of(tower: str, *, now: datetime | None = None) -> tuple[Shard, Shard] | None:
    """Return a shard that waits and the one of ``tower`` that is to make room for it, if any.

    Args:
        tower: Whose shards may be given up.
        now: The present; the database's own if not given.

    Raises:
        DatabaseError: The database does not answer.
    """
    if not leasing.is_any_wanted():
        return None
    moment, running = now or shared_clock.now(), Running.now()
    for waiting in _waiting(moment - turns.OWED_AFTER, running):
        if _has_room(waiting, since=moment - FRESH):
            continue
        if given := _to_give(waiting, running):
            return (waiting, given) if given.tower == tower else None
    return None


def _waiting(since: datetime, running: Running) -> list[Shard]:
    """Return one shard of each workspace of which a run has nothing: who has the least first."""
    first: dict[int, Shard] = {}
    for shard in leasing.first_wanted(since):
        if shard.run_id not in running.runs:
            first.setdefault(shard.run.workspace_id, shard)
    return sorted(first.values(), key=lambda each: running.mocks.get(each.run.workspace_id, 0))


def _has_room(shard: Shard, *, since: datetime) -> bool:
    """Whether a tower says that it has room."""
    there = Worker.objects.filter(heard__gt=since, is_draining=False, room__gte=shard.count)
    return there.exists()


def _to_give(waiting: Shard, running: Running) -> Shard | None:
    """Return a shard of the other workspace that has the most running, if it may lose one."""
    biggest = running.biggest_but(waiting.run.workspace_id)
    if biggest is None:
        return None
    workspace, mocks = biggest
    held = Shard.objects.filter(state=ShardState.LEASED, run__workspace=workspace)
    fitting = held.filter(count__gte=waiting.count, run__stop_requested=None)
    given = fitting.order_by("-run__created", "-number").first()
    return given if given and running.makes_way(waiting, mocks - given.count) else None
