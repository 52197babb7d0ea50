"""``manage.py open_host HOST``: lets customers send to a closed host again."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from web.runs import closing
from web.targets.ownership import access


class Command(BaseCommand):
    """Opens a host that was closed."""

    help = "Let customers send to a closed host again; aborted runs stay as they are."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("host", help="as close_host was told it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            pattern = closing.pattern_of(options["host"])
        except closing.NoHostToClose as error:
            raise CommandError(str(error)) from error
        block = access.blocks().filter(host=pattern).first()
        if block is None:
            raise CommandError(f"{pattern} is not closed.")
        closing.open_host(block, by=None)
        self.stdout.write(f"{pattern} is open.")
