"""Under ``/w/<workspace>/definitions/``."""

from django.urls import path

from web.definitions import (
    create_views,
    history_views,
    outlook_views,
    preview_views,
    trial_views,
    views,
)

app_name = "definitions"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", create_views.create, name="create"),
    path("new/draft/", create_views.draft, name="draft"),
    path("preview/", preview_views.preview, name="preview"),
    path("series/", preview_views.series, name="series"),
    path("<uuid:definition>/", views.edit, name="edit"),
    path("<uuid:definition>/outlook/", outlook_views.outlook, name="outlook"),
    path("<uuid:definition>/try/", trial_views.begin, name="try"),
    path("<uuid:definition>/try/<uuid:trial>/", trial_views.watch, name="trial"),
    path("<uuid:definition>/copy/", views.copy, name="copy"),
    path("<uuid:definition>/rename/", views.rename, name="rename"),
    path("<uuid:definition>/delete/", views.delete, name="delete"),
    path("<uuid:definition>/export/", views.export, name="export"),
    path("<uuid:definition>/versions/", history_views.versions, name="versions"),
    path("<uuid:definition>/versions/compare/", history_views.compare, name="compare"),
    path("<uuid:definition>/versions/<int:number>/", history_views.version, name="version"),
    path("<uuid:definition>/versions/<int:number>/restore/", history_views.restore, name="restore"),
]
