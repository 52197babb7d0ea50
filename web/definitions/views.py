"""The pages of definitions: a list, the editor with its preview, and what else is done to one."""

from http import HTTPStatus
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.text import slugify
from django.views.decorators.http import require_GET, require_http_methods, require_POST

import simulator
from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.datasets.access import datasets_of
from web.definitions import access, actions
from web.definitions.forms import RenameForm
from web.definitions.models import Definition
from web.platform import storage
from web.targets.access import targets_of

ROWS_ON_A_PAGE = 50
STORE_IS_DOWN = (
    "The object store does not answer just now, so the datasets of this definition cannot be "
    "checked. Your text is still here; save it again in a minute."
)


@require_GET
@login_required
def index(request: UserRequest, workspace: UUID) -> HttpResponse:
    """List the workspace's definitions; ``name`` filters, ``order`` sorts, ``page`` turns."""
    opened = open_workspace(request, workspace)
    name, order = request.GET.get("name", "").strip(), request.GET.get("order", "")
    order = order if order in access.ORDERS else access.DEFAULT_ORDER
    rows = access.definitions_of(opened, name=name, order=order)
    page = Paginator(rows, ROWS_ON_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "definitions/index.html", {"page": page, "name": name, "order": order})


@require_http_methods(["GET", "POST"])
@login_required
def edit(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Show the editor; save its text as the next version, or show what is wrong in it."""
    role = Role.VIEWER if request.method == "GET" else Role.EDITOR
    found = access.definition_of(open_workspace(request, workspace, role=role), definition)
    if request.method == "GET":
        return _editor(request, found, text=found.text)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    try:
        saved = actions.save_text(found, text=text, base=_base(request), by=request.user)
    except actions.BadDocument as bad:
        return _editor(request, found, text=text, problems=bad.problems)
    except actions.SavedMeanwhile as newer:
        return _editor(request, found, text=text, refusal=str(newer))
    except storage.StorageUnavailable:
        return _editor(request, found, text=text, refusal=STORE_IS_DOWN)
    is_new = saved.number != _base(request)
    told = "Saved as version {}." if is_new else "Nothing was changed; version {} stays in force."
    messages.success(request, told.format(saved.number))
    return redirect(found)


@require_POST
@login_required
def copy(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Make a definition with the same text, and open it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.definition_of(opened, definition)
    try:
        made = actions.copy_definition(found, by=request.user)
    except (actions.BadDocument, storage.StorageUnavailable) as error:
        messages.error(request, f"It cannot be copied: {error}.")
        return redirect(found)
    messages.success(request, f"This is the copy, {made.name}.")
    return redirect(made)


@require_http_methods(["GET", "POST"])
@login_required
def rename(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Change a definition's name, which stands in its document."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.definition_of(opened, definition)
    form = RenameForm(request.POST or None, initial={"name": found.name})
    if request.method == "POST" and form.is_valid():
        try:
            actions.rename_definition(found, name=form.cleaned_data["name"], by=request.user)
        except (actions.BadDocument, actions.SavedMeanwhile, storage.StorageUnavailable) as error:
            form.add_error("name", _sentence(str(error)))
        else:
            messages.success(request, f"It is called {found.name} now.")
            return redirect(found)
    status = HTTPStatus.OK if request.method == "GET" else HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"definition": found, "form": form}
    return render(request, "definitions/rename.html", context, status=status)


@require_http_methods(["GET", "POST"])
@login_required
def delete(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Ask whether to delete a definition, and delete it."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.definition_of(opened, definition)
    if request.method == "GET":
        return render(request, "definitions/delete.html", {"definition": found})
    try:
        actions.delete_definition(found)
    except actions.InUse as used:
        messages.error(request, str(used))
        return redirect(found)
    messages.success(request, f"{found.name} is deleted.")
    return redirect("definitions:index", opened.code)


@require_GET
@login_required
def export(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Download the document in force as a file."""
    found = access.definition_of(open_workspace(request, workspace), definition)
    return _document(found, found.text)


def _base(request: UserRequest) -> int:
    """Return the number of the version that the text was edited from; 0 when it is not said."""
    number = request.POST.get("base", "")
    return int(number) if number.isdecimal() and len(number) < 10 else 0


def _editor(
    request: UserRequest,
    definition: Definition,
    *,
    text: str,
    problems: tuple[simulator.Problem, ...] = (),
    refusal: str = "",
) -> HttpResponse:
    is_refused = bool(problems or refusal)
    context = {
        "definition": definition,
        "text": text,
        "base": _base(request) if is_refused else definition.number,
        "problems": problems,
        "refusal": refusal,
        "is_unsaved": is_refused,
        "tiles": {"url": settings.MAP_TILES_URL, "attribution": settings.MAP_TILES_ATTRIBUTION},
        "targets": targets_of(definition.workspace),
        "dataset_names": [each.name for each in datasets_of(definition.workspace)],
    }
    status = HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK
    return render(request, "definitions/editor.html", context, status=status)


def _document(definition: Definition, text: str) -> HttpResponse:
    suffix = "json" if text.lstrip().startswith("{") else "yaml"
    name = f"{slugify(definition.name) or 'definition'}.{suffix}"
    response = HttpResponse(text, content_type=f"application/{suffix}; charset=utf-8")
    response.headers["Content-Disposition"] = storage.disposition(name)
    return response


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}."
