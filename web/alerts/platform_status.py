"""The platform's own incidents: asked of its status page, kept for the judges.

Rule: only what is down (red) counts; what is slow (yellow) or maintained (blue) does not. An
answer that does not come or cannot be read leaves what is known as it was, for a while.
Source: GET /api/v4/current-status of the platform's status site: {"status": [{"system", "status":
"green" | "yellow" | "red" | "blue"}], "incidents": [{"id", "title", "state", "full_url", ...}],
"scheduled": [...]}. An incident's ``resolved`` stays false after it was; its ``state`` tells.
"""

import http.client
import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.conf import settings
from django.utils import timezone

from web.alerts.models import Look
from web.alerts.rules import Level
from web.platform.destinations import address_of
from web.platform.hosts import AddressError
from web.platform.outgoing import Connection

logger = logging.getLogger(__name__)

SUBJECT = "platform-status"
TIMEOUT = 5  # s
MOST = 256_000  # bytes of an answer that are read
FRESH = timedelta(minutes=5)  # five polls; what is older is not known any more
DOWN = "red"
OVER = "resolved"


class Unreadable(ValueError):
    """The answer is none of a status page."""


@dataclass(frozen=True, slots=True)
class System:
    """One of the platform's systems, and the incidents that are open while it is down."""

    name: str
    is_down: bool
    words: str = ""


def ask(now: datetime | None = None) -> bool:
    """Ask the status page once and keep what it says; a clock's tick. Return whether it said."""
    if not settings.PLATFORM_STATUS_URL:
        return False
    try:
        systems = read(fetched(settings.PLATFORM_STATUS_URL))
    except (OSError, http.client.HTTPException, AddressError, Unreadable) as error:
        logger.warning("platform status not known: %s", type(error).__name__)
        return False
    said = {"systems": [[each.name, each.is_down, each.words] for each in systems]}
    Look.objects.update_or_create(
        subject=SUBJECT, defaults={"at": now or timezone.now(), "memory": said}
    )
    return True


def fetched(url: str) -> bytes:
    """Return the body of a 200. Raises Unreadable for another status."""
    address = address_of(url)
    connection = Connection(address, within=TIMEOUT)
    try:
        connection.request("GET", address.path, headers={"Accept": "application/json"})
        answer = connection.getresponse()
        if answer.status != http.client.OK:
            raise Unreadable(f"status {answer.status}")
        return answer.read(MOST)
    finally:
        connection.close()


def read(body: bytes) -> list[System]:
    """Return the systems that a current status tells of.

    Raises:
        Unreadable: It is none.
    """
    try:
        told: dict[str, Any] = orjson.loads(body)
        going = [each for each in told["incidents"] if each.get("state") != OVER]
        titles = "; ".join(str(each["title"]) for each in going[:3])
        return [
            System(
                str(each["system"])[:40],
                each["status"] == DOWN,
                f"The platform says that {each['system']} is down. {titles}".strip()[:400],
            )
            for each in told["status"]
        ]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("not a current status") from error


def levels(now: datetime) -> Iterable[Level]:
    """Yield 1 for each system that is down, 0 for others, None for what is not known any more."""
    found = Look.objects.filter(subject=SUBJECT).first()
    if found is None or not settings.PLATFORM_STATUS_URL:
        return
    is_fresh = now - found.at <= FRESH
    for name, is_down, words in found.memory["systems"]:
        yield Level(name=name, value=float(is_down) if is_fresh else None, words=words)
