"""What the status page tells programs: its JSON, and a feed of incidents.

Rule: pure, of the same page that people see. Source of the feed's form: RFC 4287.
"""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import linebreaks

from web.status.minutes import Sums, uptime
from web.status.showing import Page, Row, Telling

VERSION = 1  # of the JSON; new fields may come, none goes without a new number


def json_of(page: Page) -> dict[str, Any]:
    """Return the page as data: times in ISO 8601, percents with two decimals, spans in s."""
    return {
        "version": VERSION,
        "state": page.state,
        "headline": page.headline,
        "trouble": page.trouble,
        "sampled": iso(page.sampled),
        "drawn": iso(page.drawn),
        "components": [component(row, page.months) for row in page.rows],
        "incidents": [told(each) for each in (*page.going, *page.planned, *page.past)],
    }


def component(row: Row, months: list[date]) -> dict[str, Any]:
    """Return a component."""
    return {
        "name": row.component.word,
        "title": row.component.title,
        "state": row.state,
        "words": row.words,
        "since": iso(row.since),
        "uptime": row.uptime,
        "known": row.known,
        "months": {f"{each:%Y-%m}": row.months[at] for at, each in enumerate(months)},
        "days": {day: seconds(sums) for day, sums in row.sums.items()},
    }


def seconds(sums: Sums) -> dict[str, float | None]:
    """Return a day."""
    return {
        "up": sums.up,
        "degraded": sums.degraded,
        "down": sums.down,
        "maintenance": sums.maintenance,
        "uptime": uptime(sums),
    }


def told(telling: Telling) -> dict[str, Any]:
    """Return an announcement."""
    said = telling.said
    updates = [
        {"at": iso(at), "stage": stage, "words": words} for stage, at, words in telling.updates
    ]
    return {
        "code": said.code,
        "url": url_of(said.code),
        "kind": said.kind,
        "title": said.title,
        "impact": said.impact,
        "stage": said.stage,
        "components": said.components,
        "begins": iso(said.begins),
        "ends": iso(said.ends),
        "effect": said.effect,
        "updates": updates,
        "post_mortem": said.post_mortem,
    }


def atom_of(page: Page) -> str:
    """Return the feed: an entry for each announcement, the one changed last first."""
    feed = Atom1Feed(
        title="Mocklot: incidents",
        link=settings.SITE_URL + reverse("status"),
        description="Incidents and planned maintenance.",
        feed_url=settings.SITE_URL + reverse("status_feed"),
        language="en",
    )
    tellings = (*page.going, *page.planned, *page.past)
    for each in sorted(tellings, key=lambda each: each.said.changed, reverse=True):
        feed.add_item(
            title=f"{each.stage}: {each.said.title}",
            link=url_of(each.said.code),
            description=linebreaks(text_of(each), autoescape=True),
            unique_id=f"urn:uuid:{each.said.code}",
            pubdate=each.said.published,
            updateddate=each.said.changed,
            categories=each.components,
            author_name="Mocklot",
        )
    return str(feed.writeString("utf-8"))


def text_of(telling: Telling) -> str:
    """Return an announcement as text, the newest update first."""
    lines = [f"{at:%Y-%m-%d %H:%M} UTC, {stage}: {words}" for stage, at, words in telling.updates]
    if telling.said.post_mortem:
        lines.append(f"What happened: {telling.said.post_mortem}")
    return "\n\n".join(lines)


def url_of(code: str) -> str:
    """Return the whole address of an announcement's page."""
    return settings.SITE_URL + reverse("status_incident", args=[code])


def iso(at: datetime | None) -> str | None:
    """Return a moment as text."""
    return at.isoformat() if at else None
