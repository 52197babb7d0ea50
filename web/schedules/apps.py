from django.apps import AppConfig


class SchedulesConfig(AppConfig):
    name = "web.schedules"
    label = "schedules"
