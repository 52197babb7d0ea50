"""What faults make of messages on their way."""

import json
from collections import Counter

import pytest

from simulator.faults.load import Load
from tests.simulator.faults.playing import COUNT, Play, Sent, by_mock, played

PLAIN = played()
WAIT = {"fault": "late", "by": "3s ± 1s", "share": "30%"}


def plain(each: Sent) -> Sent:
    """The same message as it would be without faults."""
    return PLAIN_BY[each.mock, each.sequence]


PLAIN_BY = {(each.mock, each.sequence): each for play in PLAIN for each in play.out}

# Every kind that acts on messages, so that all of them are held against shards, steps and seeds.
ON_MESSAGES = [
    {"fault": "loss", "share": "30%"},
    {"fault": "duplicate", "share": "30%", "copies": 2, "after": "700ms ± 200ms"},
    {"fault": "reorder", "window": 3, "within": "2500ms"},
    WAIT,
    {"fault": "replay", "share": "30%", "memory": 3},
    {"fault": "truncate", "share": "50%"},
    {"fault": "corrupt", "share": "50%", "flips": 5},
    {"fault": "wrong_schema", "share": "50%"},
    {"fault": "oversize", "share": "10%", "size": 300},
    {"fault": "wrong_topic", "share": "20%"},
]
MANY = [
    {**fault, "at": 1 + place / 2, "for": 5, "aim": {"share": "50%"}}
    for place, fault in enumerate(ON_MESSAGES)
]


@pytest.mark.parametrize("fault", ON_MESSAGES, ids=lambda each: each["fault"])
def test_the_same_messages_are_met_whatever_the_shards_and_the_steps(fault) -> None:
    whole = by_mock(played({**fault, "at": 2, "for": 5}))

    assert by_mock(played({**fault, "at": 2, "for": 5}, shards=2, step=0.73)) == whole
    assert by_mock(played({**fault, "at": 2, "for": 5}, shards=7, step=0.07)) == whole
    assert any(each.faults == fault["fault"] for told in whole.values() for each in told)


def test_many_at_once_meet_the_same_messages_whatever_the_shards_and_the_steps() -> None:
    whole = by_mock(played(*MANY))

    assert by_mock(played(*MANY)) == whole
    assert by_mock(played(*MANY, shards=7, step=0.37)) == whole
    assert max(each.faults.count("+") for told in whole.values() for each in told) >= 3


@pytest.mark.parametrize("fault", ON_MESSAGES, ids=lambda each: each["fault"])
def test_what_waits_for_a_fault_is_not_late_by_the_measure_of_the_sender(fault) -> None:
    (play,) = played({**fault, "at": 2, "for": 5}, step=0.1, until=12.0)

    assert play.out
    assert play.late <= 0.1 + 1e-6  # the step of the play itself


def test_another_seed_meets_others() -> None:
    met = {
        seed: {each.mock for play in played(MANY[0], seed=seed) for each in play.lost}
        for seed in (1, 2)
    }

    assert met[1] != met[2]


def test_nothing_is_changed_before_it_begins_and_after_its_end() -> None:
    (play,) = played({"fault": "corrupt", "at": 3, "for": 2})

    changed = {each.sequence for each in play.out if each.faults}
    same = [each for each in play.out if not each.faults]
    assert changed
    assert same == [plain(each) for each in same]


def test_lost_messages_are_named_and_no_other_is_missing() -> None:
    (play,) = played({"fault": "loss", "share": "25%", "at": 0})

    share = len(play.lost) / (len(play.lost) + len(play.out))
    assert 0.15 < share < 0.35
    assert {each.why for each in play.lost} == {"fault: loss"}
    assert {each.faults for each in play.lost} == {"loss"}
    both = {(each.mock, each.sequence) for each in [*play.lost, *play.out]}
    assert both == PLAIN_BY.keys()


def test_copies_say_the_same_with_the_same_sequence() -> None:
    (play,) = played({"fault": "duplicate", "copies": 2})

    times = Counter((each.mock, each.sequence, each.payload) for each in play.out)
    assert set(times.values()) == {3}
    assert Counter(each.faults for each in play.out)["duplicate"] == 2 * len(times)


def test_a_late_message_goes_out_later_with_the_time_that_it_was_made_at() -> None:
    (play,) = played({"fault": "late", "by": "2s", "for": 3}, until=20.0)

    order = [each.sequence for each in play.out if each.mock == "s-000"]
    late = [each for each in play.out if each.faults == "late"]
    assert order != sorted(order)
    assert sorted(order) == list(range(1, len(order) + 1))
    early = {key: each.payload for key, each in PLAIN_BY.items()}
    assert all(each.payload == early[each.mock, each.sequence] for each in late)


