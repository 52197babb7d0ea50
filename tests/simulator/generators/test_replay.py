"""replay: rows of a file, at the time and the pace that were asked for."""

from typing import Any

import numpy as np
import pytest

from simulator.definition.metrics.generator import Need
from simulator.definition.metrics.metric import read_generator
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


LONG = table(
    "device,at,v\n"
    "b,2026-01-01T00:00,100\nx-000,2026-01-01T00:00,1\nx-000,2026-01-01T00:10,2\n"
    "b,2026-01-01T00:01,101\nx-001,2026-01-01T00:02,5\nx-001,2026-01-01T00:01,4\n"
)
WIDE = table("at,m_0,m_1,m_3,name\n0,1,10,30,a\n60,2,20,40,b\n")


def drawn(generator: dict[str, Any], t: float, dataset: Any, *, count: int = 4) -> Any:
    """Return what ``count`` mocks read at ``t``."""
    made = column({"replay": {"dataset": "d.csv", **generator}}, cast(count, d_csv=dataset))
    rows = np.arange(count)
    ids = np.array([f"x-{row:03d}" for row in rows], dtype=object)
    return made.draw(sample(rows, t=t, index=rows, id=ids)).tolist()


def test_between_two_rows_it_goes_straight_from_one_to_the_other() -> None:
    times = [0, 30, 59, 60, 120, 299, 300, 539, 540]

    values = replayed(TIMED, times, time="at", between="linear")

    assert values == pytest.approx([10, 15, 10 + 59 / 6, 20, 22.5, 29.958, 30, 30, 10], abs=1e-3)


def test_each_mock_replays_the_rows_of_its_own_device_in_a_long_table() -> None:
    generator = {"column": "v", "where": "device = id", "at_end": "hold"}

    at_0, at_90, at_900 = (drawn(generator, t, LONG, count=3) for t in (0.0, 90.0, 900.0))

    assert [at_0[:2], at_90[:2], at_900[:2]] == [[1, 4], [1, 5], [2, 5]]
    assert all(np.isnan(values[2]) for values in (at_0, at_90, at_900))  # x-002 has no rows
    text = {"column": "device", "where": "device = id"}
    assert drawn(text, 0.0, LONG, count=3) == ["x-000", "x-001", None]


def test_each_device_loops_over_its_own_rows() -> None:
    generator = {"column": "v", "where": "device = id"}

    # x-001: 4 for a minute, 5 for a minute; x-000: 1 for 10 minutes, 2 for 10 minutes.
    first = [drawn(generator, t, LONG, count=2)[0] for t in (599.0, 600.0, 1200.0)]
    second = [drawn(generator, t, LONG, count=2)[1] for t in (59.0, 60.0, 119.0, 120.0)]

    assert (first, second) == ([1, 2, 1], [4, 5, 5, 4])


def test_each_mock_has_its_own_column_by_its_number_or_by_turns() -> None:
    own = drawn({"column": "m_{index}", "time": "at"}, 60.0, WIDE)
    dealt = drawn({"column": ["m_3", "m_0"], "time": "at"}, 0.0, WIDE)

    assert np.array_equal(own, [2, 20, np.nan, 40], equal_nan=True)
    assert dealt == [30, 1, 30, 1]


def test_rows_come_at_their_own_time_by_the_clock() -> None:
    # The run starts on 2026-02-01T00:00:00Z.
    late = table("at,n\n2026-02-01T00:01:00Z,1\n2026-02-01T00:02:00Z,2\n")
    early = table("at,n\n2026-01-31T23:59:00Z,1\n2026-02-01T00:00:00Z,2\n")

    after = replayed(late, [0, 59, 60, 125, 500], start_at="clock", at_end="hold")
    looped = replayed(early, [0, 59, 60, 120], start_at="clock")

    assert np.array_equal(after, [np.nan, np.nan, 1, 2, 2], equal_nan=True)
    assert looped == [2, 2, 1, 2]


