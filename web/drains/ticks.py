"""What the clock does for drains: asks for their jobs, and notes how far behind they are."""

from datetime import timedelta

from django.utils import timezone

from web.drains import actions
from web.drains.models import Drain, Letter, Point
from web.drains.waiting import due, lag_of, runs_for
from web.platform import shared_clock

MOST = 200  # drains that one tick asks for
TEST_WITHIN = timedelta(minutes=2)
NOBODY_TESTED = "Nobody made the test within two minutes: the process for drains may be down."
KEEP_POINTS = timedelta(days=1)


def ask() -> int:
    """Put a job into the queue for each drain that may have something to send; return how many.

    One that was asked for a short time ago and did not begin yet is passed over.
    """
    give_up_tests()
    return sum(
        actions.ask_for(drain) for drain in due(shared_clock.now())[:MOST] if has_work(drain)
    )


def give_up_tests() -> int:
    """End the tests that nobody made, with words that say so; return how many."""
    now = timezone.now()
    late = Drain.objects.filter(test_asked__lt=now - TEST_WITHIN)
    return late.update(
        test_asked=None, test_at=now, test_went_well=False, test_result=NOBODY_TESTED
    )


def has_work(drain: Drain) -> bool:
    """Return whether a run, or a dead letter, may have something for it."""
    asked = drain.letters.filter(state=Letter.State.ASKED)
    return runs_for(drain).exists() or asked.exists()


def measure() -> int:
    """Note how far each drain is behind in this minute; return how many. Twice is harmless."""
    now = timezone.now()
    minute = now.replace(second=0, microsecond=0)
    drains = list(Drain.objects.filter(workspace__deleted=None).order_by("id"))
    for drain in drains:
        lag = lag_of(drain)
        values = {
            "records": lag.records,
            "seconds": int(lag.age(now).total_seconds()),
            "shipped": drain.shipped,
        }
        Point.objects.update_or_create(drain=drain, at=minute, defaults=values)
    Point.objects.filter(at__lt=now - KEEP_POINTS).delete()
    return len(drains)
