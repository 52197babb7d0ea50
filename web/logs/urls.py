from django.urls import path

from web.logs import views

app_name = "logs"
urlpatterns = [path("<uuid:run>/<int:mock>/", views.mock, name="mock")]
