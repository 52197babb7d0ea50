"""The links in mails: outside of any workspace, for who has the link need not be signed in."""

from django.urls import path

from web.reports import views
from web.reports.standing import views as regular

urlpatterns = [
    path("editions/<uuid:edition>/<str:token>/", regular.link, name="edition_link"),
    path("<uuid:report>/<str:token>/", views.link, name="report_link"),
]
