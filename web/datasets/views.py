"""The pages of datasets, and the three steps of an upload: ask, send to the store, tell."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.datasets import access, actions
from web.datasets.forms import RenameForm, SizeForm, UploadForm
from web.datasets.models import MOST_BYTES
from web.platform import storage

STORE_IS_DOWN = "The object store does not answer just now. Nothing is lost; try again in a minute."


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's datasets, with the place to upload more."""
    opened = open_workspace(request, workspace)
    context = {"datasets": access.datasets_of(opened), "most_bytes": MOST_BYTES}
    return render(request, "datasets/index.html", context)


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, dataset: UUID) -> HttpResponse:
    """Show one dataset; only what changes, when htmx asks."""
    opened = open_workspace(request, workspace)
    found = access.dataset_of(opened, dataset)
    is_part = "HX-Request" in request.headers
    template = "datasets/_file.html" if is_part else "datasets/detail.html"
    context = {"dataset": found, "most_bytes": MOST_BYTES}
    response = render(request, template, context)
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_POST
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Begin an upload under a new name: ``name`` and ``size`` in, the store's form out, as JSON."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    form = UploadForm(request.POST)
    if not form.is_valid():
        return _refused(form)
    try:
        ticket = actions.new_upload(opened, **form.cleaned_data, by=request.user)
    except actions.NameTaken as taken:
        return JsonResponse({"errors": [str(taken)]}, status=422)
    except storage.StorageUnavailable:
        return JsonResponse({"errors": [STORE_IS_DOWN]}, status=503)
    return _ticket(ticket)


@require_POST
@login_required
def replace(request: UserRequest, workspace: UUID, dataset: UUID) -> HttpResponse:
    """Begin the upload of another file for a dataset: ``size`` in, the store's form out."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.dataset_of(opened, dataset)
    form = SizeForm(request.POST)
    if not form.is_valid():
        return _refused(form)
    try:
        return _ticket(actions.replace_file(found, **form.cleaned_data, by=request.user))
    except storage.StorageUnavailable:
        return JsonResponse({"errors": [STORE_IS_DOWN]}, status=503)


@require_POST
@login_required
def uploaded(request: UserRequest, workspace: UUID, dataset: UUID) -> HttpResponse:
    """Hear that the file is in the store; the answer names the page that shows how it goes on."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.dataset_of(opened, dataset)
    try:
        actions.uploaded(found)
    except actions.NotArrived as error:
        return JsonResponse({"errors": [str(error)]}, status=409)
    except storage.StorageUnavailable:
        return JsonResponse({"errors": [STORE_IS_DOWN]}, status=503)
    return JsonResponse({"page": found.get_absolute_url()}, status=202)


@require_http_methods(["GET", "POST"])
@login_required
def rename(request: UserRequest, workspace: UUID, dataset: UUID) -> HttpResponse:
    """Give a dataset another name."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.dataset_of(opened, dataset)
    form = RenameForm(request.POST or None, dataset=found)
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_dataset(found, name=form.cleaned_data["name"])
        except (actions.InUse, actions.NameTaken) as error:
            form.add_error("name", str(error))
        else:
            messages.success(request, f"It is called {found.name} now.")
            return redirect(found)
    status = 200 if request.method == "GET" else 422
    return render(request, "datasets/rename.html", {"dataset": found, "form": form}, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, dataset: UUID) -> HttpResponse:
    """Ask whether to delete a dataset, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.dataset_of(opened, dataset)
    if request.method == "GET":
        return render(request, "datasets/delete.html", {"dataset": found})
    try:
        actions.delete_dataset(found)
    except actions.InUse as used:
        messages.error(request, str(used))
        return redirect(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("datasets:index", opened.code)


@require_GET
@login_required
def download(request: UserRequest, workspace: UUID, dataset: UUID) -> HttpResponse:
    """Lead to the file in the object store, by a link that soon expires."""
    opened = open_workspace(request, workspace)
    found = access.dataset_of(opened, dataset)
    if found.is_credentials:
        messages.error(request, "A credential table is kept encrypted, and nobody gets it back.")
        return redirect(found)
    if found.current is None:
        messages.error(request, "There is no file to download yet.")
        return redirect(found)
    try:
        return redirect(storage.download_link(found.current.key, file_name=found.name))
    except storage.StorageUnavailable:
        messages.error(request, STORE_IS_DOWN)
        return redirect(found)


def _refused(form: SizeForm) -> JsonResponse:
    texts = [text for errors in form.errors.values() for text in errors]
    return JsonResponse({"errors": texts}, status=422)


def _ticket(ticket: actions.Ticket) -> JsonResponse:
    dataset, form = ticket.upload.dataset, ticket.way.form
    told = reverse("datasets:uploaded", args=[dataset.workspace.code, dataset.code])
    return JsonResponse(
        {
            "url": form.url if form else "",
            "fields": form.fields if form else {},
            "parts": [{"url": part.url, "size": part.size} for part in ticket.way.parts],
            "uploaded": told,
            "page": dataset.get_absolute_url(),
        },
        status=201,
    )
