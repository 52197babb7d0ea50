"""Under ``/w/<workspace>/targets/``."""

from django.urls import path

from web.targets import making_views, views
from web.targets.ownership import views as ownership

app_name = "targets"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", making_views.begin, name="begin"),
    path("new/own/", views.create, name="create"),
    path("new/address/", making_views.fill, name="fill"),
    path("new/profile/<slug:profile>/", making_views.profile, name="profile"),
    path("<uuid:target>/", views.detail, name="detail"),
    path("<uuid:target>/edit/", views.edit, name="edit"),
    path("<uuid:target>/delete/", views.delete, name="delete"),
    path("<uuid:target>/ownership/", ownership.show, name="ownership"),
    path("<uuid:target>/ownership/check/", ownership.check, name="check_ownership"),
    path("<uuid:target>/ownership/withdraw/", ownership.withdraw, name="withdraw_ownership"),
]
