"""Under ``/w/<workspace>/datasets/``."""

from django.urls import path

from web.datasets import views

app_name = "datasets"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("<uuid:dataset>/", views.detail, name="detail"),
    path("<uuid:dataset>/uploaded/", views.uploaded, name="uploaded"),
    path("<uuid:dataset>/replace/", views.replace, name="replace"),
    path("<uuid:dataset>/rename/", views.rename, name="rename"),
    path("<uuid:dataset>/delete/", views.delete, name="delete"),
    path("<uuid:dataset>/download/", views.download, name="download"),
]
