"""When faults begin and end, and whom they meet."""

import math

import numpy as np
import pytest

from simulator.errors import DefinitionError
from simulator.faults import Crowd, Timeline
from simulator.lot.aim import Aim
from simulator.lot.faults import MAX_FAULTS, fault_of
from tests.simulator.faults.playing import COUNT, by_mock, played

TOTAL = 1_000


def crowd(first: int = 0, count: int = TOTAL, **fields) -> Crowd:
    numbers = range(first, first + count)
    given = {
        "seed": 1,
        "total": TOTAL,
        "identities": [f"s-{number}" for number in numbers],
        "fixed": {
            "site": np.array(["osaka" if n % 4 == 0 else "tokyo" for n in numbers], dtype=object),
            "firmware": 2,
            "is_new": np.array([n % 2 == 0 for n in numbers]),
        },
        "statuses": ("idle", "busy", "off"),
        "nested": {"running": ("idle", "busy")},
        "status": lambda: np.array([n % 3 for n in numbers], dtype=np.uint8),
        "part": "sensors",
    }
    return Crowd(first=first, count=count, **{**given, **fields})


def met(draw: str = "a", shards: int = 1, **aim) -> list[int]:
    """The numbers of those whom an aim meets in the run."""
    found: list[int] = []
    for each in np.array_split(np.arange(TOTAL), shards):
        rows = crowd(int(each[0]), len(each)).met(Aim(**aim), draw)
        found += (rows + each[0]).tolist()
    return found


@pytest.mark.parametrize("shards", [1, 2, 7])
def test_a_share_is_exactly_as_many_mocks_whatever_the_shards(shards: int) -> None:
    assert len(met(share="10%", shards=shards)) == 100
    assert met(share="10%", shards=shards) == met(share="10%")
    assert len(met(share="0.01%", shards=shards)) == 1


def test_a_share_of_a_range_is_of_the_range() -> None:
    found = met(share="50%", index=[100, 199])

    assert len(found) == 50
    assert set(found) < set(range(100, 200))


def test_another_drawing_meets_others() -> None:
    assert met("a", share="10%") != met("b", share="10%")


@pytest.mark.parametrize(
    ("aim", "wanted"),
    [
        ({}, lambda n: True),
        ({"index": (3, 3)}, lambda n: n == 3),
        ({"index": (990, 5_000)}, lambda n: n >= 990),
        ({"ids": ["s-7", "s-9", "other"]}, lambda n: n in (7, 9)),
        ({"where": {"site": "osaka"}}, lambda n: n % 4 == 0),
        ({"where": {"site": ["osaka", "tokyo"], "is_new": True}}, lambda n: n % 2 == 0),
        ({"where": {"firmware": 2}}, lambda n: True),
        ({"where": {"firmware": "2"}}, lambda n: False),
        ({"where": {"is_new": 1}}, lambda n: False),
        ({"where": {"unknown": 1}}, lambda n: False),
        ({"status": "busy"}, lambda n: n % 3 == 1),
        ({"status": ["running"]}, lambda n: n % 3 < 2),
        ({"parts": "sensors"}, lambda n: True),
        ({"parts": ["others"]}, lambda n: False),
        ({"where": {"site": "osaka"}, "status": "off"}, lambda n: n % 12 == 8),
    ],
)
def test_an_aim_meets_those_of_whom_all_holds(aim, wanted) -> None:
    assert met(**aim) == [n for n in range(TOTAL) if wanted(n)]


def timeline(*faults) -> Timeline:
    return Timeline([fault_of(each) for each in faults], crowd(count=10, total=10))


def told(changes) -> list[tuple[float, str, bool]]:
    return [(c.t, c.spell.fault.title, c.begins) for c in changes]


def test_a_fault_begins_at_its_time_and_ends_after_it_has_lasted() -> None:
    line = timeline({"fault": "loss", "at": "1min", "for": "30s"})

    assert line.next_change() == 60.0
    assert told(line.pass_to(59.9)) == []
    assert told(line.pass_to(60.0)) == [(60.0, "loss", True)]
    assert line.next_change() == 90.0
    assert [spell.fault.fault for spell in line.active] == ["loss"]
    assert told(line.pass_to(1e9)) == [(90.0, "loss", False)]
    assert (line.active, line.next_change()) == ([], math.inf)


def test_a_fault_without_an_end_lasts_for_ever() -> None:
    line = timeline({"fault": "frozen", "at": 5})

    assert told(line.pass_to(1e9)) == [(5.0, "frozen", True)]
    assert line.next_change() == math.inf


