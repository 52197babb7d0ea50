"""Days, weeks and months of zones whose clocks are put forward and back."""

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise

import pytest

from web.reports.models import Every
from web.reports.standing import periods

SIX = time(6)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def hours(period: periods.Period) -> float:
    return (period.end - period.begin) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("zone", "moment", "begin", "length"),
    [
        ("UTC", "2027-03-10T12:00Z", "2027-03-10T00:00Z", 24),
        ("Europe/Berlin", "2027-03-28T12:00Z", "2027-03-27T23:00Z", 23),  # put forward at 02:00
        ("Europe/Berlin", "2027-10-31T12:00Z", "2027-10-30T22:00Z", 25),
        ("Asia/Tokyo", "2027-03-10T15:00Z", "2027-03-10T15:00Z", 24),
        ("Africa/Cairo", "2027-04-30T12:00Z", "2027-04-29T22:00Z", 23),  # put forward at midnight
        ("Australia/Lord_Howe", "2027-10-03T01:00Z", "2027-10-02T13:30Z", 23.5),
        ("Asia/Kathmandu", "2027-03-10T12:00Z", "2027-03-09T18:15Z", 24),
    ],
)
def test_a_day_is_one_of_its_zone_however_long(zone, moment, begin, length):
    period = periods.period_of(Every.DAY, at(moment), zone)

    assert (period.begin, hours(period)) == (at(begin), length)


def test_a_week_begins_on_monday_and_may_be_an_hour_short():
    period = periods.period_of(Every.WEEK, at("2027-03-28T12:00Z"), "Europe/Berlin")

    assert period.begin == at("2027-03-21T23:00Z")
    assert hours(period) == 7 * 24 - 1


@pytest.mark.parametrize(
    ("month", "length"), [(1, 744), (2, 672), (3, 743), (4, 720), (10, 745), (12, 744)]
)
def test_a_month_is_as_long_as_its_zone_has_it(month, length):
    noon = datetime(2027, month, 15, 12, tzinfo=UTC)

    assert hours(periods.period_of(Every.MONTH, noon, "Europe/Berlin")) == length


@pytest.mark.parametrize("every", list(Every))
@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/New_York", "Africa/Cairo", "Asia/Tokyo"]
)
def test_periods_follow_each_other_without_a_gap_and_each_is_due_once(every, zone):
    due = at("2026-12-31T12:00Z")
    ends: list[periods.Period] = []
    for _ in range(60):
        due = periods.due_after(every, due, at=SIX, zone=zone)
        ends.append(periods.period_before(every, due, zone))

    for before, after in pairwise(ends):
        assert before.end == after.begin


def test_an_edition_is_due_on_the_first_day_after_its_period():
    due = periods.due_after(Every.MONTH, at("2027-03-15T00:00Z"), at=SIX, zone="Asia/Tokyo")

    assert due == at("2027-03-31T21:00Z")
    assert periods.period_before(Every.MONTH, due, "Asia/Tokyo").end == at("2027-03-31T15:00Z")


def test_a_time_that_comes_twice_counts_the_first_time_and_one_that_is_skipped_comes_later():
    after = at("2027-10-30T12:00Z")
    twice = periods.due_after(Every.DAY, after, at=time(2, 30), zone="Europe/Berlin")
    skipped = periods.due_after(
        Every.DAY, at("2027-03-27T12:00Z"), at=time(2, 30), zone="Europe/Berlin"
    )

    assert twice == at("2027-10-31T00:30Z")
    assert skipped == at("2027-03-28T01:30Z")


def test_what_was_missed_is_made_up_for_one_by_one_but_not_for_ever():
    now = at("2027-06-01T12:00Z")
    planned = at("2027-05-28T06:00Z")
    due = [planned]
    while due[-1] <= now:
        due.append(periods.following(Every.DAY, due[-1], now, at=SIX, zone="UTC"))

    assert [each.day for each in due] == [28, 29, 30, 31, 1, 2]
    long_ago = periods.following(Every.DAY, at("2020-01-01T06:00Z"), now, at=SIX, zone="UTC")
    assert long_ago == at("2027-05-02T06:00Z")


@pytest.mark.parametrize(
    ("every", "begin", "end", "words"),
    [
        (Every.DAY, "2027-03-28T00:00Z", "2027-03-29T00:00Z", "Sunday, 28 March 2027"),
        (Every.WEEK, "2027-03-29T00:00Z", "2027-04-05T00:00Z", "the week of 29 March 2027"),
        (Every.MONTH, "2027-03-01T00:00Z", "2027-04-01T00:00Z", "March 2027"),
        (
            Every.MONTH,
            "2027-03-01T00:00Z",
            "2027-03-09T13:30Z",
            "1 March 2027 to 9 March 2027, 13:29",
        ),
    ],
)
def test_a_period_has_words(every, begin, end, words):
    assert periods.words(every, periods.Period(at(begin), at(end)), "UTC") == words
