"""Under ``/w/<workspace>/targets/``."""

from django.urls import path

from web.targets import views

app_name = "targets"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("new/address/", views.fill, name="fill"),
    path("<uuid:target>/", views.detail, name="detail"),
    path("<uuid:target>/edit/", views.edit, name="edit"),
    path("<uuid:target>/delete/", views.delete, name="delete"),
]
