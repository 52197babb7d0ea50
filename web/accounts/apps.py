from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    name = "web.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Keep rows of sessions, as Django tells of them."""
        from web.accounts import visits  # noqa: PLC0415 (models are there only now)

        user_logged_in.connect(visits.on_sign_in, dispatch_uid="web.accounts.visits")
        user_logged_out.connect(visits.on_sign_out, dispatch_uid="web.accounts.visits")
