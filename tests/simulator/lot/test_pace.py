"""The pace of a lot as a document says it, and when its ramp switches each mock on."""

import re
from typing import Any

import numpy as np
import pytest
from pydantic import ValidationError

from simulator.fleet.ramping import ramped, switched_on
from simulator.lot.lot import Lot
from simulator.lot.pace import Pace
from simulator.lot.ramp import Ramp


def lot(*, mocks: int = 10, **words: Any) -> Lot:
    return Lot.model_validate(
        {
            "duration": 60,
            "parts": [{"name": "a", "document": {}, "count": mocks}],
            "target": {"protocol": "mqtt", "host": "127.0.0.1", "port": 1883},
            **words,
        }
    )


def moments(ramp: Any, *, total: int, first: int = 0, count: int | None = None) -> list[float]:
    numbers = np.arange(first, first + (count or total))
    return ramped(Ramp.model_validate(ramp), numbers, total=total).tolist()


def test_a_lot_of_before_there_was_a_pace_keeps_its_ramp() -> None:
    assert lot(ramp=30.0).pace.ramp.over == 30
    assert lot(ramp=0).pace == Pace()
    assert lot().pace == Pace()


def test_a_pace_survives_json() -> None:
    pace = {
        "ramp": {"steps": [{"after": "0s", "mocks": "10%"}, {"after": "1min", "mocks": 10}]},
        "jitter": "500ms",
        "connect_rate": 100,
        "send_rate": 1_000,
        "mock_rate": 2,
        "late": {"skip_after": "5s", "burst": 3},
    }

    made = lot(pace=pace)

    assert Lot.model_validate_json(made.model_dump_json()) == made
    assert made.pace.jitter == 0.5
    assert made.pace.ramp.steps[0].mocks == "10%"


def test_a_curve_survives_json() -> None:
    made = lot(pace={"ramp": {"curve": [["0s", "0%"], ["1min", 1]]}})

    assert Lot.model_validate_json(made.model_dump_json()) == made
    assert made.pace.ramp.curve[1] == (60.0, 1.0)


def test_an_even_ramp_reaches_each_mock_at_its_share_of_the_time() -> None:
    assert moments({"over": "100s"}, total=20, first=10, count=3) == [50, 55, 60]


def test_steps_switch_so_many_on_at_once() -> None:
    steps = [
        {"after": 2, "mocks": 1},
        {"after": "30s", "mocks": "50%"},
        {"after": "1min", "mocks": "100%"},
    ]

    assert moments({"steps": steps}, total=6) == [2, 30, 30, 60, 60, 60]


def test_a_curve_holds_where_it_goes_level() -> None:
    curve = [[0, "0%"], [10, "50%"], [20, "50%"], [30, "100%"]]

    assert moments({"curve": curve}, total=4) == [0, 5, 20, 25]


def test_a_curve_that_begins_above_zero_has_some_on_at_its_first_moment() -> None:
    assert moments({"curve": [[5, "50%"], [10, "100%"]]}, total=4) == [5, 5, 5, 7.5]


@pytest.mark.parametrize(
    "ramp",
    [
        {"over": 17.0},
        {"steps": [{"after": 1, "mocks": 3}, {"after": 7, "mocks": "100%"}]},
        {"curve": [[1, 0.1], [4, "30%"], [9, 1]]},
    ],
)
@pytest.mark.parametrize("shards", [1, 2, 7])
def test_the_moments_do_not_depend_on_the_shards(ramp: Any, shards: int) -> None:
    pace = Pace.model_validate({"ramp": ramp, "jitter": 2})
    numbers = np.arange(100)

    whole = switched_on(pace, numbers, total=100, seed=5)
    parts = [switched_on(pace, part, total=100, seed=5) for part in np.array_split(numbers, shards)]

    assert np.concatenate(parts).tolist() == whole.tolist()


def test_jitter_only_ever_delays_and_by_less_than_it_says() -> None:
    pace = Pace.model_validate({"ramp": 10, "jitter": 3})
    numbers = np.arange(1_000)

    late = switched_on(pace, numbers, total=1_000, seed=1) - ramped(pace.ramp, numbers, total=1_000)

    assert 0 <= late.min() < 0.1
    assert 2.9 < late.max() < 3
    assert not np.array_equal(
        switched_on(pace, numbers, total=1_000, seed=1),
        switched_on(pace, numbers, total=1_000, seed=2),
    )


@pytest.mark.parametrize(
    ("ramp", "text"),
    [
        ({"over": 5, "curve": [[0, 0], [1, 1]]}, "needs one of over, steps and curve"),
        ({"curve": [[0, "10%"], [5, "90%"]]}, "curve must end at 100%, got 90%"),
        ({"curve": [[5, 0], [5, 1]]}, "each must come after the one before, got 5 and 5 s"),
        ({"curve": [[0, 0.5], [5, 0.4], [6, 1]]}, "must not fall, got 0.5 and then 0.4"),
        ({"steps": [{"after": 0, "mocks": 1}]}, "the last step must have all 10 mocks, got 1"),
        (
            {"steps": [{"after": 0, "mocks": 6}, {"after": 1, "mocks": "50%"}]},
            "steps must not have fewer mocks later on",
        ),
        ({"steps": [{"after": 0, "mocks": "ten"}]}, "needs a number of mocks or a share"),
        ({"over": "8d"}, "must be at most 7d"),
        ({"over": "soon"}, "needs a duration such as 10s"),
    ],
)
def test_a_ramp_that_makes_no_sense_is_refused(ramp: Any, text: str) -> None:
    with pytest.raises(ValidationError, match=text):
        lot(pace={"ramp": ramp})


@pytest.mark.parametrize(
    ("stages", "refusal"),
    [
        ([{"until": 5, "mocks": 10}, {"until": 5}], "each must end after the one before"),
        ([{"until": 5, "mocks": 9}], "must have all 10 mocks on once, and no more, got 9"),
        ([{"until": 5, "mocks": 11}], "must have all 10 mocks on once, and no more, got 11"),
        ([{"until": 11, "mocks": 10}], "must end within the run's 10 s, got 11 s"),
    ],
)
def test_stages_that_cannot_be_are_refused(stages: list[dict[str, Any]], refusal: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(refusal)):
        lot(duration=10, pace={"stages": stages})


def test_a_lot_has_a_ramp_or_stages() -> None:
    with pytest.raises(ValidationError, match="needs a ramp or stages, not both"):
        Pace.model_validate({"ramp": "5s", "stages": [{"until": "5s", "mocks": "100%"}]})


def test_all_are_on_at_the_end_of_the_ramp_or_at_the_top_of_the_stages() -> None:
    assert Pace.model_validate({"ramp": "5s", "jitter": "1s"}).all_on(10) == 6.0
    stages = [{"until": "3s", "mocks": "100%"}, {"until": "1min", "mocks": 0}]
    assert Pace.model_validate({"stages": stages}).all_on(10) == 3.0
