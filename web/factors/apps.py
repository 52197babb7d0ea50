from django.apps import AppConfig


class FactorsConfig(AppConfig):
    name = "web.factors"
    label = "factors"
