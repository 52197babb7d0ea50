"""The platform's own incidents: asked of its status page, kept for the judges and for banners.

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
from urllib.parse import urlsplit

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
MOST_GOING = 5  # incidents that are kept
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


@dataclass(frozen=True, slots=True)
class Going:
    """An incident of the platform that is open."""

    code: str  # the platform's own name for it: letters and digits
    title: str
    url: str  # of its page; empty where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Critical:
    """An incident that is open while ``systems`` are down; known until ``until``."""

    code: str
    title: str
    url: str
    systems: tuple[str, ...]
    until: datetime


def ask(now: datetime | None = None) -> bool:
    """Ask the status page once and keep what it says; a clock's tick. Return whether it said."""
    if not settings.PLATFORM_STATUS_URL:
        return False
    try:
        body = fetched(settings.PLATFORM_STATUS_URL)
        systems, going = read(body), read_going(body)
    except (OSError, http.client.HTTPException, AddressError, Unreadable) as error:
        logger.warning("platform status not known: %s", type(error).__name__)
        return False
    said = {
        "systems": [[each.name, each.is_down, each.words] for each in systems],
        "incidents": [[each.code, each.title, each.url] for each in going],
    }
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


def read_going(body: bytes) -> list[Going]:
    """Return the incidents that a current status tells of and that are not over.

    Raises:
        Unreadable: It is none.
    """
    try:
        told: dict[str, Any] = orjson.loads(body)
        going = [each for each in told["incidents"] if each.get("state") != OVER][:MOST_GOING]
        return [
            Going(_letters(each["id"]), str(each["title"])[:200], _address(each.get("full_url")))
            for each in going
        ]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise Unreadable("not a current status") from error


def _letters(text: Any) -> str:
    return "".join(each for each in str(text) if each.isascii() and each.isalnum())[:32] or "x"


def _address(text: Any) -> str:
    """Return an address that a page may link to; empty for what is none."""
    is_address = isinstance(text, str) and text.startswith(("https://", "http://"))
    return text[:300] if is_address else ""


def critical(now: datetime) -> list[Critical]:
    """Return what is open while a system is down (red); nothing once that is known for too long.

    The status tells no colour of an incident, so that all that are open count then. One query.

    Raises:
        DatabaseError: It could not be read.
    """
    found = Look.objects.filter(subject=SUBJECT).first()
    if found is None or not settings.PLATFORM_STATUS_URL or not is_fresh(found.at, now):
        return []
    down = tuple(name for name, is_down, _ in found.memory["systems"] if is_down)
    if not down:
        return []
    site = urlsplit(settings.PLATFORM_STATUS_URL)
    home = f"{site.scheme}://{site.netloc}/"
    going = [Going(*each) for each in found.memory.get("incidents", [])]
    nameless = Going(_letters("".join(down)), f"{' and '.join(down)}: down", home)
    return [
        Critical(
            code=each.code,
            title=each.title,
            url=each.url or home,
            systems=down,
            until=found.at + FRESH,
        )
        for each in going or [nameless]
    ]


def asked() -> datetime | None:
    """Return when the status page last answered; None: it never did."""
    return Look.objects.filter(subject=SUBJECT).values_list("at", flat=True).first()


def is_fresh(at: datetime, now: datetime | None = None) -> bool:
    """Whether what was answered then still says something of now."""
    return (now or timezone.now()) - at <= FRESH


def levels(now: datetime) -> Iterable[Level]:
    """Yield 1 for each system that is down, 0 for others, None for what is not known any more."""
    found = Look.objects.filter(subject=SUBJECT).first()
    if found is None or not settings.PLATFORM_STATUS_URL:
        return
    is_known = is_fresh(found.at, now)
    for name, is_down, words in found.memory["systems"]:
        yield Level(name=name, value=float(is_down) if is_known else None, words=words)
