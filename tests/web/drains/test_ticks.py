"""What the clock does for drains."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.web.drains.endpoints import Answer
from web.drains import leasing, ticks, waiting
from web.drains.filters import Filter
from web.drains.models import Drain, Point
from web.drains.senders.base import Piece
from web.drains.senders.http import HttpSender
from web.logs.models import Chunk


def test_the_lag_is_what_waits_and_how_old_the_oldest_is(drain, run, sends):
    sends(3, first=100)
    sends(2, first=50)
    oldest = Chunk.objects.order_by("first").first().first

    lag = waiting.lag_of(drain)

    assert (lag.records, lag.runs, lag.is_whole) == (5, 1, True)
    assert lag.oldest == oldest
    assert drain.state(lag.age(oldest + timedelta(seconds=59))) == "ok"
    assert drain.state(lag.age(oldest + timedelta(seconds=60))) == "behind"


def test_the_clock_asks_once_however_many_clocks_there_are(
    drain, sends, asked, django_capture_on_commit_callbacks
):
    sends(1)
    asked.clear()

    with django_capture_on_commit_callbacks(execute=True):
        assert [ticks.ask(), ticks.ask()] == [1, 0]

    assert asked == ["ship"]


def test_the_clock_asks_again_for_a_job_that_was_lost(drain, sends):
    sends(1)
    ticks.ask()
    Drain.objects.update(asked=timezone.now() - leasing.ASK_AGAIN - timedelta(seconds=1))

    assert ticks.ask() == 1


@pytest.mark.parametrize(
    "resting",
    [
        {"paused": timezone.now()},
        {"next_try": timezone.now() + timedelta(days=1)},  # the tests take hours at most
        {"leased_until": timezone.now() + timedelta(days=1)},
    ],
)
def test_the_clock_does_not_ask_for_what_is_not_due(drain, sends, resting):
    sends(1)
    Drain.objects.update(**resting)

    assert ticks.ask() == 0


def test_a_test_that_nobody_makes_ends_with_words(drain):
    Drain.objects.update(test_asked=timezone.now() - timedelta(minutes=3))

    ticks.ask()

    drain.refresh_from_db()
    assert (drain.is_testing, drain.test_went_well) == (False, False)
    assert drain.test_result == ticks.NOBODY_TESTED


def test_a_part_that_takes_long_says_in_between_that_it_is_still_at_it(
    drain, endpoint, run, sends, waits
):
    sends(2_500)
    endpoint.decide = lambda request: waits.wait(6) or Answer(200)
    sender = HttpSender(drain, time=waits.time)
    piece = Piece(Chunk.objects.select_related("shard").get(), run, Filter())

    steps = [(step.rows, step.shipped) for step in sender.send(piece)]
    sender.close()

    assert steps == [(0, 0), (0, 0), (2_500, 2_500)]


def test_each_minute_has_one_point_and_yesterday_is_forgotten(drain, sends):
    sends(3)
    Point.objects.create(
        drain=drain,
        at=timezone.now() - timedelta(days=1, minutes=2),
        records=1,
        seconds=1,
        shipped=0,
    )

    ticks.measure()
    ticks.measure()

    points = Point.objects.filter(at__gte=timezone.now() - timedelta(hours=1))
    assert Point.objects.count() == points.count() <= 2
    assert points.last().records == 3
