"""``manage.py staff anna@example.org``: lets a user see the operators' pages."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from web.accounts import access


class Command(BaseCommand):
    help = "Make a user an operator of the service, or with --remove none any more."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", help="that the user signs in with")
        parser.add_argument("--remove", action="store_true")

    def handle(self, *args: Any, email: str, remove: bool, **options: Any) -> None:
        user = access.user_with_email(email)
        if user is None:
            raise CommandError(f"nobody signs in with {email}")
        user.is_staff = not remove
        user.save(update_fields=["is_staff"])
        self.stdout.write(f"{user} is {'no operator any more' if remove else 'an operator now'}")
