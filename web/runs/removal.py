"""Removes a deleted run: its rows at once, its objects by the clock a little later."""

import logging
from datetime import timedelta
from uuid import UUID

from django.db import transaction

from web.platform.removal import remove_later
from web.runs.models import LIVE, Run

logger = logging.getLogger(__name__)

STRAGGLERS = timedelta(
    minutes=2
)  # a tower or a report that still writes finds its row gone by then


def remove(code: UUID) -> bool:
    """Remove a run that was deleted and has ended; return whether it is gone now.

    Doing it twice is harmless. One whose tower still works is left for the clock's next look.
    """
    run = (
        Run.objects.filter(code=code, deleted__isnull=False)
        .exclude(state__in=LIVE)
        .select_related("workspace")
        .first()
    )
    if run is None:
        return False
    with transaction.atomic():
        remove_later(run.prefix, wait=STRAGGLERS)
        run.delete()
    logger.info("run removed", extra={"run": str(code)})
    return True
