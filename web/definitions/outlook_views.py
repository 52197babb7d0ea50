"""The page that says what one mock of a definition will send in the next 24 hours."""

from time import time
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

import simulator
from web.accounts.access import UserRequest, open_workspace
from web.datasets.loading import WorkspaceDatasets
from web.definitions import access
from web.definitions.documents import check
from web.definitions.outlook import day_of
from web.platform import storage

STORE_IS_DOWN = "The object store does not answer just now, and this definition needs a dataset."
DEFAULT_SEED = 1


@require_GET
@login_required
def outlook(request: UserRequest, workspace: UUID, definition: UUID) -> HttpResponse:
    """Show the day of the mock ``mock`` at the seed ``seed``, by the version in force."""
    opened = open_workspace(request, workspace)
    found = access.definition_of(opened, definition)
    seed = _number(request, "seed", DEFAULT_SEED, most=10**9)
    mock = _number(request, "mock", 0, most=simulator.MAX_MOCKS - 1)
    context: dict[str, Any] = {"definition": found, "seed": seed, "mock": mock}
    context["most_mock"] = simulator.MAX_MOCKS - 1
    try:
        checked = check(opened, found.text)
        context["problems"] = checked.problems
        if checked.definition is not None:
            start = float(int(time()))
            datasets = WorkspaceDatasets(opened)
            day = day_of(checked.definition, seed=seed, mock=mock, start=start, datasets=datasets)
            context["day"] = day
    except storage.StorageUnavailable:
        context["failure"] = STORE_IS_DOWN
    except simulator.DatasetError as error:
        context["failure"] = f"{error}."
    return render(request, "definitions/outlook.html", context)


def _number(request: UserRequest, word: str, default: int, *, most: int) -> int:
    text = request.GET.get(word, "")
    return min(int(text), most) if text.isdecimal() and len(text) < 12 else default
