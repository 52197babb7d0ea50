"""``manage.py rotate_keys``: seals everything anew with the first of FIELD_ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from web.datasets import tables
from web.platform.rotation import Count, rotate
from web.runs import resealing


class Command(BaseCommand):
    help = (
        "Seal every secret anew with the first of FIELD_ENCRYPTION_KEYS: columns, credential "
        "tables, live runs. May be broken off and begun again; what is done is passed over."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="count only, change nothing")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        counts = rotate(told=self._tell, is_trial=check)
        counts.append(tables.rotate(told=self._tell, is_trial=check))
        counts.append(resealing.rotate(told=self._tell, is_trial=check))
        for count in counts:
            self._line(count, check=check)
        left = sum(count.renewed for count in counts) if check else 0
        broken = sum(count.broken for count in counts)
        if broken:
            raise CommandError(
                f"{broken} cannot be opened with any of FIELD_ENCRYPTION_KEYS. Put the missing key "
                "back behind the first one, or enter them again."
            )
        done = f"{left} are sealed with an older key." if check else "All are sealed with the first"
        self.stdout.write(done if check else f"{done} key.")

    def _tell(self, count: Count) -> None:
        if count.seen and not count.seen % 10_000:
            self._line(count, check=False)

    def _line(self, count: Count, *, check: bool) -> None:
        done = "to be sealed anew" if check else "sealed anew"
        broken = f", {count.broken} that no key opens" if count.broken else ""
        self.stdout.write(f"{count.name}: {count.seen} sealed, {count.renewed} {done}{broken}")
