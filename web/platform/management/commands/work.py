"""``manage.py work towers``; ``manage.py work reports mail``."""

from functools import partial
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from web.platform import statements, workers
from web.platform.checks import START
from web.platform.supervision import Supervisor


class Command(BaseCommand):
    help = "Run the jobs of queues, each queue in a process of its own, until SIGTERM."
    requires_system_checks = (START,)  # all of them load every page: 1 s of CPU

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("queues", nargs="+", choices=settings.QUEUES)

    def handle(self, *args: Any, queues: list[str], **options: Any) -> None:
        statements.process.seconds = settings.JOB_STATEMENT_LIMIT
        Supervisor({queue: partial(workers.run, queue) for queue in queues}).run()
