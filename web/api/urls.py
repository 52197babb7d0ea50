"""Under ``/api/``: the document, its page, and version 1 of the API."""

from django.urls import path

from web.api import views
from web.api.api import nothing, routes

app_name = "api"
urlpatterns = [
    path("docs/", views.docs, name="docs"),
    path("v1/openapi.json", views.openapi, name="openapi"),
    *(path(f"v1/{pattern.pattern}", pattern.callback, name=pattern.name) for pattern in routes()),
    path("v1/", nothing, name="root"),
    path("v1/<path:rest>", nothing, name="nothing"),
]
