from django.apps import AppConfig


class DrainsConfig(AppConfig):
    name = "web.drains"
    label = "drains"
