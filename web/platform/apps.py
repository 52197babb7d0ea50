from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "web.platform"
    label = "platform"

    def ready(self) -> None:
        from web.platform import checks  # noqa: F401, PLC0415 (registers them)