def test_a_fault_may_come_again_so_often() -> None:
    line = timeline({"fault": "drop", "at": 5, "every": 10, "times": 3})

    assert [t for t, _, _ in told(line.pass_to(1e9))] == [5.0, 15.0, 25.0]


def test_a_fault_comes_again_for_as_long_as_the_run_lasts() -> None:
    line = timeline({"fault": "loss", "every": "1h", "for": "1h"})

    changes = told(line.pass_to(3 * 3600.0))

    assert changes == [
        (0.0, "loss", True),
        (3600.0, "loss", False),
        (3600.0, "loss", True),
        (7200.0, "loss", False),
        (7200.0, "loss", True),
        (10800.0, "loss", False),
        (10800.0, "loss", True),
    ]


def test_repetitions_draw_their_share_anew_unless_told_otherwise() -> None:
    def rows(**aim) -> list[list[int]]:
        line = timeline({"fault": "drop", "every": 1, "aim": {"share": 0.3, **aim}})
        return [change.spell.rows.tolist() for change in line.pass_to(5.0)]

    assert len({tuple(each) for each in rows()}) > 1
    assert len({tuple(each) for each in rows(anew=False)}) == 1


def test_those_in_force_stand_in_the_order_of_the_list_and_then_of_their_coming() -> None:
    line = timeline({"fault": "loss", "at": 5}, {"fault": "late", "at": 1})
    line.pass_to(2.0)
    line.inject(fault_of({"fault": "corrupt"}), "mine", 2.0)

    line.pass_to(9.0)

    assert [spell.fault.fault for spell in line.active] == ["loss", "late", "corrupt"]


def test_a_fault_by_hand_begins_now_and_can_be_ended() -> None:
    line = timeline()
    line.inject(fault_of({"fault": "loss", "at": 2, "for": 100}), "mine", 40.0)

    assert told(line.pass_to(50.0)) == [(42.0, "loss", True)]
    assert told(line.clear("other", 60.0)) == []
    assert told(line.clear("mine", 60.0)) == [(60.0, "loss", False)]
    assert told(line.pass_to(1e9)) == []


def test_all_faults_end_at_once_and_none_comes_again() -> None:
    line = timeline({"fault": "drop", "every": 10}, {"fault": "frozen"})
    line.pass_to(0.0)

    assert told(line.clear(None, 5.0)) == [(5.0, "frozen", False)]
    assert told(line.pass_to(1e9)) == []


def test_a_name_is_in_force_once_and_they_are_not_too_many() -> None:
    line = timeline()
    line.inject(fault_of({"fault": "loss", "for": 5}), "a", 0.0)
    with pytest.raises(DefinitionError, match="a fault named 'a' is there already"):
        line.inject(fault_of({"fault": "loss"}), "a", 0.0)
    line.pass_to(10.0)
    line.inject(fault_of({"fault": "loss"}), "a", 10.0)
    for number in range(MAX_FAULTS - 1):
        line.inject(fault_of({"fault": "loss"}), f"b{number}", 10.0)

    with pytest.raises(DefinitionError, match="at most 100 faults"):
        line.inject(fault_of({"fault": "loss"}), "c", 10.0)


def test_charts_are_told_what_was_when_on_how_many() -> None:
    line = timeline(
        {"fault": "loss", "name": "bad week", "at": 1, "for": 2, "aim": {"share": "30%"}},
        {"fault": "drop", "at": 2},
        {"fault": "late", "at": 2},
    )
    line.pass_to(10.0)

    assert [tuple(span) for span in line.spans] == [
        ("0", 0, "bad week", "loss", 1.0, 3.0, 3),
        ("1", 0, "drop", "drop", 2.0, 2.0, 10),
        ("2", 0, "late", "late", 2.0, math.inf, 10),
    ]
    line.clear(None, 20.0)
    assert line.spans[2].end == 20.0


def test_spans_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("simulator.faults.timeline.MAX_SPANS", 5)
    line = timeline({"fault": "drop", "every": 1})

    line.pass_to(99.5)

    assert [span.begin for span in line.spans] == [95.0, 96.0, 97.0, 98.0, 99.0]


@pytest.mark.parametrize("shards", [1, 2, 7])
def test_a_status_is_that_of_the_moment_in_which_the_fault_begins(shards: int) -> None:
    plays = played(
        {"fault": "loss", "at": 4, "for": 2, "aim": {"where": {"site": "osaka"}}}, shards=shards
    )

    told_of = by_mock(plays)
    assert len(told_of) == COUNT
    for each in told_of.values():
        assert any(m.why for m in each) == ("/osaka/" in each[0].address)
