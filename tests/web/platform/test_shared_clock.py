"""The date that all processes share, and a machine's own one that is wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from web.platform import shared_clock
from web.platform.shared_clock import NEAR, SharedClock

HOUR = 3_600.0
BEGIN = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


class Machine:
    """A machine that nobody waits for: its clock, its own date, and the database's."""

    def __init__(self, *, wrong: float = 0.0) -> None:
        self.clock = 1_000.0
        self.wrong = wrong  # s that its own date is ahead
        self.answers_within = 0.0  # s

    @property
    def right(self) -> float:
        return BEGIN.timestamp() + self.clock - 1_000.0

    def ask(self) -> datetime:
        asked = self.right
        self.clock += self.answers_within
        return datetime.fromtimestamp(asked, UTC)

    def shared(self) -> SharedClock:
        return SharedClock(lambda: self.clock, date=lambda: self.right + self.wrong, ask=self.ask)


@pytest.mark.django_db
def test_the_databases_date_is_the_present():
    assert abs(shared_clock.now() - timezone.now()) < timedelta(minutes=1)
    assert shared_clock.now().utcoffset() == timedelta(0)


def test_a_date_that_is_near_is_the_machines_own():
    machine = Machine(wrong=0.25)
    machine.answers_within = 3.0
    shared = machine.shared()

    shared.look()

    assert shared.unix() == pytest.approx(machine.right + 0.25)


@pytest.mark.parametrize("wrong", [HOUR, -HOUR, NEAR + 1.0])
def test_a_date_that_is_wrong_is_not_believed(wrong: float):
    machine = Machine(wrong=wrong)
    machine.answers_within = 0.5
    shared = machine.shared()

    shared.look()

    assert shared.unix() == pytest.approx(machine.right, abs=0.25)


def test_a_date_that_is_set_between_two_looks_changes_nothing():
    machine = Machine()
    shared = machine.shared()
    shared.look()

    machine.wrong = HOUR
    machine.clock += 5.0

    assert shared.unix() == pytest.approx(machine.right)
    shared.look()
    assert shared.unix() == pytest.approx(machine.right)


def test_an_answer_that_takes_long_makes_no_right_date_wrong():
    machine = Machine()
    machine.answers_within = 30.0
    shared = machine.shared()

    shared.look()

    assert shared.unix() == pytest.approx(machine.right)
