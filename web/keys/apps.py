from django.apps import AppConfig


class KeysConfig(AppConfig):
    name = "web.keys"
    label = "keys"
