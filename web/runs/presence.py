"""How many mocks of a run are to be on: by its lot, and by what people ordered since.

Rule: what was ordered counts from when it takes effect. Runs of before this was kept have all their
mocks on from the start.
"""

import simulator
from web.runs.models import Run


def kept(lot: simulator.Lot) -> dict[str, object]:
    """Return what a run's row keeps of its lot."""
    plan = lot.presence
    return {"own": plan.own, "corners": list(plan.corners), "counts": list(plan.counts)}


def presence_of(run: Run) -> simulator.Presence:
    """Return how many mocks of a run are to be on when; one query."""
    said = run.presence or {"own": run.mocks, "corners": [], "counts": []}
    corners = said["corners"] or [(0.0, run.mocks), (run.duration.total_seconds(), run.mocks)]
    rows = run.orders.filter(order__order="count").values_list("since", "order")
    given = [(since + order.get("at", 0.0), order["mocks"]) for since, order in rows]
    counts = sorted([*map(tuple, said["counts"]), *given], key=lambda count: count[0])
    return simulator.Presence(own=said["own"], corners=corners, counts=counts)
