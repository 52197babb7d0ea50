"""The only door to datasets: what is not in the workspace is not there."""

from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404

from web.accounts.models import Workspace
from web.datasets.models import Dataset, Upload


def datasets_of(workspace: Workspace) -> QuerySet[Dataset]:
    """Return the workspace's datasets by name, their uploads fetched, newest first."""
    return (
        Dataset.objects.filter(workspace=workspace)
        .select_related("workspace")
        .prefetch_related("uploads__created_by", "definitions__workspace", "targets__workspace")
    )


def dataset_of(workspace: Workspace, code: UUID) -> Dataset:
    """Return one dataset of the workspace.

    Raises:
        Http404: There is none with this code here.
    """
    dataset = datasets_of(workspace).filter(code=code).first()
    if dataset is None:
        raise Http404("no such dataset")
    return dataset


def table_named(workspace: Workspace, name: str) -> Upload | None:
    """Return the credential table in force under a name; None: there is none, or none ready."""
    ready = Upload.objects.filter(
        dataset__workspace=workspace,
        dataset__name=name,
        dataset__is_credentials=True,
        state=Upload.State.READY,
    )
    return ready.first()


def uploads_in_force(workspace: Workspace) -> dict[str, Upload]:
    """Return the upload that stands behind each name that definitions can use."""
    ready = Upload.objects.filter(dataset__workspace=workspace, state=Upload.State.READY)
    oldest_first = ready.select_related("dataset").order_by("created", "id")
    return {upload.dataset.name: upload for upload in oldest_first}
