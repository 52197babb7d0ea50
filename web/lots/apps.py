from django.apps import AppConfig


class LotsConfig(AppConfig):
    name = "web.lots"
    label = "lots"
