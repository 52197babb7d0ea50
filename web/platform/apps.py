from django.apps import AppConfig


class PlatformConfig(AppConfig):
    name = "web.platform"
    label = "platform"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created  # noqa: PLC0415

        from web.platform import checks, statements  # noqa: F401, PLC0415 (registers checks)

        connection_created.connect(statements.install, dispatch_uid="statements")
