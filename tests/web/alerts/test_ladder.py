"""Who is rung next, and who is on duty."""

from datetime import UTC, datetime, time

import pytest

from web.alerts.duty import Change, Hours, Turn, on_duty
from web.alerts.ladder import Ladder, Next, Place, Rung, next_ring

ANNA, BEN = Rung("Anna", ("phone",)), Rung("Ben", ("slack", "phone"))


def climbed(ladder):
    """Return every attempt of a ladder that nobody answers: (round, person, way)."""
    place, rings = Place(), []
    while (step := next_ring(ladder, place)).ring:
        place = step.ring.place
        rings.append((place.round, step.ring.person, step.ring.way))
    return rings


def test_each_person_is_rung_five_times_then_the_next():
    assert climbed(Ladder(rungs=(ANNA, BEN))) == [
        *[(1, "Anna", "phone")] * 5,
        (1, "Ben", "slack"),
        (1, "Ben", "phone"),
        (1, "Ben", "slack"),
        (1, "Ben", "phone"),
        (1, "Ben", "slack"),
    ]


def test_it_starts_over_as_often_as_it_says():
    rings = climbed(Ladder(rungs=(ANNA, BEN), attempts=1, rounds=3))

    assert [(turn, person) for turn, person, _ in rings] == [
        (turn, person) for turn in (1, 2, 3) for person in ("Anna", "Ben")
    ]


def test_who_has_no_way_is_passed_over_and_named():
    ladder = Ladder(rungs=(Rung("Carl", ()), BEN), attempts=5)

    step = next_ring(ladder, Place())

    assert (step.ring.person, step.unreachable) == ("Ben", ("Carl",))


@pytest.mark.parametrize("rungs", [(), (Rung("Carl", ()),)])
def test_a_ladder_without_anybody_ends_at_once(rungs):
    step = next_ring(Ladder(rungs=rungs, rounds=3), Place())

    assert step == Next(None, tuple(rung.person for rung in rungs))


def test_a_ladder_is_the_same_once_it_was_packed():
    ladder = Ladder(rungs=(ANNA, BEN), attempts=3, rounds=2)

    assert Ladder.unpack(ladder.pack()) == ladder
    assert Ladder.unpack({}) == Ladder()


# Duty. 2026-11-23 is a Monday.

OFFICE = Hours(zone="Asia/Tokyo", days=(0, 1, 2, 3, 4), begins=time(9), ends=time(18))
NIGHT = Hours(zone="Asia/Tokyo", days=(0, 1, 2, 3, 4), begins=time(18), ends=time(9))


def tokyo(day: int, hour: int) -> datetime:
    """Return the moment at which it is ``hour`` of a day of November 2026 in Tokyo."""
    return datetime(2026, 11, day, hour - 9 if hour >= 9 else hour + 15, tzinfo=UTC).replace(
        day=day if hour >= 9 else day - 1
    )


@pytest.mark.parametrize(
    ("hours", "moment", "has"),
    [
        (OFFICE, tokyo(23, 9), True),
        (OFFICE, tokyo(23, 8), False),
        (OFFICE, tokyo(23, 18), False),
        (OFFICE, tokyo(22, 12), False),  # Sunday
        (NIGHT, tokyo(23, 18), True),
        (NIGHT, tokyo(24, 8), True),
        (NIGHT, tokyo(23, 8), False),  # would have begun on Sunday
        (NIGHT, tokyo(28, 8), True),  # Saturday morning; began on Friday
        (Hours(), tokyo(22, 3), True),
        (Hours(days=(0,), zone="Asia/Tokyo"), tokyo(24, 1), False),
    ],
)
def test_hours_are_of_the_zones_week_and_may_pass_midnight(hours, moment, has):
    assert hours.has(moment) == has


@pytest.mark.parametrize(
    ("moment", "changes", "people"),
    [
        (tokyo(23, 10), [], ["Anna"]),
        (tokyo(23, 20), [], ["Ben"]),
        (tokyo(22, 12), [], ["Anna", "Ben"]),  # nobody's hours: everybody
        (tokyo(23, 10), [("Anna", True)], ["Ben"]),
        (tokyo(23, 10), [("Anna", True), ("Ben", True)], ["Anna", "Ben"]),
        (tokyo(23, 10), [("Carl", False)], ["Carl"]),
        (tokyo(25, 10), [("Carl", False)], ["Anna"]),  # the holiday is over
    ],
)
def test_somebody_is_always_on_duty_and_changes_go_first(moment, changes, people):
    turns = [Turn("Anna", OFFICE), Turn("Ben", NIGHT)]
    holiday = [
        Change(who=who, begins=tokyo(22, 9), ends=tokyo(25, 9), is_away=is_away)
        for who, is_away in changes
    ]

    assert on_duty(turns, holiday, now=moment) == people


def test_hours_are_written_as_people_do():
    assert OFFICE.words == "Mon–Fri 09:00–18:00, Asia/Tokyo"
    assert Hours(days=(0, 2)).words == "Mon, Wed, UTC"
    assert Hours().words == "every day, UTC"
