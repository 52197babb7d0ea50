"""Removes what lies in the store without a row: uploads that were never claimed, parts of others.

Rule: only what is older than a day, for a younger one may get its row yet. A workspace is looked
through once a day, at the hour that its row's id falls on, so that nothing has to be remembered.
"""

import logging
from datetime import datetime, timedelta

from django.utils import timezone

from web.accounts.models import Workspace
from web.datasets.models import Upload
from web.datasets.tables import sealed_key
from web.platform import large_files, storage

logger = logging.getLogger(__name__)

YOUNG = timedelta(days=1)
HOURS = 24
MOST = 1_000  # objects of a workspace that one look removes


def sweep(now: datetime | None = None) -> int:
    """Look through the workspaces of this hour; return how many objects and uploads were removed.

    Call it once an hour; any number of clocks may. While the store does not answer it does nothing
    more, and the next day tries again.
    """
    moment = now or timezone.now()
    removed = 0
    try:
        for pk, code in Workspace.objects.filter(deleted=None).values_list("id", "code"):
            if pk % HOURS == moment.hour:
                removed += sweep_workspace(f"workspaces/{code}/datasets/", before=moment - YOUNG)
    except storage.StorageUnavailable as down:
        logger.warning("orphans stay for now: %s", down)
    if removed:
        logger.info("orphans removed", extra={"count": removed})
    return removed


def sweep_workspace(prefix: str, *, before: datetime) -> int:
    """Remove what no row names below a prefix and is older than ``before``; return how many."""
    old = [key for key, written in storage.listed(prefix) if written < before]
    orphans = sorted(set(old) - known_keys(prefix))[:MOST]
    storage.delete_many(orphans)
    open_names = set(Upload.objects.exclude(parts_name="").values_list("parts_name", flat=True))
    parts = [
        (key, name)
        for key, name, began in large_files.unfinished(prefix)
        if began < before and name not in open_names
    ]
    for key, name in parts[:MOST]:
        large_files.abort(key, name)
    return len(orphans) + len(parts[:MOST])


def known_keys(prefix: str) -> set[str]:
    """Return the keys below a prefix that rows name, as they are and as they may be sealed."""
    keys = set(Upload.objects.filter(key__startswith=prefix).values_list("key", flat=True))
    return keys | {sealed_key(key) for key in keys}
