"""manage.py draw_library: draws the pictures of the ready definitions."""

import json
from typing import Any

from django.core.management.base import BaseCommand

from web.definitions.library import PICTURES, pictures


class Command(BaseCommand):
    """Write ``pictures.json``; run it when a ready definition changed, and commit the result."""

    help = "Draws the pictures of the ready definitions."

    def handle(self, *_: Any, **__: Any) -> None:
        """Draw all of them."""
        PICTURES.write_text(json.dumps(pictures(), indent=1) + "\n")
