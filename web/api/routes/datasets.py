"""Datasets: uploaded files. A file goes straight to the object store, never through the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from ninja import Query, Router, Schema, Status
from pydantic import Field

from web.api.door import EDITOR, VIEWER, KeyRequest, count
from web.api.paging import Listed, Wanted, by_name
from web.api.problems import Invalid, form_errors
from web.datasets import access, actions
from web.datasets.forms import SizeForm, UploadForm
from web.datasets.models import MOST_BYTES, Dataset
from web.platform import storage
from web.platform.limiting import DOWNLOAD, UPLOAD

router = Router(tags=["Datasets"])
WRONG = "The file cannot be taken like this."


class DatasetTold(Schema):
    """A dataset, and how far its newest upload is."""

    code: UUID
    name: str = Field(description="What definitions call it: van-7.gpx.")
    is_credentials: bool = Field(description="A credential table: kept sealed, never given back.")
    created: datetime
    is_ready: bool = Field(description="There is a file in force.")
    size: int | None = Field(description="Bytes of the file in force.")
    state: str = Field(description="Newest upload: uploading, reading, ready, refused; or empty.")
    reason: str = Field(description="Why the newest upload was refused, a sentence.")


class NewFile(Schema, extra="forbid"):
    """A file under a new name."""

    name: str = Field(description="Ends in .csv, .gpx, .geojson, .proto or .avsc.")
    size: int = Field(description=f"Bytes, 1 to {MOST_BYTES:,}; the store takes exactly so many.")
    is_credentials: bool = False


class NextFile(Schema, extra="forbid"):
    """Another file for a dataset."""

    size: int = Field(description=f"Bytes, 1 to {MOST_BYTES:,}; the store takes exactly so many.")


class PartTold(Schema):
    """One part of a large file: send `size` bytes to `url` with PUT."""

    url: str
    size: int


class Ticket(Schema):
    """How to send the file: a form (POST `fields`, then `file`), or parts in their order."""

    dataset: UUID
    url: str = Field(description="Where the form goes; empty where there are parts.")
    fields: dict[str, str] = Field(description="Fields of the form, in this order.")
    parts: list[PartTold]


class Link(Schema):
    """An address of the object store that holds for minutes."""

    url: str


@router.get("datasets", response=Listed[DatasetTold], **VIEWER)
def list_datasets(request: KeyRequest, wanted: Query[Wanted]) -> Listed[DatasetTold]:
    """List datasets by name."""
    return by_name(access.datasets_of(request.workspace), wanted, tell)


@router.post("datasets", response={201: Ticket}, **EDITOR)
def new_dataset(request: KeyRequest, body: NewFile) -> Status[Ticket]:
    """Begin the upload of a file under a new name; then send it, then say `uploaded`."""
    count(request, UPLOAD)
    form = held(UploadForm(body.model_dump()))
    ticket = actions.new_upload(request.workspace, **form.cleaned_data, by=request.user)
    return Status(201, tell_ticket(ticket))


@router.get("datasets/{uuid:dataset}", response=DatasetTold, **VIEWER)
def get_dataset(request: KeyRequest, dataset: UUID) -> DatasetTold:
    """Get a dataset: ask until `state` is ready or refused."""
    return tell(access.dataset_of(request.workspace, dataset))


@router.post("datasets/{uuid:dataset}/file", response={201: Ticket}, **EDITOR)
def replace_file(request: KeyRequest, dataset: UUID, body: NextFile) -> Status[Ticket]:
    """Begin the upload of another file; the present one stays in force until it is read."""
    count(request, UPLOAD)
    found = access.dataset_of(request.workspace, dataset)
    form = held(SizeForm(body.model_dump()))
    ticket = actions.replace_file(found, **form.cleaned_data, by=request.user)
    return Status(201, tell_ticket(ticket))


@router.post("datasets/{uuid:dataset}/uploaded", response={202: DatasetTold}, **EDITOR)
def uploaded(request: KeyRequest, dataset: UUID) -> Status[DatasetTold]:
    """Say that the file was sent; a job reads it."""
    actions.uploaded(access.dataset_of(request.workspace, dataset))
    return Status(202, tell(access.dataset_of(request.workspace, dataset)))


@router.get("datasets/{uuid:dataset}/link", response=Link, **VIEWER)
def link_to_dataset(request: KeyRequest, dataset: UUID) -> Link:
    """Get an address that downloads the file in force; of a credential table there is none."""
    count(request, DOWNLOAD)
    found = access.dataset_of(request.workspace, dataset)
    if found.is_credentials or found.current is None:
        raise Http404("there is no file to download")
    return Link(url=storage.download_link(found.current.key, file_name=found.name))


@router.delete("datasets/{uuid:dataset}", response={204: None}, **EDITOR)
def delete_dataset(request: KeyRequest, dataset: UUID) -> Status[None]:
    """Delete a dataset, unless a definition or a target uses it."""
    actions.delete_dataset(access.dataset_of(request.workspace, dataset))
    return Status(204, None)


def held(form: SizeForm) -> SizeForm:
    """Return a form that is right.

    Raises:
        Invalid: It is not.
    """
    if not form.is_valid():
        raise Invalid(WRONG, *form_errors(form))
    return form


def tell(row: Dataset) -> DatasetTold:
    """Return what is told of a dataset."""
    newest, current = row.newest, row.current
    return DatasetTold(
        code=row.code,
        name=row.name,
        is_credentials=row.is_credentials,
        created=row.created,
        is_ready=current is not None,
        size=current.size if current else None,
        state=newest.state if newest else "",
        reason=newest.reason if newest else "",
    )


def tell_ticket(ticket: actions.Ticket) -> Ticket:
    """Return how to send a file."""
    form: Any = ticket.way.form
    return Ticket(
        dataset=ticket.upload.dataset.code,
        url=form.url if form else "",
        fields=form.fields if form else {},
        parts=[PartTold(url=part.url, size=part.size) for part in ticket.way.parts],
    )
