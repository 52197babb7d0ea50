"""The wall and the map of a run: their pages, and the bytes that those ask for each second."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.views.decorators.http import require_GET

from web.accounts.access import UserRequest, open_workspace
from web.runs import access, wall_pages
from web.runs.wall_pages import Answer


@require_GET
@login_required
def wall(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show all mocks of a run at once."""
    found = access.run_of(open_workspace(request, workspace), run)
    control = wall_pages.control_of(found)
    return render(
        request, "runs/wall.html", {"run": found, "poll": wall_pages.POLL, "control": control}
    )


@require_GET
@login_required
def wall_bin(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Answer with the state of all mocks, as ``walls.Wall.pack`` says; 304 when nothing changed."""
    found = access.run_of(open_workspace(request, workspace), run)
    answer = wall_pages.wall_answer(found, known=_known(request))
    return _answered(answer, kind="application/octet-stream")


@require_GET
@login_required
def map_page(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Show where the mocks of a run are."""
    found = access.run_of(open_workspace(request, workspace), run)
    context = {
        "run": found,
        "poll": wall_pages.POLL,
        "control": wall_pages.control_of(found),
        "tiles": {"url": settings.MAP_TILES_URL, "attribution": settings.MAP_TILES_ATTRIBUTION},
    }
    return render(request, "runs/map.html", context)


@require_GET
@login_required
def map_bin(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Answer as ``wall_bin`` does, with the place of each mock beside its state."""
    found = access.run_of(open_workspace(request, workspace), run)
    answer = wall_pages.wall_answer(found, known=_known(request), has_places=True)
    return _answered(answer, kind="application/octet-stream")


@require_GET
@login_required
def wall_ids(request: UserRequest, workspace: UUID, run: UUID) -> HttpResponse:
    """Answer with the mocks' ids, a line each in order of number."""
    found = access.run_of(open_workspace(request, workspace), run)
    answer = wall_pages.ids_answer(found, known=_known(request))
    return _answered(answer, kind="text/plain; charset=utf-8")


def _known(request: UserRequest) -> str:
    # A proxy that packs answers marks the tag as weak; what it stands for is the same.
    return request.headers.get("If-None-Match", "").removeprefix("W/")


def _answered(answer: Answer, *, kind: str) -> HttpResponse:
    """Return an answer that a browser keeps, and asks about each time before it uses it."""
    response = HttpResponse(answer.data, kind) if answer.data else HttpResponseNotModified()
    if answer.data:
        response["Content-Encoding"] = "gzip"  # every browser takes it, and no other asks here
    response["ETag"] = answer.tag
    response["Cache-Control"] = "private, no-cache"
    return response
