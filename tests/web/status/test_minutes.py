"""A day as letters, and the seconds and percents that follow from it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from web.status.minutes import A_DAY, EMPTY, Stretch, Sums, counted, place, uptime, written
from web.status.states import State

DAY = date(2026, 11, 23)
MIDNIGHT = datetime(2026, 11, 23, tzinfo=UTC)


def at(minute: float) -> datetime:
    return MIDNIGHT + timedelta(minutes=minute)


def test_a_minute_is_written_once():
    first = written(EMPTY, 7, State.DOWN)

    assert first[7] == "d"
    assert written(first, 7, State.UP) == first
    assert len(first) == A_DAY
    assert counted(first, DAY) == Sums(down=60)


def test_a_minute_that_could_not_be_looked_at_stays_unknown_and_may_be_written_later():
    assert written(EMPTY, 7, State.UNKNOWN) == EMPTY


def test_days_and_minutes_are_of_utc():
    assert place(datetime.fromisoformat("2026-11-23T08:59:59+09:00")) == (date(2026, 11, 22), 1439)


@pytest.mark.parametrize(
    ("minutes", "letter", "sums"),
    [
        ("uuuu", "d", Sums(up=120, down=120)),
        ("uuuu", "s", Sums(up=120, degraded=120)),
        ("uddu", "s", Sums(up=120, down=120)),
        ("u..u", "d", Sums(up=120, down=120)),
        ("udsu", "m", Sums(up=120, maintenance=120)),
        ("u.uu", "m", Sums(up=180, maintenance=60)),
    ],
)
def test_operators_words_make_a_minute_worse_or_maintained_and_never_better(minutes, letter, sums):
    day = minutes + EMPTY[len(minutes) :]

    assert counted(day, DAY, [Stretch(letter, at(1), at(2.5))]) == sums


def test_maintenance_excuses_also_what_operators_called_down():
    said = [Stretch("m", at(0), at(2)), Stretch("d", at(0), at(3))]

    assert counted("uuu" + EMPTY[3:], DAY, said) == Sums(down=60, maintenance=120)


def test_a_stretch_of_other_days_counts_for_its_part_of_this_one():
    over = Stretch("d", at(-100), at(5))

    assert counted(EMPTY, DAY, [over, Stretch("d", at(2000), at(3000))]) == Sums(down=300)


@pytest.mark.parametrize(
    ("sums", "percent"),
    [
        (Sums(), None),
        (Sums(maintenance=60), None),
        (Sums(up=86_400), 100.0),
        (Sums(up=30 * 86_400 - 60, down=60), 99.99),
        (Sums(up=30 * 86_400 - 21 * 60, down=21 * 60), 99.95),
        (Sums(up=60, degraded=60), 100.0),
        (Sums(down=60), 0.0),
    ],
)
def test_uptime_is_cut_so_that_100_is_said_of_no_minute_that_was_down(sums, percent):
    assert uptime(sums) == percent
