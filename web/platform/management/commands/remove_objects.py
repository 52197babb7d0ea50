"""``manage.py remove_objects``: takes all that a review app has stored away before it goes."""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from web.platform import large_files, storage

AT_ONCE = 1_000  # objects that one call of the store removes


class Command(BaseCommand):
    help = "Removes every object of this review app; refuses to do so anywhere else."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.IS_REVIEW_APP:
            raise CommandError("This is no review app: HEROKU_PR_NUMBER is not set.")
        if not settings.S3_PREFIX:
            raise CommandError("S3_PREFIX is empty: the bucket may hold what is not this app's.")
        if not settings.S3_BUCKET:
            self.stdout.write("There is no bucket.")
            return
        count = 0
        try:
            for keys in batches(storage.keys("")):
                storage.delete_many(keys)
                count += len(keys)
            for key, name, _ in large_files.unfinished(""):
                large_files.abort(key, name)
        except storage.StorageUnavailable as error:
            raise CommandError(f"{error}; {count:,} objects were removed") from error
        self.stdout.write(f"{count:,} objects were removed.")


def batches(keys: Iterator[str]) -> Iterator[list[str]]:
    """Yield the keys, as many at a time as one call removes."""
    while batch := list(islice(keys, AT_ONCE)):
        yield batch
