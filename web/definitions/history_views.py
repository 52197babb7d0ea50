"""The versions of a definition: their list, what differs between two, and the way back to one."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Role
from web.definitions import access, actions
from web.definitions.history import Comparison, compared
from web.definitions.models import Definition, Version
from web.platform import storage

ROWS_ON_A_PAGE = 20  # each is compared with the one before it


@dataclass(frozen=True, slots=True)
class Row:
    """One version in the list; ``change`` is None for the first one."""

    version: Version
    change: Comparison | None


@require_GET
@login_required
def versions(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """List the versions of a definition, each with how many lines it changed."""
    found = access.definition_of(open_workspace(request, workspace), definition)
    pages = Paginator(access.versions_of(found), ROWS_ON_A_PAGE)
    page = pages.get_page(request.GET.get("page"))
    context = {"definition": found, "page": page, "rows": _rows(found, list(page))}
    return render(request, "definitions/versions.html", context)


@require_GET
@login_required
def version(request: UserRequest, workspace: UUID, definition: UUID, number: int) -> HttpResponse:
    """Show one version as it was saved."""
    found = access.definition_of(open_workspace(request, workspace), definition)
    context = {"definition": found, "version": access.version_of(found, number)}
    return render(request, "definitions/version.html", context)


@require_GET
@login_required
def compare(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Show what differs between the versions ``from`` and ``to``; by default the last two."""
    found = access.definition_of(open_workspace(request, workspace), definition)
    after = access.version_of(found, _number(request, "to", found.number))
    before = access.version_of(found, _number(request, "from", max(1, after.number - 1)))
    context = {
        "definition": found,
        "before": before,
        "after": after,
        "comparison": compared(before.text, after.text),
    }
    return render(request, "definitions/compare.html", context)


@require_http_methods(["GET", "POST"])
@login_required
def restore(request: UserRequest, workspace: UUID, definition: UUID, number: int) -> HttpResponse:
    """Ask whether to bring a version back, and save its text as the next version."""
    opened = open_workspace(request, workspace, role=Role.EDITOR)
    found = access.definition_of(opened, definition)
    old = access.version_of(found, number)
    if request.method == "GET":
        comparison = compared(found.text, old.text)
        context = {"definition": found, "version": old, "comparison": comparison}
        return render(request, "definitions/restore.html", context)
    replaced = found.number
    try:
        made = actions.save_text(found, text=old.text, base=replaced, by=request.user)
    except (actions.BadDocument, actions.SavedMeanwhile, storage.StorageUnavailable) as error:
        messages.error(request, f"It cannot be restored: {error}")
        return redirect("definitions:versions", opened.code, found.code)
    messages.success(
        request,
        f"Version {number} is in force again, as version {made.number}. "
        f"To undo this, restore version {replaced}.",
    )
    return redirect("definitions:versions", opened.code, found.code)


def _rows(definition: Definition, shown: list[Version]) -> list[Row]:
    """Return the rows of a page; each version is held against the one before it."""
    before = [*shown[1:], *_one_before(definition, shown)]
    older = {version.number: version for version in before}
    return [
        Row(each, compared(older[each.number - 1].text, each.text))
        if each.number - 1 in older
        else Row(each, None)
        for each in shown
    ]


def _one_before(definition: Definition, shown: list[Version]) -> list[Version]:
    if not shown or shown[-1].number == 1:
        return []
    return list(access.versions_of(definition).filter(number=shown[-1].number - 1))


def _number(request: UserRequest, word: str, default: int) -> int:
    text = request.GET.get(word, "")
    return int(text) if text.isdecimal() and len(text) < 10 else default
