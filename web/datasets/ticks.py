"""What the clock does for datasets: goes on with uploads that got stuck, and tidies up."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from web.datasets import actions
from web.datasets.models import Dataset, Upload
from web.platform import large_files, storage

MOST_AT_ONCE = 100  # uploads that one tick looks at
# The form holds 15 minutes, and a transfer begun at its end may take as long again.
GIVEN_UP = timedelta(hours=1)
# No job has begun: Redis was down when it was to be told, or the object store since.
UNREAD = timedelta(minutes=1)
# A job began and did not end. Twice its own limit, so that one that lives is never doubled.
STUCK = timedelta(seconds=2 * actions.READ_TIMEOUT)
# A run may read the file it began with; simulator.MAX_DURATION is 7 days.
SUPERSEDED = timedelta(days=8)
State = Upload.State


def sweep() -> None:
    """Go on with stuck uploads; forget those given up; remove files that are long replaced.

    Call it about once a minute; any number of clocks may. While the object store does not answer
    it does nothing and the next tick tries again.
    """
    now = timezone.now()
    try:
        for upload in _entered(State.UPLOADING, before=now - GIVEN_UP):
            _finish_or_forget(upload)
        for upload in _entered(State.READING, before=now - UNREAD):
            if not upload.attempts or upload.changed < now - STUCK:
                _read_again(upload)
        for upload in _superseded(before=now - SUPERSEDED):
            _remove(upload)
    except storage.StorageUnavailable:
        return
    Dataset.objects.filter(uploads=None, uses=None, created__lt=now - GIVEN_UP).delete()


def _entered(state: State, *, before: object) -> list[Upload]:
    rows = Upload.objects.filter(state=state, changed__lt=before).select_related("dataset")
    return list(rows.order_by("changed")[:MOST_AT_ONCE])


def _superseded(*, before: object) -> list[Upload]:
    """Return ended uploads after which another file came into force before the given time."""
    newer = Upload.objects.filter(
        dataset=OuterRef("dataset"),
        state=State.READY,
        created__gt=OuterRef("created"),
        changed__lt=before,
    )
    ended = Upload.objects.filter(state__in=(State.READY, State.REFUSED))
    return list(ended.filter(Exists(newer))[:MOST_AT_ONCE])


def _finish_or_forget(upload: Upload) -> None:
    """Take a file whose browser left before it could tell; forget one that never came."""
    try:
        actions.uploaded(upload.dataset)
    except actions.NotArrived:
        _remove(upload)


def _read_again(upload: Upload) -> None:
    with transaction.atomic():
        if actions.move(upload, before=State.READING, after=State.READING):
            actions.nudge(upload)


def _remove(upload: Upload) -> None:
    if upload.parts_name:
        large_files.abort(upload.key, upload.parts_name)
    storage.delete(upload.key)
    upload.delete()
