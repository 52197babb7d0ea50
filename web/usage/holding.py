"""Which towers hold a run, and how much of them: by its share of the mocks that each holds.

Rule: reads alone; a tower that holds one run is that run's alone, however few its mocks are.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Sum

from web.runs.models import Run, Shard, ShardState


@dataclass(frozen=True, slots=True)
class Holding:
    """Of one run: how many towers have some of it, and how many they are by its share of each."""

    towers: int = 0
    share: float = 0.0


NOBODY = Holding()


def present() -> dict[int, Holding]:
    """Return who holds which run now, by the runs' ids; one query."""
    rows = Shard.objects.filter(state=ShardState.LEASED).values_list("tower", "run")
    return shared(rows.annotate(mocks=Sum("count")).order_by())


def last(run: Run) -> Holding:
    """Return who held a run last, beside what these towers hold still; two queries."""
    own = dict(
        Shard.objects.filter(run=run)
        .exclude(tower="")
        .values_list("tower")
        .annotate(mocks=Sum("count"))
        .order_by()
    )
    others = Shard.objects.filter(state=ShardState.LEASED, tower__in=own).exclude(run=run)
    beside = dict(others.values_list("tower").annotate(mocks=Sum("count")).order_by())
    return share_of(own, beside)


def shared(rows: Iterable[tuple[str, int, int]]) -> dict[int, Holding]:
    """Return the holdings of runs, from (tower, run, mocks) of each."""
    towers: dict[str, dict[int, int]] = defaultdict(dict)
    runs: dict[int, dict[str, int]] = defaultdict(dict)
    for tower, run, mocks in rows:
        towers[tower][run] = runs[run][tower] = mocks
    sums = {tower: sum(held.values()) for tower, held in towers.items()}
    return {
        run: share_of(own, {tower: sums[tower] - mocks for tower, mocks in own.items()})
        for run, own in runs.items()
    }


def share_of(own: Mapping[str, int], beside: Mapping[str, int]) -> Holding:
    """Return a holding, from the mocks of a run and of others on each tower."""
    shares = (mocks / (mocks + beside.get(tower, 0)) for tower, mocks in own.items())
    return Holding(len(own), sum(shares))
