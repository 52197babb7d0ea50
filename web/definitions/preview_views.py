"""The part of the editor's page that shows what its text would send."""

from time import time
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

import simulator
from web.accounts.access import UserRequest, open_workspace
from web.accounts.models import Workspace
from web.datasets.loading import WorkspaceDatasets
from web.definitions.documents import check
from web.definitions.preview import (
    DEFAULT_WINDOW,
    WINDOWS,
    Preview,
    pictures_of,
    preview_of,
)
from web.platform import storage

STORE_IS_DOWN = "The object store does not answer just now, so there is no preview with datasets."


@require_POST
@login_required
def preview(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Show the problems of a text, or what it would send; nothing is saved.

    ``text`` is the document, ``window`` a word of ``WINDOWS``, ``seed`` a whole number.
    """
    opened = open_workspace(request, workspace)
    text = request.POST.get("text", "").replace("\r\n", "\n")
    context: dict[str, object] = {}
    try:
        checked = check(opened, text)
        context["problems"] = checked.problems
        if checked.definition is not None:
            context["preview"] = _preview(request, opened, checked.definition)
    except storage.StorageUnavailable:
        context["failure"] = STORE_IS_DOWN
    except simulator.DatasetError as error:
        context["failure"] = f"{error}."
    return render(request, "definitions/_preview.html", context)


@require_POST
@login_required
def series(request: UserRequest, workspace: UUID) -> HttpResponse:
    """Answer how a draft's metrics go, as JSON: ``series`` by name, or ``places`` of problems.

    ``text`` is the document, ``duration`` the time to show in seconds; nothing is saved.
    """
    opened = open_workspace(request, workspace)
    try:
        checked = check(opened, request.POST.get("text", ""))
        if checked.definition is None:
            return JsonResponse({"places": [problem.place for problem in checked.problems]})
        charts = pictures_of(
            checked.definition,
            window=_duration(request.POST.get("duration", "")),
            start=time(),
            datasets=WorkspaceDatasets(opened),
        )
    except (storage.StorageUnavailable, simulator.DatasetError):
        return JsonResponse({"places": []})
    return JsonResponse({"series": {each.name: each.data for each in charts}})


def _duration(text: str) -> float:
    """Return a number of seconds that can be drawn, ten minutes when it is none."""
    is_whole = text.isdecimal() and len(text) < 12
    return (
        float(min(max(int(text), 1), simulator.MAX_DURATION))
        if is_whole
        else WINDOWS[DEFAULT_WINDOW][0]
    )


def _preview(
    request: UserRequest, workspace: Workspace, definition: simulator.Definition
) -> Preview:
    window, _ = WINDOWS.get(request.POST.get("window", ""), WINDOWS[DEFAULT_WINDOW])
    seed = request.POST.get("seed", "")
    return preview_of(
        definition,
        window=window,
        seed=int(seed) if seed.isdecimal() and len(seed) < 10 else 1,
        start=time(),
        datasets=WorkspaceDatasets(workspace),
    )
