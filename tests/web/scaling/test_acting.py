"""The scaler against a platform with a real server: what it asks for, and what it leaves alone."""

from datetime import timedelta

import pytest

from tests.web.clocks import ON_POSTGRES, at_once
from tests.web.scaling.conftest import NOON
from web.alerts import service
from web.runs.models import Worker
from web.scaling import acting
from web.scaling.models import Choice, Process, Scaled
from web.scaling.rule import Action

pytestmark = pytest.mark.usefixtures("silent_console")

STEP = timedelta(seconds=15)


def decisions(*, looks=1, start=NOON, before=None) -> list[Choice]:
    """Return what is decided of workers at each of some looks."""
    found = []
    for number in range(looks):
        now = start + number * STEP
        if before:
            before(now)
        found += [each for each in acting.scale(now) if each.process == Process.WORKER]
    return found


def ready_to_shrink(platform, load, told, *, quantity=3, leased=9):
    """Have ten easy minutes go by; return the decision that a worker goes."""
    platform.formation["worker"] = (quantity, "Standard-2X")
    load(leased=leased)
    for number in range(45):
        (choice,) = decisions(start=NOON + number * STEP, before=told)
        if choice.action == Action.IN:
            return choice
    raise AssertionError("no worker goes")


def test_a_crowd_of_fifty_thousand_gets_its_workers_in_one_call(platform, load):
    load(wanted=50)

    (choice,) = decisions()

    assert platform.patches == [[{"type": "worker", "quantity": 6}]]
    assert (choice.action, choice.quantity, choice.target) == (Action.OUT, 2, 6)
    assert (choice.wanted, choice.leased, choice.needed) == (50, 0, 6)
    assert choice.outcome == "The platform has set 6."


def test_off_asks_nobody_and_advice_changes_nothing(platform, load, settings):
    load(wanted=50)
    settings.SCALER = "off"
    assert acting.scale(NOON) == []

    settings.SCALER = "advise"
    (choice,) = decisions()

    assert platform.patches == []
    assert (choice.action, choice.target) == (Action.OUT, 6)
    assert choice.outcome == "Advice alone: nothing was done."


def test_during_a_release_it_is_tried_again(platform, load):
    load(wanted=50)
    platform.refuse(422, "invalid_params", "Cannot scale while a release is in progress.")

    found = decisions(looks=4)

    assert "a release is in progress" in found[0].outcome
    assert "left alone until" in found[1].outcome
    assert platform.quantities["worker"] == 6
    assert len(platform.patches) == 2


def test_429_is_waited_out_as_long_as_it_says(platform, load):
    load(wanted=50)
    platform.refuse(429, "rate_limit", "Your account reached the limit.", Retry_After="120")

    found = decisions(looks=10)

    assert len(platform.patches) == 2
    assert [each.outcome for each in found].index("The platform has set 6.") == 8


def test_a_wrong_token_is_said_and_nothing_is_touched(platform, load, settings, caplog):
    settings.SCALER_TOKEN = "of somebody else"
    load(wanted=50)

    (choice,) = decisions()

    assert (choice.action, choice.quantity, choice.needed) == (Action.HOLD, None, 6)
    assert "401 Unauthorized: Invalid credentials provided." in choice.outcome
    assert "the platform refuses" in caplog.text


def test_a_platform_that_does_nothing_is_told_of_until_it_does_again(platform, load, settings):
    load(wanted=50)
    token, settings.SCALER_TOKEN = settings.SCALER_TOKEN, "of somebody else"
    decisions(looks=5)

    [level] = service.measured("scaling", NOON + 4 * STEP)
    settings.SCALER_TOKEN = token
    decisions(start=NOON + 5 * STEP)
    [after] = service.measured("scaling", NOON + 6 * STEP)
    settings.SCALER = "off"

    assert level.value == 4 * STEP.total_seconds()
    assert "cannot be scaled: the platform has refused or not answered for 60 s." in level.words
    assert after.value == 0
    assert service.measured("scaling", NOON) == []


