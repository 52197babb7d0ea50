"""Addresses of the audit log, below ``/w/<uuid:workspace>/audit/``."""

from django.urls import path

from web.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.index, name="index"),
    path("export/", views.ask, name="ask"),
    path("export/<uuid:export>/", views.export, name="export"),
    path("export/<uuid:export>/download/", views.download, name="download"),
]
