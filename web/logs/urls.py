from django.urls import path

from web.logs import keeping_views, views

app_name = "logs"
urlpatterns = [
    path("retention/", keeping_views.retention, name="retention"),
    path("<uuid:run>/", views.run, name="run"),
    path("<uuid:run>/live/", views.tail, name="tail"),
    path("<uuid:run>/live.json", views.tail_json, name="tail_json"),
    path("<uuid:run>/hold/", keeping_views.hold, name="hold"),
    path("<uuid:run>/hold/end/", keeping_views.end_hold, name="end_hold"),
    path("<uuid:run>/<int:mock>/", views.mock, name="mock"),
]
