from django.urls import path

from web.drains import views

app_name = "drains"
urlpatterns = [
    path("", views.index, name="index"),
    path("new/", views.create, name="create"),
    path("<uuid:drain>/", views.detail, name="detail"),
    path("<uuid:drain>/series.json", views.series, name="series"),
    path("<uuid:drain>/edit/", views.edit, name="edit"),
    path("<uuid:drain>/delete/", views.delete, name="delete"),
    path("<uuid:drain>/pause/", views.pause, name="pause"),
    path("<uuid:drain>/resume/", views.resume, name="resume"),
    path("<uuid:drain>/try/", views.try_now, name="try"),
    path("<uuid:drain>/test/", views.test, name="test"),
    path("<uuid:drain>/send/", views.send_run, name="send"),
    path("letters/<uuid:letter>/", views.letter, name="letter"),
    path("letters/<uuid:letter>/send/", views.send_again, name="send_again"),
    path("letters/<uuid:letter>/discard/", views.discard, name="discard"),
]
