"""The pages of lots: a list, one lot, its form, and the button that starts it."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.lots import access, actions, pages
from web.lots.models import Lot
from web.runs.actions import CannotStart, WouldCollide, start_run
from web.runs.views import ANYWAY, rivals_page

PAGE = 25
ADD_ROW = "add_part"


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's lots; ``name`` and ``tag`` filter, ``order`` sorts, ``page`` turns."""
    opened = open_workspace(request, workspace)
    name, tag = request.GET.get("name", "").strip(), request.GET.get("tag", "")
    order = request.GET.get("order", "")
    order = order if order in access.ORDERS else access.DEFAULT_ORDER
    rows = access.listed(opened, name=name, tag=tag, order=order)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "last_runs": access.last_runs(page),
        "name": name,
        "tag": tag,
        "order": order,
        "tags": access.tags_of(opened),
    }
    return render(request, "lots/index.html", context)


@require_GET
@login_required
def detail(request: UserRequest, workspace: UUID, lot: UUID) -> HttpResponse:
    """Show one lot, what it will send, and its runs."""
    found = access.lot_of(open_workspace(request, workspace), lot)
    return render(request, "lots/detail.html", {"page": pages.lot_page(found), "lot": found})


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Make a lot."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, Lot(workspace=opened))


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, lot: UUID) -> HttpResponse:
    """Change a lot; runs that were started keep what they began with."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    return _form_page(request, access.lot_of(opened, lot))


@require_POST
@login_required
def copy(request: UserRequest, workspace: UUID, lot: UUID) -> HttpResponse:
    """Make another lot like this one, and open its form."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    made = actions.copy_lot(access.lot_of(opened, lot), by=request.user)
    messages.success(request, "This is the copy. Change what should be different.")
    return redirect("lots:edit", opened.code, made.code)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, lot: UUID) -> HttpResponse:
    """Ask whether to delete a lot, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.lot_of(opened, lot)
    if request.method == "GET":
        return render(request, "lots/delete.html", {"lot": found})
    actions.delete_lot(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("lots:index", opened.code)


@require_POST
@login_required
def start(request: UserRequest, workspace: UUID, lot: UUID) -> HttpResponse:
    """Start a run of the lot and go to its page, or say why not."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.lot_of(opened, lot)
    try:
        run = start_run(found, by=request.user, beside_rivals=ANYWAY in request.POST)
    except WouldCollide as would:
        return rivals_page(request, found, would, back=found.get_absolute_url())
    except CannotStart as cannot:
        messages.error(request, str(cannot))
        return redirect(found)
    return redirect(run)


def _form_page(request: UserRequest, lot: Lot) -> HttpResponse:
    if request.method == "GET":
        return render(request, "lots/form.html", {"page": pages.form_page(lot)})
    if ADD_ROW in request.POST:
        page = pages.form_page_with_another_row(lot, typed=request.POST)
        return render(request, "lots/form.html", {"page": page})
    page = pages.form_page(lot, data=request.POST)
    if not (page.is_valid and page.hold()):
        return render(request, "lots/form.html", {"page": page}, status=422)
    saved = actions.save_lot(page.form.instance, parts=page.rows.plans, by=request.user)
    messages.success(request, f"{saved.name} is saved.")
    return redirect(saved)
