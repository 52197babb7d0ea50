from django.urls import path

from web.schedules import views

app_name = "schedules"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("limit/", views.limit, name="limit"),
    path("preview/", views.preview, name="preview"),
    path("of/<uuid:lot>/new/", views.create_for, name="create_for"),
    path("<uuid:schedule>/", views.detail, name="detail"),
    path("<uuid:schedule>/edit/", views.edit, name="edit"),
    path("<uuid:schedule>/pause/", views.pause, name="pause"),
    path("<uuid:schedule>/resume/", views.resume, name="resume"),
    path("<uuid:schedule>/delete/", views.delete, name="delete"),
]
