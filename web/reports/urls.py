from django.urls import path

from web.reports import views

app_name = "reports"
urlpatterns = [
    path("", views.index, name="index"),
    path("runs/<uuid:run>/new/", views.ask, name="new"),
    path("<uuid:report>/", views.detail, name="detail"),
    path("<uuid:report>/download/", views.download, name="download"),
    path("runs/<uuid:run>/download/", views.order, name="order"),
    path("<uuid:report>/download/<int:part>/", views.download, name="part"),
    path("<uuid:report>/cancel/", views.cancel, name="cancel"),
    path("<uuid:report>/retry/", views.retry, name="retry"),
    path("<uuid:report>/delete/", views.delete, name="delete"),
]
