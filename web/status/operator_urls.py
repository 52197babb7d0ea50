"""Under ``/operations/status/``, outside of any workspace."""

from django.urls import path

from web.status import operator_views as views

ONE = "<uuid:announcement>/"
urlpatterns = [
    path("", views.index, name="operations_status"),
    path("new/", views.create, name="operations_announce"),
    path(ONE, views.detail, name="operations_announcement"),
    path(f"{ONE}edit/", views.edit, name="operations_announcement_edit"),
    path(f"{ONE}publish/", views.publish, name="operations_announcement_publish"),
    path(f"{ONE}withdraw/", views.withdraw, name="operations_announcement_withdraw"),
    path(f"{ONE}delete/", views.delete, name="operations_announcement_delete"),
    path(f"{ONE}tell/", views.tell, name="operations_announcement_tell"),
    path(f"{ONE}explain/", views.explain, name="operations_announcement_explain"),
    path(f"{ONE}updates/<uuid:update>/", views.correct, name="operations_announcement_correct"),
]
