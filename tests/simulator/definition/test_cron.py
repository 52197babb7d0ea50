"""Clock times in zones, where the clock is put forward and back."""

from datetime import UTC, datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulator.definition.quantities.units import Cron

NEW_YORK = ZoneInfo("America/New_York")
QUARTER = 900.0  # s


def shown(cron: str, start: str, count: int, zone: str = "America/New_York") -> list[str]:
    """The first moments after a local time, as the zone's clock shows them, with its offset."""
    there = ZoneInfo(zone)
    epoch = datetime.fromisoformat(start).replace(tzinfo=there).timestamp()
    clock = Cron(cron, zone)
    moments = []
    for _ in range(count):
        epoch = clock.next(epoch)
        moments.append(datetime.fromtimestamp(epoch, there).strftime("%d %H:%M:%S%z"))
    return moments


def test_a_time_is_that_of_the_zone_in_summer_and_winter() -> None:
    assert shown("0 0 22 * * *", "2026-03-07T12:00", 2) == ["07 22:00:00-0500", "08 22:00:00-0400"]


def test_a_time_that_is_skipped_comes_at_the_moment_of_the_change() -> None:
    # On 8 March 2026 the clock goes from 02:00 to 03:00.
    assert shown("0 30 2 * * *", "2026-03-07T12:00", 3) == [
        "08 03:00:00-0400", "09 02:30:00-0400", "10 02:30:00-0400",
    ]  # fmt: skip


def test_several_skipped_times_are_one() -> None:
    assert shown("0 0,30 2,3 * * *", "2026-03-08T01:59", 3) == [
        "08 03:00:00-0400", "08 03:30:00-0400", "09 02:00:00-0400",
    ]  # fmt: skip


def test_a_time_that_comes_twice_is_taken_the_first_time() -> None:
    # On 1 November 2026 the clock goes from 02:00 back to 01:00.
    assert shown("0 30 1 * * *", "2026-10-31T12:00", 2) == ["01 01:30:00-0400", "02 01:30:00-0500"]


def test_from_within_the_repeated_hour_nothing_comes_a_second_time() -> None:
    again = datetime(2026, 11, 1, 1, 10, tzinfo=NEW_YORK, fold=1).timestamp()

    moment = Cron("0 30 1 * * *", "America/New_York").next(again)

    assert datetime.fromtimestamp(moment, NEW_YORK).day == 2


@pytest.mark.parametrize("day", ["2026-03-08", "2026-11-01"])
def test_each_hour_is_each_real_hour(day: str) -> None:
    clock = Cron("0 0 * * * *", "America/New_York")
    epoch = datetime.fromisoformat(f"{day}T00:00").replace(tzinfo=NEW_YORK).timestamp()
    moments = [epoch]
    for _ in range(6):
        moments.append(clock.next(moments[-1]))

    assert {b - a for a, b in pairwise(moments)} == {3600.0}


def test_half_hours_and_southern_summers_are_known() -> None:
    # Lord Howe Island goes from 02:00 to 02:30 on 4 October 2026.
    assert shown("0 15 2 * * *", "2026-10-03T12:00", 2, "Australia/Lord_Howe") == [
        "04 02:30:00+1100", "05 02:15:00+1100",
    ]  # fmt: skip


def shows(zone: str, begin: float, end: float) -> list[tuple[float, float]]:
    """Each quarter of an hour, and what the zone's clock shows then; both as Unix s."""
    there = ZoneInfo(zone)
    moments = [begin + QUARTER * n for n in range(int((end - begin) / QUARTER))]
    offsets = [datetime.fromtimestamp(each, there).utcoffset() for each in moments]
    return [
        (t, t + by.total_seconds())
        for t, by in zip(moments, offsets, strict=True)
        if by is not None
    ]


def by_walking(zone: str, begin: float, end: float, *, hours: list[int] | None) -> list[float]:
    """The moments of ``0 0,45 HOURS * * *``, by a look at the clock each quarter of an hour.

    Fixed hours come when the clock shows them, or goes past them, for the first time; without,
    each time that it shows them.
    """
    found, latest = [], begin - 86_400.0
    for t, shown in shows(zone, begin, end):
        first = shown if hours is None or t == begin else latest + QUARTER
        passed = [
            datetime.fromtimestamp(each, UTC) for each in np.arange(first, shown + 1.0, QUARTER)
        ]
        if any(e.minute in (0, 45) and (hours is None or e.hour in hours) for e in passed):
            found.append(t)
        latest = max(latest, shown)
    return found


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Berlin", "2026-03-29"),
        ("America/St_Johns", "2026-11-01"),
        ("Australia/Lord_Howe", "2026-04-05"),
        ("Antarctica/Troll", "2026-03-29"),  # two hours at once
        ("Pacific/Apia", "2011-12-30"),  # a whole day
    ],
)
@pytest.mark.parametrize("hours", [None, [0, 1, 2, 3, 13]])
def test_it_comes_when_a_look_at_the_clock_says_so(
    zone: str, day: str, hours: list[int] | None
) -> None:
    middle = datetime.fromisoformat(day).replace(tzinfo=UTC).timestamp()
    begin, end = middle - 26 * 3600.0, middle + 26 * 3600.0
    text = "*" if hours is None else ",".join(map(str, hours))
    clock, got = Cron(f"0 0,45 {text} * * *", zone), [begin]

    while got[-1] < end:
        got.append(clock.next(got[-1]))

    assert got[1:-1] == [t for t in by_walking(zone, begin, end, hours=hours) if t > begin]


def test_a_clock_time_says_its_zone() -> None:
    assert str(Cron("0 0 22 * * *")) == "0 0 22 * * *"
    zoned = Cron.read({"cron": "0 0 22 * * *", "zone": "Asia/Tokyo"})
    assert str(zoned) == "0 0 22 * * * Asia/Tokyo"
