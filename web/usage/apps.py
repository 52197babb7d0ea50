from django.apps import AppConfig


class UsageConfig(AppConfig):
    name = "web.usage"
    label = "usage"
