"""How many mocks of a run are to be on: by its lot, and by what people ordered since.

Rule: what was ordered counts from when it takes effect. Runs of before this was kept have all their
mocks on from the start.
"""

from collections.abc import Sequence

import simulator
from web.runs.models import Order, Run

Count = tuple[float, int]  # s of the run, mocks that are on from then on


def kept(lot: simulator.Lot) -> dict[str, object]:
    """Return what a run's row keeps of its lot."""
    plan = lot.presence
    aims = [order.model_dump(mode="json", exclude_defaults=True).get("aim") for order in lot.orders]
    return {
        "own": plan.own,
        "corners": list(plan.corners),
        "counts": list(plan.counts),
        "aims": aims,  # of the lot's orders, by their position
    }


def presence_of(run: Run) -> simulator.Presence:
    """Return how many mocks of a run are to be on when; one query."""
    return presences_of([run])[run.id]


def presences_of(runs: Sequence[Run]) -> dict[int, simulator.Presence]:
    """Return the same of several runs, by the rows' ids; one query."""
    given: dict[int, list[Count]] = {run.id: [] for run in runs}
    rows = Order.objects.filter(run__in=given, order__order="count").order_by()
    for run, since, order in rows.values_list("run", "since", "order"):
        given[run].append((since + order.get("at", 0.0), order["mocks"]))
    return {run.id: _presence(run, given[run.id]) for run in runs}


def _presence(run: Run, given: list[Count]) -> simulator.Presence:
    said = run.presence or {"own": run.mocks, "corners": [], "counts": []}
    corners = said["corners"] or [(0.0, run.mocks), (run.duration.total_seconds(), run.mocks)]
    counts = sorted([*map(tuple, said["counts"]), *given], key=lambda count: count[0])
    return simulator.Presence(own=said["own"], corners=corners, counts=counts)
