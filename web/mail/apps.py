from django.apps import AppConfig


class MailConfig(AppConfig):
    name = "web.mail"
    label = "mail"

    def ready(self) -> None:
        from web.mail import checks  # noqa: F401, PLC0415 (registers checks)
