"""``manage.py migrate``: Django's own, held to what a process is held to at its start."""

from typing import Any

from django.core.checks import Tags
from django.core.management.commands import migrate

from web.platform.checks import START


class Command(migrate.Command):
    def check(self, *_: Any, **options: Any) -> None:
        """Leave out the checks that load every page: 1.7 s of CPU, in which a release waits."""
        super().check(**(options | {"tags": [START, Tags.database, Tags.models]}))
