from django.apps import AppConfig


class StatusConfig(AppConfig):
    name = "web.status"
    label = "status"
