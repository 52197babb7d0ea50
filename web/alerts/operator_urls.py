"""The operators' pages, outside of any workspace."""

from django.urls import path

from web.alerts import operator_views

ONE = "incidents/<uuid:incident>/"
urlpatterns = [
    path("", operator_views.index, name="operations"),
    path("test/", operator_views.send_tests, name="operations_test"),
    path(ONE, operator_views.detail, name="operations_incident"),
    path(f"{ONE}acknowledge/", operator_views.acknowledge, name="operations_acknowledge"),
    path(f"{ONE}resolve/", operator_views.resolve, name="operations_resolve"),
    path(f"{ONE}comment/", operator_views.comment, name="operations_comment"),
]
