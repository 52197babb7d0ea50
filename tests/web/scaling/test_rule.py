"""The rule: out fast, in slowly, never in while anything is late, rises, or is not known."""

from dataclasses import replace

import pytest

from web.scaling.rule import COOL_DOWN, SETTLE, Action, Inputs, Limits, Memory, decide, rises

FINE = Inputs(at=0.0, quantity=4, needed=4, leased=30)
EASY = replace(FINE, needed=2)
LIMITS = Limits(least=1, most=10)
EVERY = 15.0  # s between two looks
LONG = int(COOL_DOWN // EVERY) + 2  # looks


def watched(*several, limits=LIMITS, memory=None):
    """Return the decision on each of some inputs, each ``EVERY`` s after the one before."""
    decisions, known = [], memory or Memory()
    start = max((each.at for each in known.readings), default=-EVERY)
    for number, inputs in enumerate(several, start=1):
        decision = decide(replace(inputs, at=start + number * EVERY), known, limits)
        decisions.append(decision)
        known = Memory.unpack(decision.memory.pack())
    return decisions


def test_more_come_at_once_and_as_many_as_the_work_asks_for():
    (decision,) = watched(replace(FINE, needed=9))

    assert (decision.action, decision.target) == (Action.OUT, 9)
    assert decision.reason == "The work asks for 9, and there are 4."


def test_one_goes_at_a_time_and_only_after_ten_easy_minutes():
    decisions = watched(*[EASY] * LONG)

    *before, _ = decisions
    assert {each.action for each in before[:-1]} == {Action.HOLD}
    first = next(each for each in decisions if each.action == Action.IN)
    assert first.target == 3
    assert decisions.index(first) * EVERY >= COOL_DOWN


def test_after_one_went_the_next_waits_for_the_cool_down():
    down = watched(*[EASY] * LONG)
    memory = next(each for each in down if each.action == Action.IN).memory

    again = watched(*[replace(EASY, quantity=3)] * (LONG - 3), memory=memory)

    assert {each.action for each in again} == {Action.HOLD}
    assert "s ago" in again[5].reason


@pytest.mark.parametrize(
    ("ill", "words"),
    [
        ({"lateness": 0.3}, "lateness rises"),
        ({"timeouts": 0.05}, "timeouts rise"),
        ({"lateness": None}, "lateness is not known"),
        ({"timeouts": None, "age": None}, "age and timeouts is not known"),
        ({"needed": None}, "4 are what the work asks for"),
        ({"needed": 4}, "4 are what the work asks for"),
    ],
)
def test_none_goes_while_anything_is_wrong(ill, words):
    decisions = watched(*[EASY] * (LONG - 3), replace(EASY, **ill), replace(EASY, **ill))

    assert decisions[-1].action == Action.HOLD
    assert words in decisions[-1].reason


def test_what_was_not_known_for_a_moment_is_waited_out_in_full():
    decisions = watched(*[EASY] * 20, replace(EASY, lateness=None), *[EASY] * (LONG - 4))

    assert {each.action for each in decisions} == {Action.HOLD}


def test_a_gap_in_which_nobody_looked_takes_nothing_away():
    memory = watched(*[EASY] * 20)[-1].memory

    decision = decide(replace(EASY, at=20 * EVERY + COOL_DOWN), memory, LIMITS)

    assert decision.action == Action.HOLD
    assert "without a gap" in decision.reason


@pytest.mark.parametrize("ill", [{"lateness": 1.5}, {"age": 11.0}])
def test_lateness_asks_for_a_quarter_more_and_lets_it_boot(ill):
    late = replace(FINE, quantity=8, needed=2, **ill)

    decisions = watched(late, *[replace(late, quantity=10)] * 5, limits=Limits(most=50))

    assert (decisions[0].action, decisions[0].target) == (Action.OUT, 10)
    waiting = int(SETTLE // EVERY) - 1
    assert {each.action for each in decisions[1 : 1 + waiting]} == {Action.HOLD}
    assert decisions[1 + waiting].target == 12


def test_the_maximum_holds_and_says_so():
    (decision,) = watched(replace(FINE, quantity=10, needed=40))

    assert decision.action == Action.HOLD
    assert "But the maximum is 10, so that 40 are not to be." in decision.reason


def test_the_cost_ceiling_holds_and_says_so():
    limits = replace(LIMITS, affordable=6)

    first, second = watched(
        replace(FINE, needed=40), replace(FINE, quantity=6, needed=40), limits=limits
    )

    assert (first.action, first.target) == (Action.OUT, 6)
    assert "the cost ceiling is 6" in second.reason


def test_the_minimum_holds_whatever_it_costs():
    (decision,) = watched(replace(FINE, quantity=0, needed=0), limits=Limits(affordable=0))

    assert (decision.action, decision.target) == (Action.OUT, 1)


def test_a_ceiling_takes_nothing_away_from_what_is_late():
    limits = replace(LIMITS, most=2)
    late = replace(FINE, lateness=0.5)

    calm = watched(*[FINE] * LONG, limits=limits)
    ill = watched(*[FINE] * (LONG - 4), *[late] * 4, limits=limits)

    assert any(each.action == Action.IN for each in calm)
    assert ill[-1].action == Action.HOLD


def test_nothing_is_touched_while_the_platform_is_silent():
    (decision,) = watched(replace(FINE, quantity=None, needed=9))

    assert (decision.action, decision.target) == (Action.HOLD, None)


def test_a_change_by_hand_begins_the_cool_down_too():
    decisions = watched(*[EASY] * 30, *[replace(EASY, quantity=6)] * 15)

    assert decisions[-1].action == Action.HOLD
    assert "the number changed" in decisions[-1].reason


def test_rising_is_a_fifth_more_and_more_than_noise():
    def over(old, new):
        return [(float(at), old if at < 60 else new) for at in range(0, 121, 10)]

    assert rises(over(0.5, 0.7), by=0.02)
    assert not rises(over(0.5, 0.55), by=0.02)
    assert not rises(over(0.0, 0.01), by=0.02)
    assert not rises([], by=0.02)


def test_the_memory_is_bounded():
    decisions = watched(*[EASY] * 300)

    assert len(decisions[-1].memory.readings) <= 50
