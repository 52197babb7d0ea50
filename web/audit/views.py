"""The pages of the audit log; a workspace's owners see them."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.audit import access, actions, forms
from web.audit.models import ExportState
from web.platform import storage

PAGE = 50
LATELY = 5  # files that the page shows


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List what was done in the workspace, newest first."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    form = forms.read(request.GET)
    order = request.GET.get("order", access.NEWEST)
    rows = access.entries_of(opened, form.query, order=order)
    context = {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "order": order,
        "is_filtered": form.query != access.ALL,
        "exports": access.exports_of(opened)[:LATELY],
    }
    return render(request, "audit/index.html", context)


@require_POST
@login_required
def ask(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Have a file made of what the page shows."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    form = forms.read(request.POST)
    if not form.is_valid():
        messages.error(request, "The times of the filter are wrong. Mend them, then ask again.")
        return redirect("audit:index", opened.code)
    try:
        export = actions.ask_for_export(opened, form.query, by=request.user)
    except actions.TooMany as many:
        messages.error(request, str(many))
        return redirect("audit:index", opened.code)
    return redirect(export)


@require_GET
@login_required
def export(request: UserRequest, workspace: UUID, export: UUID) -> HttpResponse:
    """Show how far a file is; the page asks again by itself while it is being made."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    found = access.export_of(opened, export)
    is_part = request.headers.get("HX-Request") == "true"
    template = "audit/_export.html" if is_part else "audit/export.html"
    return render(request, template, {"export": found})


@require_GET
@login_required
def download(request: UserRequest, workspace: UUID, export: UUID) -> HttpResponse:
    """Lead to the file, by a link that holds for minutes."""
    opened = open_workspace(request, workspace, role=Role.OWNER)
    found = access.export_of(opened, export)
    if found.state != ExportState.READY:
        messages.error(request, "The file is not ready.")
        return redirect(found)
    name = f"Audit log {found.created:%Y-%m-%d %H%M}.csv"
    try:
        link = storage.download_link(
            found.key, file_name=name, content_type="text/csv; charset=utf-8"
        )
    except storage.StorageUnavailable:
        messages.error(request, "The object store does not answer. Try again in a minute.")
        return redirect(found)
    return redirect(link)
