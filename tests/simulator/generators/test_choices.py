"""pick, sequence, counter: what stands one after the other, and what is drawn from a list."""

from typing import Any

import numpy as np
import pytest
from scipy import stats

from simulator.definition.metrics.metric import read_generator

from .bench import cast, column, readings, sample


def drawn(generator: dict[str, Any], times: int = 6, mocks: int = 1, row: int = 0) -> list[Any]:
    """Return what one mock reads at each time."""
    made = column(generator, cast(mocks))
    return [values[row] for values in readings(made, mocks, range(times))]


def table(generator: dict[str, Any], times: int, mocks: int) -> Any:
    """Return readings × mocks."""
    return np.array(list(readings(column(generator, cast(mocks)), mocks, range(times))))


def test_each_round_of_a_shuffle_has_every_value_once_in_an_order_of_the_mocks_own() -> None:
    values = table({"pick": [1, 2, 3], "order": "shuffled"}, 6, 5_000)

    first, second = values[:3].T, values[3:].T
    assert np.array_equal(np.sort(first), np.tile([1, 2, 3], (5_000, 1)))
    assert np.array_equal(np.sort(second), np.tile([1, 2, 3], (5_000, 1)))
    orders = np.unique(first, axis=0, return_counts=True)[1]
    assert len(orders) == 6
    assert stats.chisquare(orders).pvalue > 0.01
    assert np.mean(np.all(first == second, axis=1)) == pytest.approx(1 / 6, abs=0.02)


def test_a_shuffle_of_a_thousand_values_goes_on_after_a_checkpoint_in_the_middle() -> None:
    generator = {"pick": list(range(1_000)), "order": "shuffled"}
    whole, first, second = (column(generator, cast(4)) for _ in range(3))
    wanted = [whole.draw(sample(range(4), count=n)).tolist() for n in range(1_010)]

    for n in range(500):
        first.draw(sample(range(4), count=n))
    second.restore(first.state())
    got = [second.draw(sample(range(4), count=n)).tolist() for n in range(500, 1_010)]

    assert got == wanted[500:]


def test_no_repeat_never_gives_the_same_twice_running_and_keeps_to_the_weights() -> None:
    values = table(
        {"pick": {"values": {"a": 5, "b": 3, "c": 2, "d": 0}, "order": "no_repeat"}}, 9, 9_000
    )

    assert not np.any(values[1:] == values[:-1])
    assert set(np.unique(values.astype(str))) == {"a", "b", "c"}
    assert np.mean(values[0] == "a") == pytest.approx(0.5, abs=0.02)
    after_b = values[5][values[4] == "b"]
    assert np.mean(after_b == "a") == pytest.approx(5 / 7, abs=0.02)


def test_no_repeat_takes_equal_entries_of_a_list_for_one_value() -> None:
    values = table({"pick": ["a", "a", "b", True, 1], "order": "no_repeat"}, 20, 50)

    texts = np.vectorize(repr)(values)
    assert not np.any(texts[1:] == texts[:-1])


def test_what_goes_in_order_moves_on_with_its_own_readings_only() -> None:
    made = column({"pick": ["a", "b", "c"], "order": "in_order"}, cast(2))

    # Sample.count leaps where the mock sends messages without this metric.
    drawn = [made.draw(sample([0], count=count))[0] for count in (0, 4, 9)]

    assert drawn == ["a", "b", "c"]
    assert made.draw(sample([1], count=7)).tolist() == ["a"]


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        (["a", ["b", 2]], ["a", "b", "b", "a", "b", "b"]),
        ({"values": ["a", ["b", 2]], "at_end": "hold"}, ["a", "b", "b", "b", "b", "b"]),
        ({"values": ["a", ["b", 2]], "at_end": "stop"}, ["a", "b", "b", None, None, None]),
        ({"start": 10, "step": 2.5, "count": 3}, [10, 12.5, 15, 10, 12.5, 15]),
        ({"start": 10, "step": -5, "count": 3, "at_end": "hold"}, [10, 5, 0, 0, 0, 0]),
        ({"start": 10}, [10, 11, 12, 13, 14, 15]),
        ([7], [7, 7, 7, 7, 7, 7]),
        ([[True, 2], [False, 1]], [True, True, False, True, True, False]),
    ],
)
def test_a_sequence_gives_its_values_one_after_the_other(parameters: Any, wanted: Any) -> None:
    assert drawn({"sequence": parameters}) == wanted


def test_a_sequence_of_numbers_that_stops_gives_no_number() -> None:
    values = drawn({"sequence": {"values": [1, 2], "at_end": "stop"}}, 3)

    assert values[:2] == [1, 2]
    assert np.isnan(values[2])


def test_mocks_begin_a_sequence_where_the_offset_says() -> None:
    steady = table({"sequence": {"values": ["a", ["b", 2]], "offset": 2}}, 2, 4)
    random = table({"sequence": {"start": 0, "count": 50, "offset": "random"}}, 2, 2_000)

    assert steady.tolist() == [["a", "b", "b", "a"], ["b", "a", "b", "b"]]
    assert stats.chisquare(np.bincount(random[0], minlength=50)).pvalue > 0.01
    assert np.array_equal((random[0] + 1) % 50, random[1])


@pytest.mark.parametrize("generator", [{"sequence": ["a", "b", "c"]}, {"counter": {"start": 5}}])
def test_what_counts_from_the_status_begins_again_with_each_entry(generator: Any) -> None:
    word, parameters = next(iter(generator.items()))
    own = parameters if isinstance(parameters, dict) else {"values": parameters}
    made = column({word: {**own, "origin": "status"}}, cast(2))
    plain = column(generator, cast(2))
    entries = [0.0, 0.0, 7.0, 7.0, 7.0, 20.0]

    values = [
        made.draw(sample([1], t=30 + n, count=n, entered=entered))[0]
        for n, entered in enumerate(entries)
    ]

    first = [plain.draw(sample([1], count=n))[0] for n in range(3)]
    assert values == [*first[:2], *first, first[0]]


