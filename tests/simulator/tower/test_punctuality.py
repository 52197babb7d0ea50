"""What is done with messages that the generator is late with, and when it says so."""

import numpy as np
import pytest

from simulator.fleet import Batch
from simulator.lot.pace import Late, Pace
from simulator.recording import Limited
from simulator.tower.punctuality import Punctuality
from tests.simulator.tower.test_caps import batch, rows_of


def punctuality(**late: object) -> Punctuality:
    return Punctuality(Pace(late=Late.model_validate(late)), count=200, tower="t/1")


def judge(judge_of: Punctuality, batches: list[Batch], now: float) -> list[int]:
    return rows_of(list(judge_of.judged(batches, now)[0]))


def test_what_is_late_is_sent_all_the_same() -> None:
    assert judge(punctuality(), [batch([0, 1], t=0.0), batch([2], t=99.0)], 100.0) == [0, 1, 2]


def test_what_is_older_than_the_lot_allows_is_skipped_with_the_reason() -> None:
    sends, skips = punctuality(skip_after="5s").judged([batch([0], t=4), batch([1], t=6)], 10.0)

    assert rows_of(list(sends)) == [1]
    assert [(each.rows.tolist(), reason) for each, reason in skips] == [
        ([0], "skipped: the generator was late by more than 5 s")
    ]


def test_what_was_held_on_purpose_is_not_late() -> None:
    judged = punctuality(skip_after="5s")

    assert judge(judged, [batch([0], t=0, held=np.array([99.9]))], 100.0) == [0]
    assert not judged.end_second(7)


def test_a_mock_catches_up_with_no_more_than_its_burst_in_a_second() -> None:
    late = punctuality(burst=2)

    sends, skips = late.judged([batch([0, 1], t=1), batch([0], t=2), batch([0, 1], t=3)], 9.0)

    assert rows_of(list(sends)) == [0, 1, 0, 1]
    assert [each.rows.tolist() for each, _ in skips] == [[0]]
    assert "with more than 2 messages of this mock" in skips[0][1]
    assert judge(late, [batch([0], t=9.9)], 9.9) == [0], "what is in time is not held against it"
    assert judge(late, [batch([0], t=4)], 10.0) == [0], "a new second"


def test_a_second_in_which_one_in_a_hundred_is_late_is_limited() -> None:
    late = punctuality()

    judge(late, [batch(list(range(99)), t=10.0), batch([0], t=9.0)], 10.0)
    assert not late.end_second(1_000)
    assert late.limited is None

    judge(late, [batch(list(range(98)), t=10.0), batch([0], t=9.0), batch([1], t=9.5)], 10.0)
    assert late.end_second(1_001)
    assert late.limited == Limited(since=1_001, lateness=0.5, seconds=1, tower="t/1")


def test_the_first_moment_and_the_worst_lateness_are_kept() -> None:
    late = punctuality(skip_after=2)

    for second, lateness in ((5, 0.3), (6, 8.0), (7, 0.0), (8, 0.6)):
        judge(late, [batch([0], t=0.0)], lateness)
        late.end_second(second)

    assert late.limited == Limited(since=5, lateness=8.0, seconds=3, tower="t/1")


def seconds_limited(relinked: dict[int, int], *, late_from: int) -> list[int]:
    """Return which of 60 seconds are limited, all being late ``late_from`` one of them on."""
    judged = punctuality()
    found = []
    for second in range(60):
        judge(judged, [batch([0], t=0.0 if second >= late_from else 1.0)], 1.0)
        if judged.end_second(second, relinked=relinked.get(second, 0)):
            found.append(second)
    return found


def test_what_is_late_while_a_target_throws_mocks_out_is_not_the_generators() -> None:
    assert seconds_limited({10: 20}, late_from=10) == list(range(16, 60))
    assert seconds_limited({10: 20, 14: 200}, late_from=10) == list(range(20, 60))


def test_fewer_lost_connections_are_no_reason_to_be_late() -> None:
    assert seconds_limited({10: 19}, late_from=10) == list(range(10, 60))


def test_mocks_that_are_thrown_out_because_the_generator_is_late_excuse_nothing() -> None:
    assert seconds_limited({10: 200}, late_from=9) == list(range(9, 60))


def test_a_target_that_goes_on_throwing_mocks_out_excuses_nothing_for_ever() -> None:
    always = dict.fromkeys(range(10, 60), 50)

    assert seconds_limited(always, late_from=10) == list(range(40, 60))


def test_towers_are_added_by_the_earliest() -> None:
    one = Limited(since=9, lateness=0.4, seconds=2, tower="a")
    other = Limited(since=7, lateness=0.3, seconds=1, tower="b")

    whole = Limited.first_of([None, one, other])

    assert whole == Limited(since=7, lateness=0.4, seconds=3, tower="b")
    assert Limited.first_of([None]) is None
    assert Limited.from_dict(one.to_dict()) == one


@pytest.mark.parametrize("lateness", [0.26, 5.0])
def test_the_percentile_is_that_of_all_messages_of_the_second(lateness: float) -> None:
    late = punctuality()
    late.judged([batch(list(range(100)), t=0.0), batch(list(range(100)), t=-lateness)], 0.0)

    late.end_second(1)

    assert late.limited is not None
    assert late.limited.lateness == lateness
