"""The document of the API, and the page that shows it; for everybody."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from web.api.api import document
from web.api.pages import groups, models
from web.api.problems import KINDS


@require_safe
def openapi(_request: HttpRequest) -> HttpResponse:
    """Answer with the OpenAPI document."""
    return JsonResponse(document(), headers={"Cache-Control": "public, max-age=300"})


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Show every route, what it takes and what it answers."""
    said = document()
    context = {"about": said["info"], "groups": groups(said), "models": models(said)}
    return render(request, "api/docs.html", {**context, "kinds": KINDS})