@pytest.mark.parametrize(
    ("parameters", "wanted"),
    [
        ({"step": [1, 1, 5]}, [0, 1, 2, 7, 8, 9, 14]),
        ({"step": [1, 1, 5], "max": 7}, [0, 1, 2, 7, 0, 1, 2]),
        ({"step": [1, 1, 5], "max": 6}, [0, 1, 2, 0, 1, 2, 0]),
        ({"step": [1, 1, 5], "max": 8}, [0, 1, 2, 7, 8, 0, 1]),
        ({"step": [3, -1]}, [0, 3, 2, 5, 4, 7, 6]),
        ({"step": 100, "max": 255, "at_end": "wrap"}, [0, 100, 200, 44, 144, 244, 88]),
        (
            {"start": 250, "step": 3, "min": 100, "max": 255, "at_end": "wrap"},
            [250, 253, 100, 103, 106, 109, 112],
        ),
        ({"start": 3, "step": -2, "min": 0, "at_end": "wrap"}, [3, 1, 3, 1, 3, 1, 3]),
        ({"start": 3, "step": -2, "min": 0, "max": 9, "at_end": "wrap"}, [3, 1, 9, 7, 5, 3, 1]),
        ({"start": 3, "step": -2, "min": 0, "at_end": "hold"}, [3, 1, 0, 0, 0, 0, 0]),
        ({"step": 2, "max": 5, "at_end": "hold"}, [0, 2, 4, 5, 5, 5, 5]),
        ({"start": {"min": 7, "max": 7}}, [7, 8, 9, 10, 11, 12, 13]),
    ],
)
def test_a_counter_counts_as_it_is_told(parameters: dict[str, Any], wanted: list[int]) -> None:
    assert drawn({"counter": parameters}, 7) == wanted


def test_a_counter_that_stops_gives_no_value_after_its_end() -> None:
    values = drawn({"counter": {"step": 2, "max": 3, "at_end": "stop"}}, 3)

    assert values[:2] == [0, 2]
    assert np.isnan(values[2])


def test_each_mock_begins_to_count_at_a_number_of_its_own() -> None:
    bounded = {"start": {"min": 0, "max": 9}, "step": 4, "max": 12}

    values = table({"counter": {"start": {"min": 1000, "max": 1019}, "step": 3}}, 2, 4_000)
    rounds = table({"counter": bounded}, 9, 100)

    assert stats.chisquare(np.bincount(values[0] - 1000, minlength=20)).pvalue > 0.01
    assert np.array_equal(values[0] + 3, values[1])
    for mock in rounds.T.tolist():
        round_ = list(range(mock[0], 13, 4))
        assert mock == (round_ * 9)[:9]


def test_a_counter_leaps_by_chance_and_goes_on_from_there() -> None:
    jump = {"chance": "25%", "by": 100, "to": 102}
    values = table({"counter": {"step": 1, "jump": jump}}, 40, 500)

    gaps = np.diff(values, axis=0)
    assert np.unique(gaps).tolist() == [1, 101, 102, 103]
    assert np.mean(gaps > 1) == pytest.approx(0.25, abs=0.01)
    assert np.all(values[0] == 0)


def test_a_leap_wraps_a_register_too() -> None:
    jump = {"chance": "100%", "by": 200}

    values = drawn({"counter": {"step": 1, "max": 255, "at_end": "wrap", "jump": jump}}, 4)

    assert values == [0, 201, 402 - 256, 603 - 512]


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"pick": ["a"] * 1_001, "order": "shuffled"}, "shuffled takes 1 to 1,000 values"),
        ({"pick": {"values": {"a": 1}, "order": "shuffled"}}, "shuffled needs a list of values"),
        ({"pick": ["a", "a"], "order": "no_repeat"}, "no_repeat needs two different values"),
        ({"pick": ["a"], "order": "sorted"}, "'in_order', 'shuffled' or 'no_repeat'"),
        ({"sequence": []}, "needs a list of 1 to 10,000 values, got a list"),
        ({"sequence": {"values": ["a"], "start": 3}}, "either values, or start, step and count"),
        ({"sequence": {}}, "either values, or start, step and count"),
        ({"sequence": [["a", 0]]}, "times must be a whole number from 1 to 10\\^9, got 0"),
        ({"sequence": [["a", 1, 2]]}, "needs a value, or \\[value, times\\], got a list of 3"),
        ({"sequence": {"start": 1, "at_end": "hold"}}, "at_end: hold needs an end"),
        ({"sequence": {"start": 1, "offset": 4}}, "offset needs an end: values or count"),
        ({"counter": {"step": [1, 0]}}, "step must not be 0"),
        ({"counter": {"step": [1, -1], "max": 5}}, "steps up and down have no end"),
        ({"counter": {"at_end": "hold"}}, "at_end: hold needs an end: max"),
        ({"counter": {"max": 5, "jump": {"chance": "1%", "by": 2}}}, "jump needs at_end: wrap"),
        ({"counter": {"jump": {"chance": "1%", "by": 2, "to": 1}}}, "to must be at least by"),
        ({"counter": {"start": {"min": 3, "max": 9}, "max": 5}}, "at or above start 9, got 5"),
        ({"counter": {"start": {"min": 3, "max": 2}}}, "min must be at most max"),
        ({"counter": {"step": "two"}}, "valid"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    generator: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)
