"""Removes objects whose rows are gone, and parts that nobody put together.

Rule: the row of a removal goes last, so that nothing is forgotten.
"""

import logging
from datetime import timedelta

from django.utils import timezone

from web.platform import large_files, storage
from web.platform.models import Removal

logger = logging.getLogger(__name__)

MOST_AT_ONCE = 1_000  # objects that one call removes: some ten seconds; the next call goes on


def remove_later(prefix: str, *, wait: timedelta) -> None:
    """Have everything under ``prefix`` removed once ``wait`` has passed.

    The wait is for those who still write: a tower learns within its lease that its run is gone.
    Part of the caller's transaction.
    """
    Removal.objects.create(prefix=prefix, after=timezone.now() + wait)


def remove_due() -> None:
    """Remove what is due, at most ``MOST_AT_ONCE`` objects; a clock's tick, harmless when doubled.

    While the store does not answer nothing happens, and the next call tries again.
    """
    removal = Removal.objects.filter(after__lte=timezone.now()).order_by("after").first()
    if removal is None:
        return
    try:
        for count, key in enumerate(storage.keys(removal.prefix)):
            if count >= MOST_AT_ONCE:
                return
            storage.delete(key)
        for key, name, _ in large_files.unfinished(removal.prefix):
            large_files.abort(key, name)
    except storage.StorageUnavailable:
        logger.warning("objects stay for now", extra={"prefix": removal.prefix})
        return
    removal.delete()
