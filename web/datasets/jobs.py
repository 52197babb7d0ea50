"""The job that reads an uploaded file; runs on the queue ``reports``."""

import logging

from django.db.models import F

import simulator
from web.datasets import actions
from web.datasets.facts import facts_of
from web.datasets.models import Upload
from web.platform import storage

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 3  # a file that ends its reader so often is refused


def read_upload(code: str) -> None:
    """Read the upload's file and put it in force, or refuse it by name; doing it twice is harmless.

    When the store does not answer, the upload stays as it is, and the clock asks again.

    Args:
        code: The upload's; one that is gone or is not being read is passed over.
    """
    upload = (
        Upload.objects.filter(code=code, state=Upload.State.READING)
        .select_related("dataset")
        .first()
    )
    if upload is None:
        return
    try:
        data = storage.get(upload.key)
    except storage.StorageUnavailable as down:
        logger.warning("dataset not read", extra={"upload": code, "reason": str(down)})
    except storage.ObjectMissing:
        actions.refuse(upload, "The file is not in the object store any more. Upload it again.")
    else:
        _read(upload, data)


def _read(upload: Upload, data: bytes) -> None:
    """Read bytes that are here; counted before, so that a reader that dies is noticed."""
    Upload.objects.filter(pk=upload.pk).update(attempts=F("attempts") + 1)
    if upload.attempts >= MOST_ATTEMPTS:
        actions.refuse(upload, f"Reading it did not come to an end in {MOST_ATTEMPTS} attempts.")
        return
    try:
        dataset = simulator.read_dataset(upload.dataset.name, data)
    except simulator.DatasetError as error:
        actions.refuse(upload, str(error))
    else:
        actions.accept(upload, facts_of(dataset))
