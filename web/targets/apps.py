from django.apps import AppConfig


class TargetsConfig(AppConfig):
    name = "web.targets"
    label = "targets"
