"""Making a definition: from a ready one, from what a device has sent, from an exported document."""

from http import HTTPStatus
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.definitions import actions
from web.definitions.forms import SAMPLE, CreateForm
from web.definitions.library import cards
from web.definitions.starters import STARTERS
from web.platform import storage

NO_STORE = "The object store does not answer just now. Try again in a minute."


@require_http_methods(["GET", "POST"])
@login_required
def create(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show the beginnings; make a definition from one of them."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    if request.method == "GET":
        return _page(request, CreateForm())
    form = CreateForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            made = actions.create_definition(
                opened, text=form.cleaned_data["text"], by=request.user
            )
        except actions.BadDocument as bad:
            _tell(form, bad)
        except storage.StorageUnavailable:
            form.add_error(None, NO_STORE)
        else:
            return redirect(made)
    return _page(request, form)


@require_POST
@login_required
def draft(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show the definition that a text makes, with what was guessed; nothing is stored."""
    open_workspace(request, workspace, role=Role.EDITOR)
    posted = request.POST.copy()
    posted["starter"] = SAMPLE
    posted["name"] = posted.get("name") or "Device"
    form = CreateForm(posted, request.FILES)
    form.is_valid()
    if request.headers.get("HX-Request"):
        return render(request, "definitions/_draft.html", {"form": form})
    return _page(request, form, status=HTTPStatus.OK)


def _page(
    request: UserRequest, form: CreateForm, *, status: HTTPStatus | None = None
) -> HttpResponse:
    usual = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    context = {"form": form, "starters": STARTERS.values(), "cards": cards()}
    return render(request, "definitions/create.html", context, status=status or usual)


def _tell(form: CreateForm, bad: actions.BadDocument) -> None:
    """Put each problem of the document to the field that it comes from."""
    for problem in bad.problems:
        place = f"{problem.place}: " if problem.place not in ("", "name") else ""
        field = "name" if problem.place == "name" else "sample" if form.draft else None
        text = f"{place}{problem.text}"
        form.add_error(field, f"{text[:1].upper()}{text[1:]}.")
