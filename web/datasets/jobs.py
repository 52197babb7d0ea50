"""The job that reads an uploaded file; runs on the queue ``reports``."""

import logging

from django.db.models import F
from django.utils import timezone

import simulator
from web.datasets import actions, tables
from web.datasets.facts import facts_of, table_facts
from web.datasets.loading import WorkspaceDatasets
from web.datasets.models import Dataset, Upload
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
        .select_related("dataset__workspace")
        .first()
    )
    if upload is None:
        return
    try:
        if upload.dataset.is_credentials and _was_sealed(upload):
            return
        data = storage.get(upload.key)
        _read(upload, data)
    except storage.StorageUnavailable as down:
        logger.warning("dataset not read", extra={"upload": code, "reason": str(down)})
    except storage.ObjectMissing:
        actions.refuse(upload, "The file is not in the object store any more. Upload it again.")


def _read(upload: Upload, data: bytes) -> None:
    """Read bytes that are here; counted before, so that a reader that dies is noticed."""
    Upload.objects.filter(pk=upload.pk).update(attempts=F("attempts") + 1)
    if upload.attempts >= MOST_ATTEMPTS:
        actions.refuse(upload, f"Reading it did not come to an end in {MOST_ATTEMPTS} attempts.")
        return
    if upload.dataset.is_credentials:
        _read_table(upload, data)
        return
    try:
        dataset = simulator.read_dataset(upload.dataset.name, data)
    except simulator.DatasetError as error:
        actions.refuse(upload, str(error))
        return
    if trouble := _trouble(upload.dataset, dataset):
        actions.refuse(upload, trouble)
    else:
        actions.accept(upload, facts_of(dataset))


def _read_table(upload: Upload, data: bytes) -> None:
    """Check a credential table and keep it sealed; either way nothing is left in the clear."""
    checked = simulator.check_credentials(upload.dataset.name, data, now=timezone.now().timestamp())
    if checked.table is None:
        told = "\n".join(map(str, checked.problems))
        _refuse_table(upload, told + (f"\nand {checked.more:,} more" if checked.more else ""))
        return
    if trouble := _trouble_of_table(upload.dataset, checked.table):
        _refuse_table(upload, trouble)
        return
    try:
        tables.keep(checked.table, key=upload.key)
    except tables.TooLarge as error:
        _refuse_table(upload, str(error))
        return
    actions.accept(upload, table_facts(checked.table), key=tables.sealed_key(upload.key))


def _refuse_table(upload: Upload, reason: str) -> None:
    storage.delete(upload.key)
    actions.refuse(upload, reason)


def _was_sealed(upload: Upload) -> bool:
    """Put a table in force that a job before this one had sealed when it ended; else False."""
    try:
        storage.head(tables.sealed_key(upload.key))
    except storage.ObjectMissing:
        return False
    table = tables.table_at(upload.key)
    storage.delete(upload.key)
    actions.accept(upload, table_facts(table), key=tables.sealed_key(upload.key))
    return True


def _trouble_of_table(dataset: Dataset, table: simulator.CredentialTable) -> str:
    """Return why a definition cannot read the new table's columns; "" when all can."""
    if not dataset.definitions.exists():
        return ""
    try:
        return _trouble(dataset, table.public())
    except simulator.DatasetError as error:
        return f"{error}."


def _trouble(dataset: Dataset, table: simulator.Dataset) -> str:
    """Return why a definition of the dataset cannot use the new table; "" when all can."""
    tables = WorkspaceDatasets(dataset.workspace, instead={dataset.name: table})
    for definition in dataset.definitions.order_by("name"):
        if problems := simulator.check(definition.text, datasets=tables).problems:
            return f"The definition “{definition.name}” cannot use this file: {problems[0]}."
    return ""
