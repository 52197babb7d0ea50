from django.apps import AppConfig


class ScalingConfig(AppConfig):
    name = "web.scaling"
    label = "scaling"
