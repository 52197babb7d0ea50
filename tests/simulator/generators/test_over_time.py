"""sine, ramp, curve, formula: values that follow time, or each other."""

from typing import Any

import numpy as np
import pytest

from simulator.definition.metrics.metric import read_generator

from .bench import EPOCH, cast, column, readings, sample


def at(generator: dict[str, Any], *times: float, **known: Any) -> Any:
    """Return what one mock reads at ``times``, all as its reading 0."""
    made = column(generator)
    return [made.draw(sample([0], t=t, **known))[0] for t in times]


def test_a_sine_goes_up_down_and_back() -> None:
    generator = {"sine": {"mean": 10, "amplitude": 2, "period": "1min"}}

    assert at(generator, 0, 5, 15, 30, 45, 60) == pytest.approx([10, 11, 12, 10, 8, 10])


def test_phase_shifts_a_sine_by_a_share_of_its_period() -> None:
    generator = {"sine": {"amplitude": 2, "period": "1min", "phase": 0.25}}

    assert at(generator, 0, 30) == pytest.approx([2, -2])


@pytest.mark.parametrize("word", ["sine", "curve"])
def test_noise_is_added_to_each_reading_with_its_deviation(word: str) -> None:
    shape = {"sine": {"amplitude": 0}, "curve": {"points": [[0, 0], [1, 0]]}}[word]
    made = column({word: {**shape, "period": "1h", "noise": 3}}, cast(20_000))

    first, second = readings(made, 20_000, [0, 0])

    assert first.std() == pytest.approx(3, rel=0.02)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize("word", ["sine", "ramp", "curve"])
@pytest.mark.parametrize(
    ("origin", "seconds"), [("start", 100.0), ("mock", 70.0), ("clock", 100.0 + EPOCH % 7_000)]
)
def test_seconds_count_from_the_origin(word: str, origin: str, seconds: float) -> None:
    shapes: dict[str, dict[str, Any]] = {
        "sine": {"amplitude": 1, "period": 7_000},
        "ramp": {"from": 0, "to": 1, "over": 7_000, "at_end": "repeat"},
        "curve": {"points": [[0, 0], [0.4, 9], [1, 1]], "period": 7_000},
    }
    here = {word: {**shapes[word], "origin": origin}}
    plain = {word: {**shapes[word], "origin": "start"}}

    assert at(here, 100.0, born=30.0) == pytest.approx(at(plain, seconds), abs=1e-6)


def test_a_ramp_goes_straight_and_holds_from_each_mocks_own_start() -> None:
    generator = {"ramp": {"from": 100, "to": 40, "over": "1min"}}

    assert at(generator, 0, 30, 60, 90) == [100, 70, 40, 40]
    assert at(generator, 10, 40, 100, born=10.0) == [100, 70, 40]


def test_a_repeated_ramp_is_a_saw() -> None:
    generator = {"ramp": {"from": 0, "to": 6, "over": "1min", "at_end": "repeat"}}

    assert at(generator, 0, 30, 60, 90, 119) == pytest.approx([0, 3, 0, 3, 5.9])


def test_a_curve_goes_straight_from_point_to_point_and_around() -> None:
    whole = {"curve": {"points": [[0, 10], [0.5, 30], [1, 10]], "period": "100s"}}
    joined = {"curve": {"points": [[0.25, 0], [0.75, 10]], "period": "100s"}}
    jumping = {"curve": {"points": [[0, 0], [1, 10]], "period": "100s"}}

    assert at(whole, 0, 25, 50, 75, 100, 125) == pytest.approx([10, 20, 30, 20, 10, 20])
    assert at(joined, 0, 25, 50, 75, 87.5, 100) == pytest.approx([5, 0, 5, 10, 7.5, 5])
    assert at(jumping, 0, 50, 99, 100) == pytest.approx([0, 5, 9.9, 0])


def test_a_formula_reads_what_is_known() -> None:
    known = {"temperature": np.array([20.0]), "position.lat": np.array([3.0]), "limit": 8}

    assert at({"formula": "temperature - limit + position.lat"}, 0, **known) == [15]
    assert at({"formula": "'hot' if temperature > limit else 'cold'"}, 0, **known) == ["hot"]
    assert at({"formula": "age - time_in_status"}, 50, born=10.0, entered=30.0) == [20]
    assert at({"formula": "1 + 1"}, 0) == [2]
    assert np.isnan(at({"formula": "temperature / 0"}, 0, **known)[0])


def test_a_formula_names_what_must_be_drawn_before_it() -> None:
    made = read_generator({"formula": "previous + age + position.lat * limit - time_in_status"})

    assert made.names() == {"position.lat", "limit"}


def test_a_formula_of_one_name_does_not_share_its_column() -> None:
    temperature = np.array([20.0, 21.0, 22.0])

    copy = column({"formula": "temperature"}).draw(sample([0, 1, 2], temperature=temperature))
    copy[:] = 0

    assert temperature.tolist() == [20, 21, 22]


def test_previous_is_each_mocks_own_value_before() -> None:
    made = column({"formula": {"expression": "previous * 0.5 + index", "initial": 8}})

    first = made.draw(sample([0, 2], index=np.array([0, 2])))
    second = made.draw(sample([2, 1], index=np.array([2, 1])))

    assert first.tolist() == [4, 6]
    assert second.tolist() == [5, 5]


def test_previous_after_a_text_is_no_value() -> None:
    made = column({"formula": "'a' if previous == 0 else previous"})

    assert np.isnan(made.draw(sample([0]))).all()
    assert np.isnan(made.draw(sample([0], count=1))).all()


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"sine": {"amplitude": 1, "period": 0}}, "must be above 0 s"),
        ({"sine": {"amplitude": 1, "period": "1 parsec"}}, "wrong unit 'parsec', allowed: ms, s"),
        ({"sine": {"amplitude": 1, "period": 1, "phase": 2}}, "less than or equal to 1"),
        ({"ramp": {"to": 1, "over": "1h"}}, "Field required"),
        ({"ramp": {"from": 0, "to": 1, "over": "1h", "at_end": "stay"}}, "'reverse' or 'stop'"),
        ({"curve": {"points": [[0, 1]], "period": 1}}, "at least 2 items"),
        ({"curve": {"points": [[0, 1], [1.5, 1]], "period": 1}}, "less than or equal to 1"),
        (
            {"curve": {"points": [[0, 1], [0.5, 1], [0.5, 2]], "period": 1}},
            "each phase must be above the one before, got 0.5 after 0.5",
        ),
        ({"formula": "1 +"}, "not an expression"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    generator: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)
