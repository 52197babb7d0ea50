from django.apps import AppConfig


class DefinitionsConfig(AppConfig):
    name = "web.definitions"
    label = "definitions"
