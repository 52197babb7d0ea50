"""The public addresses, outside of any workspace."""

from django.urls import path

from web.status import views

urlpatterns = [
    path("status", views.index, name="status"),
    path("status.json", views.as_json, name="status_json"),
    path("status.atom", views.feed, name="status_feed"),
    path("status/history", views.history, name="status_history"),
    path("status/incidents/<uuid:announcement>", views.incident, name="status_incident"),
    path("banners/dismiss/", views.dismiss, name="dismiss_banner"),
]
