"""``manage.py remove_factors anna@example.org``: for a user who lost every second factor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from web.accounts import access
from web.factors import actions


class Command(BaseCommand):
    help = "Remove the code app, the passkeys and the recovery codes of a user, who is told so."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="that the user signs in with")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = access.user_with_email(email)
        if user is None:
            raise CommandError(f"nobody signs in with {email}")
        if not user.has_two_factors:
            raise CommandError(f"{user} has no second factor")
        actions.remove_code_app(user)
        for passkey in user.passkeys.all():
            actions.remove_passkey(passkey)
        self.stdout.write(f"{user} signs in with the password alone")
