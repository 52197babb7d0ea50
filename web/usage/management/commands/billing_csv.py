"""``manage.py billing_csv 2026-11``: what each workspace used in a month, as CSV on stdout."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from web.usage import listing
from web.usage.months import month_in


class Command(BaseCommand):
    """Writes the file that is billed by."""

    help = "Write what each workspace used in a month of UTC, and is charged, as CSV."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("month", help="such as 2026-11")

    def handle(self, *args: Any, month: str, **options: Any) -> None:
        try:
            asked = month_in(month)
        except ValueError as error:
            raise CommandError(str(error)) from error
        for line in listing.lines(listing.billing(asked)):
            self.stdout.write(line, ending="")
