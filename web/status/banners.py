"""The banners above each page of the console: the platform's critical incidents, and our own.

Rule: one look in ``REMEMBER`` seconds for all requests of a process, two queries; it never raises.
What is known for too long, and could not be read again, is not shown any more.
"""

import logging
import re
from dataclasses import dataclass, field
from datetime import datetime
from threading import Lock
from time import monotonic

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from web.alerts import platform_status
from web.status import access
from web.status.models import Announcement, Impact, Kind

logger = logging.getLogger(__name__)

REMEMBER = 10.0  # s that a look holds
FRESH = platform_status.FRESH  # what is older is not known any more
MOST = 5  # banners at once
DISMISSED_FOR = 7 * 24 * 60 * 60  # s
MOST_DISMISSED = 20  # keys in the cookie, the newest
KEY = re.compile(r"[a-z]+-[A-Za-z0-9]{1,32}")
LOUDEST = ("error", "warning", "info")
TONES = {Impact.CRITICAL: "error", Impact.MAJOR: "error", Impact.MINOR: "warning"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Banner:
    """One line above a page. ``key`` names it in the cookie of those who have read it."""

    key: str
    tone: str  # a notice's kind
    title: str
    words: str
    url: str
    is_outside: bool = False
    until: datetime  # when what is known of it is too old


@dataclass
class Memory:
    """What was found last, and when (s of the monotonic clock)."""

    at: float = -REMEMBER
    found: list[Banner] = field(default_factory=list)
    is_asking: bool = False


memory = Memory()
lock = Lock()


def banners(request: HttpRequest) -> list[Banner]:
    """Return what is to be shown to this browser now."""
    read, now = dismissed(request), timezone.now()
    return [each for each in known() if each.key not in read and each.until > now][:MOST]


def known() -> list[Banner]:
    """Return what is known, at most ``REMEMBER`` seconds old; one thread looks for all."""
    with lock:
        if memory.is_asking or monotonic() - memory.at < REMEMBER:
            return memory.found
        memory.is_asking = True
    try:
        memory.found = asked(timezone.now())
    except DatabaseError as error:
        logger.warning("banners are not known: %s", type(error).__name__)
    finally:
        memory.at, memory.is_asking = monotonic(), False
    return memory.found


def forget() -> None:
    """Have the next call look anew, after something was told."""
    memory.at = -REMEMBER


def asked(now: datetime) -> list[Banner]:
    """Return the banners of a moment, the loudest first. Raises DatabaseError."""
    found = [*(own(each, now) for each in access.going(now)[:MOST]), *of_platform(now)]
    return sorted(found, key=lambda each: LOUDEST.index(each.tone))


def own(announcement: Announcement, now: datetime) -> Banner:
    """Return the banner of an announcement of ours."""
    is_maintenance = announcement.kind == Kind.MAINTENANCE
    tone = "info" if is_maintenance else TONES.get(Impact(announcement.impact), "info")
    concerned = ", ".join(announcement.titles)
    when = announcement.get_stage_display()
    if announcement.begins > now:
        when = f"{when} for {announcement.begins:%-d %B, %H:%M} UTC"
    return Banner(
        key=f"own-{announcement.code.hex}",
        tone=tone,
        title=announcement.title,
        words=f"{when}{f': {concerned}' if concerned else ''}.",
        url=reverse("status_incident", args=[announcement.code]),
        until=now + FRESH,
    )


def of_platform(now: datetime) -> list[Banner]:
    """Return a banner for each of the platform's critical incidents that are known to go on."""
    return [
        Banner(
            key=f"platform-{each.code}",
            tone="error",
            title=each.title,
            words=f"{', '.join(each.systems)} of the platform that we run on: down.",
            url=each.url,
            is_outside=True,
            until=each.until,
        )
        for each in platform_status.critical(now)
    ]


def dismissed(request: HttpRequest) -> list[str]:
    """Return the keys of what this browser has had hidden."""
    said = request.COOKIES.get(settings.DISMISSED_COOKIE_NAME, "")[: 40 * MOST_DISMISSED]
    return [key for key in said.split(".") if KEY.fullmatch(key)]


def dismissed_with(request: HttpRequest, key: str) -> str:
    """Return the cookie's text with one more key; as it is for what is none."""
    keys = dismissed(request)
    if KEY.fullmatch(key) and key not in keys:
        keys.append(key)
    return ".".join(keys[-MOST_DISMISSED:])
