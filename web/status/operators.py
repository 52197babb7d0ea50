"""What the operators' page shows of those outside who watch us, or whom we watch."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from web.alerts import platform_status
from web.status import access, deadman


@dataclass(frozen=True, slots=True)
class Outside:
    """Somebody outside: ``state`` is a badge's, ``at`` when it was last heard from."""

    title: str
    state: str
    badge: str
    at: datetime | None
    words: str


def outside() -> list[Outside]:
    """Return the dead man's switch and the platform's status page."""
    return [switch(), platform()]


def switch() -> Outside:
    """Return how the dead man's switch was told last."""
    title = "Dead man’s switch"
    if not settings.DEADMAN_URL:
        words = "Set DEADMAN_URL, so that somebody hears of a clock that has stopped."
        return Outside(title, "warning", "off", None, words)
    told = access.ping_of(deadman.NAME)
    if told is None:
        return Outside(title, "queued", "not yet", None, "It is told within a minute.")
    state, badge = ("failed", "not told") if told.trouble else ("ok", "told")
    return Outside(title, state, badge, told.through, told.trouble)


def platform() -> Outside:
    """Return when the platform's status page last answered."""
    title = "The platform’s status page"
    if not settings.PLATFORM_STATUS_URL:
        words = "Set PLATFORM_STATUS_URL, so that customers hear of the platform’s incidents."
        return Outside(title, "warning", "off", None, words)
    at = platform_status.asked()
    if at is None:
        return Outside(title, "queued", "not yet", None, "It is asked within a minute.")
    if platform_status.is_fresh(at):
        return Outside(title, "ok", "known", at, "")
    return Outside(title, "failed", "not known", at, "It has not answered since.")
