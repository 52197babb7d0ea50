"""``manage.py check_bucket``: whether the bucket is as the product needs it, line by line."""

from typing import Any

from django.core.management import BaseCommand, CommandError

from web.platform import bucket

MARKS = {True: "ok   ", False: "WRONG", None: "?    "}


class Command(BaseCommand):
    """Prints a line for each check, with how to mend what is wrong; fails when something is."""

    help = "Try and ask whether the bucket is as the product needs it."

    def handle(self, *_: Any, **__: Any) -> None:
        """Print the lines."""
        wrong = 0
        for line in bucket.check():
            self.stdout.write(f"{MARKS[line.is_ok]} {line.name}: {line.words}")
            if not line.is_ok and line.mend:
                self.stdout.write(f"      {line.mend}")
            wrong += line.is_ok is False
        if wrong:
            raise CommandError(f"{wrong} of these are wrong")
