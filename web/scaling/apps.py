from django.apps import AppConfig


class ScalingConfig(AppConfig):
    name = "web.scaling"
    label = "scaling"

    def ready(self) -> None:
        from web.scaling import checks  # noqa: F401, PLC0415 (registers checks)
