"""Under ``/operations/hosts/``, outside of any workspace."""

from django.urls import path

from web.runs import closing_views

urlpatterns = [
    path("", closing_views.index, name="operations_hosts"),
    path("close/", closing_views.close, name="operations_close_host"),
    path("<uuid:block>/open/", closing_views.open_again, name="operations_open_host"),
]
