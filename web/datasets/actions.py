"""Everything that changes datasets: the way of a file from the browser to facts on a page.

Rule: a change of state names the state it expects, so that a doubled job or click does nothing.
"""

import logging
import uuid
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.db import IntegrityError, models, transaction
from django.utils import timezone

from web.accounts.models import User, Workspace
from web.audit.actions import note
from web.datasets.facts import Facts
from web.datasets.models import CONTENT_TYPES, PARTS_ABOVE, Dataset, Upload
from web.datasets.tables import sealed_key
from web.platform import large_files, queues, storage

logger = logging.getLogger(__name__)
READ_TIMEOUT = 5 * 60  # s; 100 MB are read in about 10 s
State = Upload.State


class NameTaken(Exception):
    """Another dataset of the workspace has this name; the text is a sentence."""


class InUse(Exception):
    """A definition or a target needs the dataset; the text is a sentence that names it."""


class NotArrived(Exception):
    """The file is not in the object store, or not as it was announced; the text is a sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """How a browser sends a file: the store's form, or the parts of an upload with its name."""

    form: storage.UploadForm | None = None
    name: str = ""
    parts: tuple[large_files.Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a browser needs to send one file: the row, and the way."""

    upload: Upload
    way: Way


def new_upload(
    workspace: Workspace, *, name: str, size: int, by: User, is_credentials: bool = False
) -> Ticket:
    """Begin the upload of a file under a new name.

    A name whose earlier uploads all failed or were given up may be taken again.

    Args:
        workspace: Where it will belong.
        name: As ``models.name_is_safe`` checked it.
        size: Bytes; the store takes exactly so many.
        by: Who is named as the one that uploaded it.
        is_credentials: Whether it is a credential table, which is kept sealed.

    Raises:
        NameTaken: There is such a dataset, and a good file in it.
        StorageUnavailable: No bucket is configured.
    """
    dataset, _ = Dataset.objects.get_or_create(workspace=workspace, name=name)
    if dataset.uploads.filter(state__in=(State.READY, State.READING)).exists():
        raise NameTaken(f"There is a dataset {name} already. Replace its file on its own page.")
    if dataset.is_credentials != is_credentials:
        dataset.is_credentials = is_credentials
        dataset.save(update_fields=["is_credentials"])
    return replace_file(dataset, size=size, by=by)


def replace_file(dataset: Dataset, *, size: int, by: User) -> Ticket:
    """Begin the upload of another file for the dataset; the present one stays until it is read.

    Raises:
        StorageUnavailable: No bucket is configured.
    """
    suffix = PurePosixPath(dataset.name).suffix
    code = uuid.uuid4()
    key = f"workspaces/{dataset.workspace.code}/datasets/{dataset.code}/{code}{suffix}"
    way = way_of(key, size=size, content_type=CONTENT_TYPES[suffix])
    with transaction.atomic():
        give_up(dataset)
        upload = Upload.objects.create(
            code=code, dataset=dataset, key=key, size=size, created_by=by, parts_name=way.name
        )
        note("dataset.upload_begun", user=by, about=dataset, words=f"{size:,} bytes.")
    return Ticket(upload, way)


def way_of(key: str, *, size: int, content_type: str) -> Way:
    """Return how a browser sends a file: with one form, or a large one in parts.

    Raises:
        StorageUnavailable: No bucket is configured, or the store does not answer.
    """
    if size <= PARTS_ABOVE:
        form = storage.upload_form(key, content_type=content_type, least=size, most=size)
        return Way(form=form)
    name = large_files.begin(key, content_type=content_type)
    return Way(name=name, parts=tuple(large_files.parts_of(key, name, size=size)))


def give_up(dataset: Dataset) -> None:
    """Forget the upload that is on its way, and remove what arrived of it after the commit."""
    rows = dataset.uploads.filter(state=State.UPLOADING)
    known = list(rows.values_list("key", "parts_name"))
    rows.delete()
    transaction.on_commit(lambda: remove_parts(known))


def remove_parts(uploads: list[tuple[str, str]]) -> None:
    """Remove uploads that no row names any more; those left by a silent store are found later."""
    remove_objects([key for key, _ in uploads])
    try:
        for key, name in uploads:
            if name:
                large_files.abort(key, name)
    except storage.StorageUnavailable as down:
        logger.warning("parts left behind", extra={"uploads": len(uploads), "reason": str(down)})


def uploaded(dataset: Dataset) -> None:
    """Take the file that the browser says it has sent, and have a job read it.

    Raises:
        NotArrived: The store does not have it, or not in the announced size.
        StorageUnavailable: The store does not answer; ask again, or leave it to the clock.
    """
    upload = dataset.uploads.filter(state=State.UPLOADING).first()
    if upload is None:
        return  # told twice, or the clock was faster
    check_arrived(upload)
    with transaction.atomic():
        if move(upload, before=State.UPLOADING, after=State.READING):
            nudge(upload)


def check_arrived(upload: Upload) -> None:
    """Raise NotArrived unless the object is in the store in the size that was announced."""
    if upload.parts_name:
        large_files.finish(upload.key, upload.parts_name, size=upload.size)
    try:
        stored = storage.head(upload.key)
    except storage.ObjectMissing as missing:
        raise NotArrived("The file has not arrived at the object store. Upload it again.") from (
            missing
        )
    if stored.size != upload.size:
        raise NotArrived(
            f"{stored.size:,} bytes arrived, {upload.size:,} were announced. Upload it again."
        )


def nudge(upload: Upload) -> None:
    """Have a job read the upload, once the transaction has committed."""
    from web.datasets import jobs  # noqa: PLC0415 (the job writes through this module)

    queues.enqueue_on_commit("reports", jobs.read_upload, str(upload.code), timeout=READ_TIMEOUT)


def move(upload: Upload, *, before: State, after: State, **values: object) -> bool:
    """Bring the upload from one state into another. Return False when it was not in ``before``."""
    moved = Upload.objects.filter(pk=upload.pk, state=before).update(
        state=after, changed=timezone.now(), **values
    )
    return moved == 1


def accept(upload: Upload, facts: Facts, *, key: str | None = None) -> bool:
    """Put a file that could be read in force. Return False when it is not being read any more.

    ``key`` is where it lies now; None: where it was uploaded to.
    """
    where = upload.key if key is None else key
    return move(upload, before=State.READING, after=State.READY, facts=facts, key=where)


def refuse(upload: Upload, reason: str) -> bool:
    """Refuse a file for a reason in words. Return False when it is not being read any more."""
    return move(upload, before=State.READING, after=State.REFUSED, reason=reason)


def rename_dataset(dataset: Dataset, *, name: str) -> None:
    """Give the dataset another name of the same kind.

    Raises:
        InUse: A definition or a target refers to it by its name.
        NameTaken: Another dataset has it.
    """
    _check_unused(dataset, "rename")
    try:
        with transaction.atomic():
            Dataset.objects.filter(pk=dataset.pk).update(name=name)
            note("dataset.renamed", about=dataset, words=f"Now {name}.")
    except IntegrityError as error:
        raise NameTaken(f"There is a dataset {name} already.") from error
    dataset.name = name


def delete_dataset(dataset: Dataset) -> None:
    """Delete the dataset and, as far as the store answers, its objects.

    Raises:
        InUse: A definition or a target refers to it.
    """
    keys = [upload.key for upload in dataset.uploads.all()]
    if dataset.is_credentials:  # one that is being read may be sealed already
        keys += [sealed_key(key) for key in keys]
    try:
        with transaction.atomic():
            note("dataset.deleted", about=dataset)
            dataset.delete()
    except models.ProtectedError as error:
        _check_unused(dataset, "delete")
        raise InUse(f"{dataset.name} is still in use.") from error
    transaction.on_commit(lambda: remove_objects(keys))


def remove_objects(keys: list[str]) -> None:
    """Delete objects that no row names any more; those left by a silent store are logged."""
    try:
        for key in keys:
            storage.delete(key)
    except storage.StorageUnavailable as down:
        logger.warning("objects left behind", extra={"keys": len(keys), "reason": str(down)})


def _check_unused(dataset: Dataset, deed: str) -> None:
    users = [f"“{definition.name}”" for definition in dataset.definitions.order_by("name")[:5]]
    users += [f"the target “{target.name}”" for target in dataset.targets.order_by("name")[:5]]
    if users:
        raise InUse(
            f"{dataset.name} is used by {', '.join(users)}. Take it out there, then {deed} it."
        )
