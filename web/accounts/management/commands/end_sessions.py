"""``manage.py end_sessions anna@example.org``: signs a user out everywhere; ``--all`` everybody."""

from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError, CommandParser

from web.accounts import access, visits
from web.accounts.models import Visit
from web.audit.actions import note


class Command(BaseCommand):
    help = "End all sessions of a user, or with --all of everybody."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email", nargs="?", default="", help="that the user signs in with")
        parser.add_argument("--all", action="store_true", help="of everybody")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        if options["all"]:
            Visit.objects.all().delete()
            count, _ = Session.objects.all().delete()
            self.stdout.write(f"{count} sessions ended")
            return
        user = access.user_with_email(email)
        if user is None:
            raise CommandError(f"nobody signs in with {email or 'no address'}")
        count = visits.end(Visit.objects.filter(user=user))
        note("account.sessions_ended_by_an_operator", user=user)
        self.stdout.write(f"{count} sessions of {user} ended")
