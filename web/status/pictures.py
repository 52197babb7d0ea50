"""All that the status page shows, as one value: drawn from the database, kept in Redis beside it.

Rule: whoever shows the page has a picture or none; what it was drawn from may be gone by then.
"""

import logging
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import orjson
from django.db.models import Q, Sum
from django.db.models.functions import ExtractMonth, ExtractYear
from redis.exceptions import RedisError

from web.platform import redis
from web.status.minutes import Sums
from web.status.models import OVER, Announcement, Day, Present
from web.status.states import WORDS

logger = logging.getLogger(__name__)

KEY = "mocklot:status:picture"
LIFE = 7 * 24 * 60 * 60  # s that Redis keeps a picture which nobody draws anew
DAYS = 90  # that are shown as bars
MONTHS = 12  # that are shown as numbers
MOST_ANNOUNCEMENTS = 50  # of the days shown; older ones have pages of their own
SUMS = ("up", "degraded", "down", "maintenance")


@dataclass(frozen=True, slots=True)
class Told:
    """One update of an announcement."""

    at: datetime
    stage: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An announcement as everybody may read it."""

    code: str
    kind: str
    title: str
    impact: str
    components: list[str]
    stage: str
    begins: datetime
    ends: datetime | None
    effect: str
    published: datetime
    changed: datetime
    post_mortem: str
    updates: list[Told]  # the newest first

    @property
    def is_over(self) -> bool:
        return self.stage in OVER


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A component: as it was found last, and its seconds by day and month."""

    word: str
    state: str
    words: str
    since: datetime | None
    days: dict[str, Sums]  # "2026-11-23" -> seconds
    months: dict[str, Sums]  # "2026-11" -> seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """``at``: when it was drawn; ``sampled``: when the clock looked last."""

    at: datetime | None = None
    sampled: datetime | None = None
    parts: list[Part] = field(default_factory=list)
    announcements: list[Said] = field(default_factory=list)

    def part(self, word: str) -> Part | None:
        """Return a component of it."""
        return next((each for each in self.parts if each.word == word), None)


BLANK = Picture()
"""Nothing is known."""


def drawn(now: datetime) -> Picture:
    """Return the picture as the database has it. Raises DatabaseError."""
    present = {each.component: each for each in Present.objects.all()}
    days, months = days_of(now.date()), months_of(now.date())
    parts = [
        Part(
            word=word,
            state=known.state if known else "",
            words=known.words if known else "",
            since=known.since if known else None,
            days=days[word],
            months=months[word],
        )
        for word in WORDS
        for known in [present.get(word)]
    ]
    sampled = max((each.at for each in present.values()), default=None)
    return Picture(at=now, sampled=sampled, parts=parts, announcements=announced(now))


def days_of(today: date) -> dict[str, dict[str, Sums]]:
    """Return the seconds of the days that are shown, by component and day."""
    found: dict[str, dict[str, Sums]] = defaultdict(dict)
    rows = Day.objects.filter(day__gt=today - timedelta(days=DAYS)).order_by("day")
    for component, day, *sums in rows.values_list("component", "day", *SUMS):
        found[component][day.isoformat()] = Sums(*sums)
    return found


def months_of(today: date) -> dict[str, dict[str, Sums]]:
    """Return the seconds of the months that are shown, by component and month, newest first."""
    first = first_month(today)
    rows = (
        Day.objects.filter(day__gte=first)
        .values("component", year=ExtractYear("day"), month=ExtractMonth("day"))
        .order_by("-year", "-month")
        .values_list("component", "year", "month", *(Sum(name) for name in SUMS))
    )
    found: dict[str, dict[str, Sums]] = defaultdict(dict)
    for component, year, month, *sums in rows:
        found[component][f"{year}-{month:02d}"] = Sums(*sums)
    return found


def first_month(today: date) -> date:
    """Return the first day of the earliest month that is shown."""
    month = today.year * 12 + today.month - 1 - (MONTHS - 1)
    return date(month // 12, month % 12 + 1, 1)


def announced(now: datetime) -> list[Said]:
    """Return what is published and lately or still so, newest first."""
    lately = Q(begins__gte=now - timedelta(days=DAYS)) | ~Q(stage__in=OVER)
    rows = Announcement.objects.exclude(published=None).filter(lately)
    newest = rows.prefetch_related("updates").order_by("-begins", "-id")[:MOST_ANNOUNCEMENTS]
    return [said(each) for each in newest]


def said(announcement: Announcement) -> Said:
    """Return what everybody may read of an announcement that is published."""
    updates = [Told(each.at, each.stage, each.words) for each in announcement.updates.all()]
    return Said(
        code=str(announcement.code),
        kind=announcement.kind,
        title=announcement.title,
        impact=announcement.impact,
        components=list(announcement.components),
        stage=announcement.stage,
        begins=announcement.begins,
        ends=announcement.ends,
        effect=announcement.effect,
        published=announcement.published or announcement.created,
        changed=announcement.changed,
        post_mortem=announcement.post_mortem,
        updates=updates,
    )


def publish(now: datetime) -> None:
    """Put the present picture where it can be read without the database."""
    try:
        redis.connection().set(KEY, orjson.dumps(drawn(now)), ex=LIFE)
    except RedisError as error:
        logger.warning("the status page is not kept in Redis: %s", type(error).__name__)


def kept() -> Picture | None:
    """Return what was put into Redis last; None: nothing, or it does not answer."""
    try:
        data: Any = redis.connection().get(KEY)
    except RedisError:
        return None
    return unpacked(data) if data else None


def unpacked(data: bytes) -> Picture | None:
    """Return a picture of its bytes; None: they are none of this version."""
    try:
        told = orjson.loads(data)
        return Picture(
            at=moment(told["at"]),
            sampled=moment(told["sampled"]),
            parts=[_part(each) for each in told["parts"]],
            announcements=[_said(each) for each in told["announcements"]],
        )
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        logger.warning("the status page in Redis cannot be read")
        return None


def moment(text: str | None) -> datetime | None:
    """Return a moment of its text."""
    return datetime.fromisoformat(text) if text else None


def _part(told: dict[str, Any]) -> Part:
    times = {
        name: {key: Sums(**sums) for key, sums in told[name].items()} for name in ("days", "months")
    }
    return Part(**{**told, **times, "since": moment(told["since"])})


def _said(told: dict[str, Any]) -> Said:
    times = {name: moment(told[name]) for name in ("begins", "ends", "published", "changed")}
    updates = [
        Told(datetime.fromisoformat(each["at"]), each["stage"], each["words"])
        for each in told["updates"]
    ]
    return Said(**{**told, **times, "updates": updates})
