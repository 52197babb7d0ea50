"""``manage.py close_host HOST --reason "..."``: the kill switch of a target host."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from web.runs import closing


class Command(BaseCommand):
    """Closes a host: its runs are aborted, and no new one goes there."""

    help = "Close a host: runs to it are aborted within seconds, and new ones refused."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("host", help="broker.example, *.example, 192.0.2.7 or 192.0.2.0/24")
        parser.add_argument("--reason", required=True, help="a sentence that customers read")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            block, ended = closing.close_host(options["host"], reason=options["reason"], by=None)
        except closing.NoHostToClose as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{block} is closed; {ended} runs are aborted.")
