from django.urls import path

from web.lots import views

app_name = "lots"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("<uuid:lot>/", views.detail, name="detail"),
    path("<uuid:lot>/edit/", views.edit, name="edit"),
    path("<uuid:lot>/copy/", views.copy, name="copy"),
    path("<uuid:lot>/delete/", views.delete, name="delete"),
    path("<uuid:lot>/start/", views.start, name="start"),
]