def test_reordered_messages_all_arrive_and_each_window_is_out_of_order() -> None:
    (play,) = played({"fault": "reorder", "window": 4, "for": 8})

    for told in by_mock([play]).values():
        order = [each.sequence for each in told]
        assert sorted(order) == list(range(1, len(order) + 1))
        met = [each.sequence for each in told if each.faults]
        assert met[:4] != sorted(met[:4])
        assert set(met[:4]) == {1, 2, 3, 4}


def test_a_window_that_does_not_fill_waits_no_longer_than_it_may() -> None:
    (play,) = played({"fault": "reorder", "window": 100, "within": 3}, until=6.0)

    assert len([each for each in play.out if each.mock == "s-001"]) >= 3


def test_what_is_played_again_was_said_by_the_same_mock_before() -> None:
    (play,) = played({"fault": "replay", "share": "50%", "memory": 3})

    again = [each for each in play.out if each.faults == "replay"]
    assert len(again) > COUNT
    assert all(each.payload == plain(each).payload for each in again)
    for told in by_mock([play]).values():
        newest = 0
        for each in told:
            if each.faults:
                assert newest - 3 <= each.sequence < newest
            newest = max(newest, each.sequence)


def test_a_truncated_payload_is_the_beginning_of_what_it_was() -> None:
    (play,) = played({"fault": "truncate"}, {"fault": "truncate", "keep": 1, "at": 5})

    assert all(
        plain(each).payload.startswith(each.payload)
        and len(each.payload) < len(plain(each).payload)
        for each in play.out
    )


@pytest.mark.parametrize(("unit", "flips", "bits"), [("bits", 1, 1), ("bytes", 1, 8)])
def test_a_corrupted_payload_differs_in_as_many_places(unit: str, flips: int, bits: int) -> None:
    (play,) = played({"fault": "corrupt", "unit": unit, "flips": flips})

    for each in play.out:
        pairs = zip(each.payload, plain(each).payload, strict=True)
        assert sum((a ^ b).bit_count() for a, b in pairs) == bits


def test_an_oversize_payload_is_still_json() -> None:
    (play,) = played({"fault": "oversize", "size": 5_000})

    assert {len(each.payload) for each in play.out} == {5_000}
    assert json.loads(play.out[0].payload) == json.loads(plain(play.out[0]).payload)


def test_a_wrong_topic_may_name_the_right_one() -> None:
    (play,) = played({"fault": "wrong_topic", "address": "lost/{address}/x"})

    assert all(each.address == f"lost/{plain(each).address}/x" for each in play.out)


def test_faults_act_in_the_order_of_the_list() -> None:
    size = {"fault": "oversize", "size": 400}
    cut = {"fault": "truncate", "keep": 0.5}
    (first,), (second,) = played(size, cut), played(cut, size)

    assert {len(each.payload) for each in first.out} == {200}
    assert {len(each.payload) for each in second.out} == {400}
    assert {each.faults for each in first.out} == {"oversize+truncate"}
    assert {each.faults for each in second.out} == {"truncate+oversize"}


def test_copies_of_a_message_are_lost_each_by_itself() -> None:
    (play,) = played({"fault": "duplicate"}, {"fault": "loss", "share": "50%"})

    times = Counter((each.mock, each.sequence) for each in play.out)
    assert set(times.values()) == {1, 2}


def test_what_is_held_back_at_the_end_is_handed_over() -> None:
    (play,) = played(WAIT, {"fault": "reorder", "window": 50, "within": "1h"})

    held = play.way.clear()

    assert len(held) + len(play.out) == len(PLAIN_BY)
    assert play.way.next_due() == float("inf") or play.way.is_idle is False


def test_what_is_held_back_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.faults.way.MAX_HELD", 100)

    (play,) = played({"fault": "late", "by": "1h"})

    assert len(play.way.clear()) == 100
    assert len(play.lost) == len(PLAIN_BY) - 100
    assert all("held back" in each.why for each in play.lost)


def test_a_fault_that_meets_nobody_costs_no_message_its_way() -> None:
    play = Play([], first=0, count=3, seed=1)
    play.go(3.0)

    assert play.way.is_idle
    assert play.out


def test_a_message_held_back_alone_keeps_nothing_of_its_batch_alive() -> None:
    fleet = Play([], first=0, count=COUNT, seed=1).fleet
    fleet.due(0.0)
    load = Load.of(fleet.due(1.0).sends[0])

    singles = list(load.singles())

    assert [each.batch.payloads for each in singles] == [[each] for each in load.batch.payloads]
    assert all(each.due.base is None and each.batch.rows.base is None for each in singles)
    assert [int(each.batch.rows[0]) for each in singles] == load.batch.rows.tolist()