def test_a_tower_hands_over_before_its_dyno_goes(platform, load, told, working):
    load(leased=9)
    working(4_000, 3_000, 2_000)

    choice = ready_to_shrink(platform, load, told)
    assert choice.outcome == "worker.3 hands over what it holds first."
    assert [each.dyno for each in Worker.objects.filter(is_draining=True)] == ["worker.3"]
    assert platform.patches == []

    later = choice.at + STEP
    told(later)
    (going,) = decisions(start=later)
    assert going.outcome == "worker.3 still holds mocks."
    Worker.objects.filter(dyno="worker.3").update(mocks=0, room=0)
    told(later + STEP)
    decisions(start=later + STEP)

    assert platform.patches == [[{"type": "worker", "quantity": 2}]]
    assert Scaled.objects.get(process="worker").target is None


@pytest.mark.parametrize("ill", ["late", "silent", "grown", "slow"])
def test_a_dyno_that_hands_over_stays_when_it_is_needed_after_all(
    platform, load, told, working, reports, ill
):
    load(leased=9)
    working(4_000, 3_000, 2_000)
    later = ready_to_shrink(platform, load, told).at + STEP

    if ill == "grown":
        load(leased=9, wanted=16, since=later)
    told(later, lateness=3.0 if ill == "late" else 0.001)
    if ill == "silent":
        reports.clear()
    if ill == "slow":
        later += acting.DRAIN_WITHIN + STEP
        told(later)
    (choice,) = decisions(start=later)

    assert choice.outcome.startswith("worker.3 stays: ")
    assert not Worker.objects.filter(is_draining=True).exists()
    assert platform.quantities["worker"] >= 3


def test_the_ceiling_of_an_hour_holds_it(platform, load, settings):
    settings.SCALER_HOURLY_CEILING = 1
    settings.SCALER_RANGES = {"worker": (1, 100), "web": (1, 4)}
    load(wanted=300)

    (choice,) = decisions()

    # $1 an hour less 25/730 for the console, at 50/730 a worker.
    assert choice.target == 14
    assert platform.quantities["worker"] == 14


def test_what_a_month_cost_holds_it_too(platform, load, settings):
    settings.SCALER_MONTHLY_CEILING = 100
    load(wanted=50)
    Scaled.objects.create(process="worker", month="2026-11", spent=99.95, size="standard-2x")

    (choice,) = decisions()

    assert choice.action == Action.HOLD
    assert "the cost ceiling is 1" in choice.reason


def test_what_was_spent_is_counted_by_list_prices(platform, load, told):
    load(leased=18)
    decisions(looks=241, before=told)

    row = Scaled.objects.get(process="worker")

    assert row.spent == pytest.approx(2 * 50 / 730, rel=0.01)  # an hour of two


def test_a_line_is_written_with_what_it_was_decided_by(platform, load, caplog):
    load(wanted=50)

    with caplog.at_level("INFO", logger="web.scaling"):
        decisions()

    lines = [each for each in caplog.records if each.msg == "scaling"]
    assert [each.scaled for each in lines] == ["web", "worker"]
    assert (lines[1].action, lines[1].wanted, lines[1].needed) == ("out", 50, 6)


def test_a_dyno_that_is_late_though_half_empty_is_advised_to_be_larger(platform, load, told):
    load(leased=5)
    told(NOON, lateness=2.5)

    (choice,) = decisions()

    assert "each of them is too weak" in choice.advice
    assert "1 × performance-m (2.5 GB, 6 times the CPU) would cost $250 a month" in choice.advice


class TestClocks:
    pytestmark = ON_POSTGRES

    def test_of_several_clocks_one_acts(self, platform, load):
        load(wanted=50)

        at_once(lambda: acting.scale(NOON))

        assert len(platform.patches) == 1
        assert Choice.objects.filter(process="worker").count() == 1


def test_a_second_clock_finds_nothing_to_look_at(platform, load):
    load(wanted=50)

    assert len(acting.scale(NOON)) == 2
    assert acting.scale(NOON + timedelta(seconds=3)) == []
    assert len(platform.patches) == 1
