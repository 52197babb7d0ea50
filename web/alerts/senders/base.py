"""What every sender has: what it is given, and what it answers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from web.alerts.letters import Letter
from web.alerts.models import Attempt
from web.alerts.ways import Way

TIMEOUT = 10  # s, for one call of a service
LONGEST_WAIT = timedelta(minutes=10)  # that the far side may ask for


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try. ``reference`` is the far side's name for it; ``wait`` its least."""

    is_sent: bool
    text: str
    may_retry: bool = False
    reference: str = ""
    wait: timedelta = timedelta(0)


Sender = Callable[[Attempt, Way, Letter], Outcome]


def waiting(seconds: str | float | None) -> timedelta:
    """Return what a Retry-After in s asks for, bounded; 0 where it says nothing."""
    text = str(seconds or "").strip()
    if not text.replace(".", "", 1).isdecimal():
        return timedelta(0)
    return min(timedelta(seconds=float(text[:9])), LONGEST_WAIT)


def unanswered(error: Exception) -> Outcome:
    """Return what to do when no answer came at all."""
    kind = type(getattr(error, "reason", error)).__name__
    return Outcome(is_sent=False, text=f"no answer: {kind}", may_retry=True)
