"""``manage.py seed_demo``: the demo workspace, made or brought up to date."""

import json
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from web.platform.checks import START
from web.platform.demo.workspace import Plan, SeedFailed, seed, summary


class Command(BaseCommand):
    help = "Makes the demo workspace; its last line is a JSON object with the login and the lots."
    requires_system_checks = (START,)  # all of them load every page: 1 s of CPU

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--mqtt-port", type=int, default=1883, help="of the broker")
        parser.add_argument("--http-port", type=int, default=8080, help="of the receiver")
        parser.add_argument("--mocks", type=int, default=1000, help="of the MQTT lot")
        parser.add_argument("--http-mocks", type=int, default=100, help="of the HTTP lot")
        parser.add_argument("--seconds", type=float, default=30, help="duration of both lots")
        parser.add_argument("--rate", type=float, default=1.0, help="messages/s of an MQTT mock")

    def handle(self, *args: Any, **options: Any) -> None:
        plan = Plan(
            mqtt_port=options["mqtt_port"],
            http_port=options["http_port"],
            mocks=options["mocks"],
            http_mocks=options["http_mocks"],
            duration=timedelta(seconds=options["seconds"]),
            rate=options["rate"],
        )
        try:
            made = seed(plan)
        except SeedFailed as failed:
            raise CommandError(str(failed)) from failed
        self.stdout.write(json.dumps(summary(made)))
