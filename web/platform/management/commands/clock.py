"""``manage.py clock``: calls what has to happen from time to time."""

import signal
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from web.platform import clock, statements
from web.platform.checks import START


class Command(BaseCommand):
    help = "Call the ticks of CLOCK_TICKS until SIGTERM. Two of them at once do no harm."
    requires_system_checks = (START,)  # all of them load every page: 1 s of CPU

    def handle(self, *args: Any, **options: Any) -> None:
        stopping = Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stopping.set())
        statements.process.seconds = settings.JOB_STATEMENT_LIMIT
        clock.run(clock.timetable(), stopping)
