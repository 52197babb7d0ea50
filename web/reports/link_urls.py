"""The links in mails: outside of any workspace, for who has the link need not be signed in."""

from django.urls import path

from web.reports import views

urlpatterns = [path("<uuid:report>/<str:token>/", views.link, name="report_link")]
