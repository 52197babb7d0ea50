from django.urls import path

from web.usage import views

app_name = "usage"
urlpatterns = [
    path("", views.index, name="index"),
    path("<str:month>.csv", views.download, name="download"),
    path("runs/<uuid:run>/", views.run, name="run"),
]
