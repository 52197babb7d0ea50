"""Removes what a deleted run kept: objects first, so that a row is left while any object is."""

import logging
from uuid import UUID

from web.platform import storage
from web.runs.models import LIVE, Run

logger = logging.getLogger(__name__)


def remove(code: UUID) -> bool:
    """Remove a run that was deleted and has ended; return whether it is gone now.

    Doing it twice is harmless. One whose tower still writes is left for the clock's next look.

    Raises:
        StorageUnavailable: The object store does not answer; the rows stay.
    """
    run = Run.objects.filter(code=code, deleted__isnull=False).exclude(state__in=LIVE).first()
    if run is None:
        return False
    for report in run.reports.exclude(key=""):
        storage.delete(report.key)
    for key in storage.keys(run.prefix):
        storage.delete(key)
    run.delete()
    logger.info("run removed", extra={"run": str(code)})
    return True
