"""The secrets in ``lot.json`` of runs that go on, sealed anew after a change of keys.

Rule: nothing else of a run's snapshot ever changes; of runs that ended nobody opens them again.
"""

import json
from collections.abc import Callable

from web.platform import secrets, storage
from web.platform.rotation import Count
from web.runs.models import LIVE, Run

CONTENT_TYPE = "application/json"


def rotate(*, told: Callable[[Count], None], is_trial: bool) -> Count:
    """Seal the secrets of live runs anew with the first key.

    Args:
        told: Called after each run.
        is_trial: Count only what is to be done.

    Raises:
        StorageUnavailable: The store does not answer; begin again later.
    """
    count = Count("secrets of live runs")
    for run in Run.objects.filter(state__in=LIVE).select_related("workspace").order_by("pk"):
        renew(run.lot_key, count, is_trial=is_trial)
        told(count)
    return count


def renew(key: str, count: Count, *, is_trial: bool) -> None:
    """Seal the secrets of one ``lot.json`` anew unless they are sealed with the first key."""
    try:
        lot = json.loads(storage.get(key))
        sealed = lot["target"].get("secrets", "")
        count.seen += bool(sealed)
        if not sealed or secrets.is_current(sealed):
            return
        lot["target"]["secrets"] = secrets.reseal(sealed)
    except (storage.ObjectMissing, secrets.SealBroken):
        count.broken += 1
        return
    if not is_trial:
        storage.put(key, json.dumps(lot).encode(), content_type=CONTENT_TYPE)
    count.renewed += 1
