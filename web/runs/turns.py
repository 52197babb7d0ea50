"""Whose shard comes next, what a tower has room for, and what is owed to who waits.

Rule: shards and counts in, an order or a truth out; what is wanted and held is read in one place.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest

from django.db.models import Sum

from web.runs.models import Shard, ShardState

# Of a large tower's mocks that are kept free for workspaces of which nothing runs yet, and s that a
# shard of another waits before it may have them: long enough for another tower to come.
RESERVE = 1_000
RESERVE_FROM = 5_000  # mocks that a tower carries from which on it keeps a reserve
RESERVED_FOR = timedelta(seconds=20)
# That a shard which was begun waits before towers take it that are late with what they have.
FORSAKEN_AFTER = timedelta(seconds=2)
# That the first shard of a run waits before others make way for it: a worker that is free takes it
# within 2 s, and one that begins a tower anew within some 3.
OWED_AFTER = timedelta(seconds=4)
SMALL = 4_000.0  # messages/s that a tower takes beyond its own, for who is owed: a tenth of these


@dataclass(frozen=True, slots=True)
class Room:
    """What a tower can still carry, and how much it carries in all.

    A late one takes nothing that is new; what was begun elsewhere, and nobody takes, it does take,
    and what is owed: mocks that are late are better than mocks that are silent.
    """

    mocks: int
    messages: float = math.inf  # a second
    capacity: int = 0  # mocks, with those that it has
    is_late: bool = False

    def after(self, shard: Shard) -> "Room":
        """Return what is left with one shard more."""
        return Room(
            self.mocks - shard.count, self.messages - shard.rate, self.capacity, self.is_late
        )

    def takes(self, shard: Shard, *, reserve: int, is_owed: bool = False) -> bool:
        """Whether a shard fits beside the reserve; an empty tower takes one of any pace, and what
        ``is_owed`` finds room wherever there is one for its sockets."""
        is_slow = is_owed or shard.rate <= self.messages or self.mocks == self.capacity
        return is_slow and shard.count <= self.mocks - (0 if is_owed else reserve)


@dataclass(slots=True)
class Running:
    """How many mocks towers hold of each workspace (the row's id), and of which runs."""

    mocks: dict[int, int]
    runs: set[int]

    @classmethod
    def now(cls) -> "Running":
        """Return what the database says."""
        held = Shard.objects.filter(state=ShardState.LEASED).order_by()
        sums = held.values_list("run__workspace", "run").annotate(Sum("count"))
        mocks: dict[int, int] = defaultdict(int)
        for workspace, _, count in sums:
            mocks[workspace] += int(count)
        return cls(dict(mocks), {run for _, run, _ in sums})

    def add(self, shard: Shard) -> None:
        """Take note that a tower took it."""
        workspace = shard.run.workspace_id
        self.mocks[workspace] = self.mocks.get(workspace, 0) + shard.count
        self.runs.add(shard.run_id)

    def biggest_but(self, workspace: int) -> tuple[int, int] | None:
        """Return which other workspace has the most mocks running, and how many; None: none."""
        others = [(count, each) for each, count in self.mocks.items() if each != workspace]
        count, each = max(others, default=(0, 0))
        return (each, count) if count else None

    def makes_way(self, shard: Shard, left: int) -> bool:
        """Whether who has ``left`` mocks after it would still have as many as who waits, or who
        waits has nothing at all."""
        mine = self.mocks.get(shard.run.workspace_id, 0)
        return left > 0 if not mine else left >= mine + shard.count


def is_owed(shard: Shard, running: Running, *, now: datetime) -> bool:
    """Whether a big run of others keeps a small one waiting: it has nothing yet, and less is asked
    for it than they have."""
    if shard.run_id in running.runs or shard.rate > SMALL:
        return False
    biggest = running.biggest_but(shard.run.workspace_id)
    has_waited = now - shard.wanted_since >= OWED_AFTER
    return bool(has_waited and biggest and running.makes_way(shard, biggest[1]))


def is_forsaken(shard: Shard, *, now: datetime) -> bool:
    """Whether a shard was begun, and no tower that keeps up with its own has taken it."""
    return shard.fence > 0 and now - shard.wanted_since >= FORSAKEN_AFTER


def in_turn(shards: Iterable[Shard], running: dict[int, int] | None = None) -> list[Shard]:
    """Return ``shards`` so that each workspace, and of it each run, gets one in its turn.

    Who has the least running comes first; what was begun before and waits comes before all.
    """
    known = running or {}
    by_workspace: dict[int, dict[int, list[Shard]]] = defaultdict(lambda: defaultdict(list))
    begun = []
    for shard in shards:
        if shard.fence:
            begun.append(shard)
        else:
            by_workspace[shard.run.workspace_id][shard.run_id].append(shard)
    ordered = sorted(by_workspace, key=lambda workspace: known.get(workspace, 0))
    return begun + _turns(_turns(by_workspace[each].values()) for each in ordered)


def _turns(several: Iterable[Iterable[Shard]]) -> list[Shard]:
    return [shard for turn in zip_longest(*several) for shard in turn if shard is not None]


def reserve_for(shard: Shard, running: dict[int, int], *, capacity: int, now: datetime) -> int:
    """Return how many mocks a tower keeps free from a shard, for those who have nothing yet."""
    is_first = not running.get(shard.run.workspace_id)
    has_waited = now - shard.wanted_since >= RESERVED_FOR
    return 0 if is_first or has_waited or shard.fence or capacity < RESERVE_FROM else RESERVE
