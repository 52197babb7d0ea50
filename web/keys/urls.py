"""Addresses of API keys, below ``/w/<uuid:workspace>/keys/``."""

from django.urls import path

from web.keys import views

app_name = "keys"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("<uuid:key>/revoke/", views.revoke, name="revoke"),
]
