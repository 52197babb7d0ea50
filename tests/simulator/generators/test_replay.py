"""replay: rows of a file, at the time and the pace that were asked for."""

from typing import Any

import numpy as np
import pytest

from simulator.definition.generator import Need
from simulator.definition.metric import read_generator
from simulator.errors import DatasetError, DefinitionError

from .bench import cast, column, demo, sample, table

PLAIN = table("n,door\n10,open\n20,\n30,shut\n40,ajar\n")
TIMED = table("n,at\n30,2026-01-01T00:05\n10,2026-01-01T00:00\n20,2026-01-01T00:01\n")


def replayed(dataset: Any, times: list[float], **parameters: Any) -> list[Any]:
    """Return what one mock reads at each of ``times``."""
    generator = {"replay": {"dataset": "d.csv", "column": "n", **parameters}}
    made = column(generator, cast(1, d_csv=dataset))
    return [made.draw(sample([0], t=t, count=count))[0] for count, t in enumerate(times)]


def test_rows_last_as_long_as_the_interval() -> None:
    times = [0, 59, 60, 180, 239, 240, 300]

    assert replayed(PLAIN, times, interval="1min") == [10, 10, 20, 40, 40, 10, 20]


def test_speed_makes_it_faster() -> None:
    assert replayed(PLAIN, [0, 1, 2, 3.5, 4], interval="1min", speed=60) == [10, 20, 30, 40, 10]


def test_rows_follow_their_times_whatever_their_order_in_the_file() -> None:
    # The last row lasts as long as the one before it: from minute 5 to minute 9.
    times = [0, 59, 60, 299, 300, 539, 540]

    assert replayed(TIMED, times, time="at") == [10, 10, 20, 20, 30, 30, 10]
    assert replayed(TIMED, times) == replayed(TIMED, times, time="at")


def test_a_file_without_times_gives_its_next_row_at_each_reading() -> None:
    assert replayed(PLAIN, [0, 5, 7, 8, 9]) == [10, 20, 30, 40, 10]
    assert replayed(PLAIN, [0, 5, 7, 8], speed=2) == [10, 30, 10, 30]


def test_at_the_end_it_holds_or_stops() -> None:
    times = [180, 240, 9_000]

    assert replayed(PLAIN, times, interval="1min", at_end="hold") == [40, 40, 40]
    stopped = replayed(PLAIN, times, interval="1min", at_end="stop")
    assert np.array_equal(stopped, [40, np.nan, np.nan], equal_nan=True)
    texts = replayed(PLAIN, times, interval="1min", at_end="stop", column="door")
    assert texts == ["ajar", None, None]


def test_text_is_replayed_as_it_is_and_an_empty_cell_is_no_value() -> None:
    assert replayed(PLAIN, [0, 60, 120], interval="1min", column="door") == ["open", None, "shut"]


def test_seconds_that_start_anywhere_are_times_too() -> None:
    assert replayed(table("s,n\n5,1\n5.5,2\n7,3\n"), [0, 0.5, 1.9, 2, 3.5], time="s") == [
        1,
        2,
        2,
        3,
        1,
    ]


def test_one_row_and_rows_of_one_moment_are_enough() -> None:
    assert replayed(table("s,n\n5,1\n"), [0, 1, 2.5], time="s") == [1, 1, 1]
    assert replayed(table("s,n\n5,1\n5,2\n"), [0, 1, 2.5], time="s") == [2, 2, 2]


def test_each_mock_begins_later_in_the_file_than_the_one_before() -> None:
    generator = {
        "replay": {"dataset": "d.csv", "column": "n", "interval": "1min", "offset": "1min"}
    }

    made = column(generator, cast(5, first=2, d_csv=PLAIN))

    assert made.draw(sample(range(5))).tolist() == [30, 40, 10, 20, 30]


def test_mocks_begin_anywhere_when_the_offset_is_random() -> None:
    generator = {"replay": {"dataset": "d.csv", "column": "n", "offset": "random"}}

    made = column(generator, cast(4_000, d_csv=PLAIN))
    first = made.draw(sample(np.arange(4_000)))
    second = made.draw(sample(np.arange(4_000), count=1))

    assert np.bincount(first // 10)[1:] == pytest.approx(1_000, rel=0.1)
    assert np.array_equal(second, np.where(first == 40, 10, first + 10))


def test_the_weather_of_a_year_passes_at_sixty_times_its_speed() -> None:
    generator = {"replay": {"dataset": "w.csv", "column": "temperature", "speed": 60}}

    made = column(generator, cast(1, w_csv=demo("seattle-weather-hourly.csv")))

    # Rows 1, 2, ... of the file; the last one, December 31, 23:00, is its row 8,759.
    times = [0, 59, 60, 120, 8_758 * 60, 8_759 * 60]
    assert [made.draw(sample([0], t=t))[0] for t in times] == [4.0, 4.0, 3.9, 3.8, 4.3, 4.0]


def test_it_needs_its_columns() -> None:
    made = read_generator({"replay": {"dataset": "d.csv", "column": "n", "time": "at"}})

    assert made.needs() == (Need("d.csv", "csv", ("n", "at")),)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"dataset": "e.csv"}, "replay needs the CSV file 'e.csv', it is not there"),
        ({"column": "m"}, "d.csv: there is no column 'm'"),
    ],
)
def test_what_is_not_there_is_refused(parameters: dict[str, str], text: str) -> None:
    with pytest.raises(DefinitionError, match=text):
        column({"replay": {"dataset": "d.csv", "column": "n", **parameters}}, cast(1, d_csv=PLAIN))


def test_a_time_column_must_hold_times() -> None:
    with pytest.raises(DatasetError, match="'door' must hold ISO times or numbers, it holds text"):
        replayed(PLAIN, [0], time="door")


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"time": "at", "interval": 5}, "needs time or interval, or neither; got both"),
        ({"speed": 0}, "greater than 0"),
        ({"interval": 0}, "must be above 0 s"),
        ({"offset": "anywhere"}, "needs a duration such as 10s, got 'anywhere'"),
        ({"at_end": "reverse"}, "'loop', 'hold' or 'stop'"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    parameters: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator({"replay": {"dataset": "d.csv", "column": "n", **parameters}})