def test_the_same_time_of_day_or_of_the_week_is_now() -> None:
    rows = "".join(
        f"2025-03-0{day}T{hour:02d}:00:00,{day * 100 + hour}\n"
        for day in range(1, 9)
        for hour in range(24)
    )
    days = table(f"at,n\n{rows}")
    # The run starts on Sunday, 2026-02-01T00:00:00Z; 2025-03-01 was a Saturday.
    times = [0, 3600, 86_400]

    assert replayed(days, times, start_at="time_of_day") == [100, 101, 200]
    assert replayed(days, times, start_at="time_of_day", zone="Asia/Tokyo") == [109, 110, 209]
    assert replayed(days, times, start_at="time_of_week") == [200, 201, 300]
    assert replayed(days, [8 * 86_400], start_at="time_of_day") == [100]


def test_shards_do_not_change_what_a_device_replays() -> None:
    generator = {"replay": {"dataset": "d.csv", "column": "v", "where": "device = id"}}
    ids = np.array(["x-000", "x-001"], dtype=object)
    whole = column(generator, cast(2, d_csv=LONG))
    one = column(generator, cast(1, first=1, d_csv=LONG))

    for t in (10.0, 70.0, 700.0):
        both = whole.draw(sample([0, 1], t=t, id=ids))
        assert one.draw(sample([0], t=t, id=ids[1:])).tolist() == both[1:].tolist()


def test_it_needs_its_columns() -> None:
    made = read_generator({"replay": {"dataset": "d.csv", "column": "n", "time": "at"}})

    assert made.needs() == (Need("d.csv", "csv", ("n", "at")),)


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"dataset": "e.csv"}, "replay needs the CSV file 'e.csv', it is not there"),
        ({"column": "m"}, "d.csv: there is no column 'm'"),
        ({"column": "m_{index}"}, "table.csv: no column is called m_{index}"),
        ({"column": "door", "between": "linear"}, "between: linear needs numbers, door holds text"),
        ({"start_at": "clock"}, "start_at: clock needs a column of moments"),
        ({"where": "devise = id"}, "there is no column 'devise'"),
    ],
)
def test_what_is_not_there_is_refused(parameters: dict[str, str], text: str) -> None:
    with pytest.raises(DefinitionError, match=text):
        column({"replay": {"dataset": "d.csv", "column": "n", **parameters}}, cast(1, d_csv=PLAIN))


def test_times_that_are_next_to_nothing_or_endless_have_a_defined_end() -> None:
    tiny = table("s,n\n0,1\n1e-300,2\n")
    endless = table("s,n\n0,1\n1e300,2\n")

    assert replayed(tiny, [0, 5, 1e6], time="s") == [2, 2, 2]
    with pytest.raises(DefinitionError, match=r"must lie within 10\^12 s, 's' spans 1e\+300"):
        replayed(endless, [0], time="s")


def test_a_time_column_must_hold_times() -> None:
    with pytest.raises(DatasetError, match="'door' must hold ISO times or numbers, it holds text"):
        replayed(PLAIN, [0], time="door")


@pytest.mark.parametrize(
    ("parameters", "text"),
    [
        ({"time": "at", "interval": 5}, "needs time or interval, or neither; got both"),
        ({"speed": 0}, "greater than 0"),
        ({"interval": 0}, "must be above 0 s"),
        ({"interval": 1e-9}, "interval must be at least 1 µs"),
        ({"offset": "anywhere"}, "needs a duration such as 10s, got 'anywhere'"),
        ({"column": "m_{site}"}, "a column's name can hold {index} and {id}, got 'site'"),
        ({"column": []}, "needs 1 to 500 names of columns, got 0"),
        ({"where": "device"}, "needs a column of the file and a name, such as device = id"),
        ({"start_at": "clock", "speed": 2}, "start_at: clock has no speed and no offset"),
        ({"start_at": "clock", "interval": 2}, "start_at: clock needs rows with times"),
        ({"zone": "Asia/Tokio"}, "unknown time zone 'Asia/Tokio', did you mean 'Asia/Tokyo'"),
        ({"at_end": "reverse"}, "'loop', 'hold' or 'stop'"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    parameters: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator({"replay": {"dataset": "d.csv", "column": "n", **parameters}})
