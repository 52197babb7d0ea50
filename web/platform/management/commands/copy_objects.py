"""``manage.py copy_objects``: copies the bucket to the second one, or back from there."""

from datetime import UTC, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from web.platform import backups
from web.platform.storage import StorageUnavailable


class Command(BaseCommand):
    """Prints one line of what was done; may be broken off and begun again."""

    help = "Copy all objects to BACKUP_BUCKET; with --back what is missing from there."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--back", action="store_true", help="from the second bucket")
        parser.add_argument(
            "--since",
            type=moment,
            help="with --back: when the database was dumped, such as 2026-11-23T03:00:00Z",
        )

    def handle(self, *_: Any, back: bool, since: datetime | None, **__: Any) -> None:
        if back and since is None:
            raise CommandError("--back needs --since: the moment of the database's backup")
        try:
            done = backups.bring_back(since) if since else backups.back_up(timezone.now())
        except StorageUnavailable as error:
            raise CommandError(str(error)) from error
        self.stdout.write(
            f"{done.looked} objects looked at, {done.copied} copied ({done.size} bytes), "
            f"{done.gone} gone, {done.forgotten} forgotten"
        )


def moment(text: str) -> datetime:
    """Return the aware moment that a text names; without a zone it is UTC.

    Raises:
        ValueError: It names none.
    """
    found = parse_datetime(text)
    if found is None:
        raise ValueError(f"{text} is no moment such as 2026-11-23T03:00:00Z")
    return found if found.tzinfo else found.replace(tzinfo=UTC)
