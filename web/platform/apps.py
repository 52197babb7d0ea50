from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "web.platform"
    label = "platform"
