"""``manage.py seed_review``: what a review app begins with; the platform calls it once."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from web.platform.demo.review import seed

HOST, PORT = "test.mosquitto.org", 1883  # for whoever wants to try a client


class Command(BaseCommand):
    help = "Makes the demo workspace with a ready lot, and prints how to sign in."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default=HOST, help="of an MQTT broker that may be sent to")
        parser.add_argument("--port", type=int, default=PORT)

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        made = seed(host=host, port=port)
        self.stdout.write(f"{settings.SITE_URL}{made.lot.get_absolute_url()}")
        told = f"with the password {made.password}" if made.password else "as before"
        self.stdout.write(f"Sign in as {made.email} {told}.")
