from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from web.schedules.moments import Timetable, cron_refusal, moment_in, take
from web.schedules.ticks import JUMP, SETTLE, Steadiness
from web.schedules.words import cron_words, told

BERLIN = "Europe/Berlin"
HOUR = timedelta(hours=1)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_time_that_is_skipped_comes_once_right_after_it():
    nightly = Timetable(cron="30 2 * * *", zone=BERLIN)

    moments = nightly.several(utc(2027, 3, 27, 12), 2)

    assert moments == [utc(2027, 3, 28, 1, 0), utc(2027, 3, 29, 0, 30)]  # 03:00 and 02:30 there


def test_a_time_that_comes_twice_is_taken_the_first_time():
    nightly = Timetable(cron="30 2 * * *", zone=BERLIN)

    moments = nightly.several(utc(2027, 10, 30, 12), 2)

    assert moments == [utc(2027, 10, 31, 0, 30), utc(2027, 11, 1, 1, 30)]


def test_an_hourly_schedule_comes_each_real_hour_whatever_the_clocks_do():
    hourly = Timetable(cron="0 * * * *", zone=BERLIN)

    for day in (utc(2027, 3, 27, 22), utc(2027, 10, 30, 22)):
        moments = hourly.several(day, 6)
        assert [b - a for a, b in pairwise(moments)] == [HOUR] * 5


def test_until_is_the_last_moment():
    ending = Timetable(cron="0 * * * *", until=utc(2026, 11, 23, 7))

    assert ending.several(utc(2026, 11, 23, 5, 30), 5) == [
        utc(2026, 11, 23, 6),
        utc(2026, 11, 23, 7),
    ]


def test_a_moment_comes_once():
    once = Timetable(moment=utc(2026, 11, 23, 7))

    assert once.after(utc(2026, 11, 23, 6)) == utc(2026, 11, 23, 7)
    assert once.after(utc(2026, 11, 23, 7)) is None


def test_a_late_look_starts_the_last_moment_alone_and_counts_the_others():
    taken = take(
        Timetable(cron="*/5 * * * *"),
        planned=utc(2026, 11, 23, 6),
        now=utc(2026, 11, 23, 6, 21),
        catch_up=timedelta(minutes=15),
    )

    assert taken.start == utc(2026, 11, 23, 6, 20)
    assert (taken.first_missed, taken.missed) == (utc(2026, 11, 23, 6), 4)
    assert taken.next == utc(2026, 11, 23, 6, 25)


def test_a_clock_that_looks_some_seconds_late_misses_nothing():
    taken = take(
        Timetable(cron="0 6 * * *"),
        planned=utc(2026, 11, 23, 6),
        now=utc(2026, 11, 23, 6, 0, 59),
        catch_up=timedelta(0),
    )

    assert (taken.start, taken.missed) == (utc(2026, 11, 23, 6), 0)


def test_the_end_of_a_schedule_is_taken_late_as_well():
    taken = take(
        Timetable(moment=utc(2026, 11, 23, 6)),
        planned=utc(2026, 11, 23, 6),
        now=utc(2026, 11, 23, 9),
        catch_up=HOUR,
    )

    assert (taken.start, taken.missed, taken.next) == (None, 1, None)


def test_a_time_of_a_clock_is_a_moment_and_of_two_the_first():
    assert moment_in(datetime(2026, 11, 23, 7), BERLIN) == utc(2026, 11, 23, 6)
    assert moment_in(datetime(2027, 10, 31, 2, 30), BERLIN) == utc(2027, 10, 31, 0, 30)


def test_a_time_that_no_clock_shows_is_refused():
    with pytest.raises(ValueError, match=r"The clocks of Europe/Berlin skip this time"):
        moment_in(datetime(2027, 3, 28, 2, 30), BERLIN)


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("0 6 * * 1-5", "every weekday at 06:00"),
        ("0 6,18 * * sat,sun", "every Saturday and Sunday at 06:00 and 18:00"),
        ("30 2 1,15 * *", "on the 1st and 15th of each month at 02:30"),
        ("0 0 L * *", "on the last day of each month at 00:00"),
        ("0 0 22 * * *", "every day at 22:00"),
        ("15 30 6 * 6 mon", "every Monday in June at 06:30:15"),
        ("0 6 1 * mon", "on the 1st of each month and every Monday at 06:00"),
        ("0 22 * * 5-1", "every Monday, Friday, Saturday and Sunday at 22:00"),
        ("* * * * *", "every minute"),
        ("*/5 * * * *", "every 5 minutes"),
        ("*/5 * * * 1-5", "every 5 minutes on every weekday"),
        ("*/7 * * * *", "every 7 minutes of each hour"),
        ("0 * * * *", "every hour on the hour"),
        ("10,40 * * * *", "at 10 and 40 min past every hour"),
        ("5 */2 * * *", "at 5 min past every 2nd hour"),
        ("0 */6 * * *", "every day at 00:00, 06:00, 12:00 and 18:00"),
        ("0 8-18 * * 1-5", "every weekday at minute 0 of the hours 8-18"),
        ("0 0 * * 5#2", "on the weekdays 5#2 at 00:00"),
    ],
)
def test_a_cron_in_plain_words(cron, words):
    assert cron_words(cron) == words


def test_a_timetable_in_plain_words():
    until = utc(2026, 12, 31, 22, 59)

    assert told(Timetable(cron="0 6 * * 1-5", zone=BERLIN, until=until)) == (
        "every weekday at 06:00 Europe/Berlin, until 31 December 2026, 23:59"
    )
    assert told(Timetable(moment=utc(2026, 11, 23, 6), zone=BERLIN)) == (
        "once, Monday 23 November 2026 at 07:00 Europe/Berlin"
    )


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        ("* * * * * *", "at most once a minute"),
        ("0,30 0 6 * * *", "at most once a minute"),
        ("0 6 31 2 *", "not a clock time that comes"),
        ("every day", "Write the five fields minute, hour, day, month and weekday"),
        ("0 6 * *", "such as 0 6 * * 1-5"),
        ("61 * * * *", "not a clock time that comes"),
    ],
)
def test_a_cron_that_cannot_be_is_refused_in_words(cron, words):
    assert words in cron_refusal(cron, "UTC")


def test_a_cron_of_six_fields_with_one_second_is_taken():
    assert cron_refusal("30 0 6 * * *", BERLIN) == ""


class Times:
    """A time of day beside a clock that nobody sets."""

    def __init__(self) -> None:
        self.at, self.day = 0.0, utc(2026, 11, 23, 5)
        self.steadiness = Steadiness(lambda: self.at)

    def passes(self, seconds: float, *, shows: float | None = None) -> bool:
        self.at += seconds
        self.day += timedelta(seconds=seconds if shows is None else shows)
        return self.steadiness.look(self.day)


@pytest.mark.parametrize("jump", [3_600.0, -3_600.0])
def test_a_jump_of_the_time_of_day_is_believed_only_after_a_while(jump):
    times = Times()
    assert times.passes(2)

    assert not times.passes(2, shows=jump)
    assert not times.passes(SETTLE - 1)
    assert times.passes(1)


def test_a_jump_that_is_mended_begins_the_while_anew():
    times = Times()
    times.passes(2)
    times.passes(2, shows=3_600)

    assert not times.passes(30, shows=30 - 3_600)
    assert not times.passes(SETTLE - 1)
    assert times.passes(1)


def test_a_clock_that_is_slewed_is_believed():
    times = Times()
    times.passes(2)

    assert all(times.passes(2, shows=2 + JUMP - 1) for _ in range(3))
