"""From facts to states: the table of conditions."""

import pytest

from tests.web.status.conftest import FINE
from web.status.judging import CONDITIONS, NOT_KNOWN, judge
from web.status.states import WORDS, State


def states(**facts):
    judged = judge({**FINE, **{name.replace("__", ":"): each for name, each in facts.items()}})
    return {word: each.state for word, each in judged.items() if each.state != State.UP}


def test_every_component_has_conditions_and_all_are_up_when_all_is_well():
    assert set(CONDITIONS) == set(WORDS)
    assert states() == {}
    assert {each.words for each in judge(FINE).values()} == {""}


def test_without_the_database_everything_is_down():
    assert states(part__database=1.0) == dict.fromkeys(WORDS, State.DOWN)
    assert set(judge({"part:database": 1.0})["mail"].words) & set("mail")


@pytest.mark.parametrize(
    ("fact", "value", "found"),
    [
        ("waiting__new", 61.0, {"starting": State.DEGRADED}),
        ("waiting__new", 601.0, {"starting": State.DOWN}),
        ("waiting__begun", 61.0, {"mocks": State.DEGRADED}),
        ("dead_towers__towers", 2.0, {}),
        ("dead_towers__towers", 3.0, {"mocks": State.DEGRADED}),
        ("queue__reports", 121.0, {"reports": State.DEGRADED}),
        ("queue__reports", 1801.0, {"reports": State.DOWN}),
        ("queue__drains", 121.0, {"logs": State.DEGRADED}),
        ("queue__notices", 121.0, {"watching": State.DEGRADED}),
        ("mail__mail", 901.0, {"mail": State.DEGRADED}),
        ("mail__mail", 3601.0, {"mail": State.DOWN}),
        ("mail_quota__month", 99.0, {}),
        ("mail_quota__month", 100.0, {"mail": State.DEGRADED}),
        ("site__healthz", 1.0, {"console": State.DOWN, "api": State.DOWN}),
        ("clock__clock", 61.0, {"watching": State.DOWN}),
    ],
)
def test_what_is_above_its_limit_shows_at_its_components(fact, value, found):
    assert states(**{fact: value}) == found


def test_without_the_store_nothing_is_started_kept_or_fetched():
    down = {"starting", "logs", "reports"}

    assert states(part__storage=1.0) == {
        **dict.fromkeys(down, State.DOWN),
        "api": State.DEGRADED,
    }


def test_what_cannot_be_looked_at_is_not_known_unless_something_is_worse():
    assert states(queue__mail=None) == {"mail": State.UNKNOWN}
    assert judge({**FINE, "queue:mail": None})["mail"].words == NOT_KNOWN
    assert states(queue__mail=None, mail__mail=901.0) == {"mail": State.DEGRADED}


def test_a_fact_that_is_missing_is_not_known_unless_nobody_has_to_tell_it():
    without = {name: value for name, value in FINE.items() if name != "queue:mail"}

    assert judge(without)["mail"].state == State.UNKNOWN
    assert judge(FINE)["console"].state == State.UP  # nobody asked the console from outside
