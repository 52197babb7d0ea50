import math

import pytest

from simulator.definition.quantities.cron import Cron
from simulator.definition.quantities.units import (
    Chance,
    Every,
    Rate,
    read_chance,
    read_metres,
    read_seconds,
    read_speed,
)
from simulator.errors import DefinitionError

UNITS = "second, minute, hour, day, week, ms, s, min, h, d, w"
SIX_FIELDS = "needs a clock time with the six fields second, minute, hour, day, month, weekday"
FIELDS = (
    "allowed: seconds and minutes 0-59, hours 0-23, days 1-31 that their month has, months 1-12, "
    "weekdays 0-7"
)
YEAR_2026 = 1_767_225_600.0  # 2026-01-01T00:00:00Z, a Thursday


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10),
        ("200ms", 0.2),
        ("5min", 300),
        ("1h", 3600),
        ("1.5 h", 5400),
        ("90d", 7_776_000),
        ("2w", 1_209_600),
        (" 1e3 s ", 1000),
        ("12", 12),
        (0, 0),
        (2.5, 2.5),
    ],
)
def test_a_duration_is_read_in_seconds(text: object, seconds: float) -> None:
    assert read_seconds(text) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("3 parsec", "wrong unit 'parsec', allowed: ms, s, min, h, d, w"),
        ("10 S", "wrong unit 'S', allowed: ms, s, min, h, d, w"),
        ("soon", "needs a duration such as 10s, got 'soon'"),
        ("", "needs a duration such as 10s, got ''"),
        ("10s 5s", "needs a duration such as 10s, got '10s 5s'"),
        (None, "needs a duration such as 10s, got nothing"),
        (True, "needs a duration such as 10s, got true"),
        ([1], "needs a duration such as 10s, got a list"),
        ("-1s", "must be from 0 s to 10 years (3650d), got '-1s'"),
        ("4000d", "must be from 0 s to 10 years (3650d), got '4000d'"),
        ("1e999 s", "needs a finite number, got '1e999 s'"),
        (math.nan, "needs a finite number, got nan"),
    ],
)
def test_what_is_no_duration_is_refused(value: object, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_seconds(value)

    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("text", "speed"),
    [("36 km/h", 10), ("10 m/s", 10), ("5 kn", 5 * 1852 / 3600), ("10 mph", 4.4704), (3, 3)],
)
def test_a_speed_is_read_in_metres_a_second(text: object, speed: float) -> None:
    assert read_speed(text) == pytest.approx(speed)


@pytest.mark.parametrize(
    ("text", "metres"), [("250 m", 250), ("3 km", 3000), ("1 nmi", 1852), ("10 ft", 3.048), (7, 7)]
)
def test_a_distance_is_read_in_metres(text: object, metres: float) -> None:
    assert read_metres(text) == pytest.approx(metres)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("38 kmh", "wrong unit 'kmh', allowed: m/s, km/h, kn, mph"),
        ("-1 m/s", "must be above 0 to 10,000 m/s, got '-1 m/s'"),
        ("0", "must be above 0 to 10,000 m/s, got '0'"),
        ("fast", "needs a speed such as 38 km/h, got 'fast'"),
    ],
)
def test_what_is_no_speed_is_refused(value: object, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_speed(value)

    assert str(refused.value) == text


@pytest.mark.parametrize("text", ["10s ± 2s", "10s +- 2s", "10s +/- 2s", "10s±2000ms", "10 ± 2"])
def test_an_interval_may_have_a_spread(text: str) -> None:
    assert Every.read(text) == Every(10.0, 2.0)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0s", "must be from 1 ms to 10 years (3650d), got 0 s"),
        ("10s ± 10s", "spread must be from 0 s to below 10 s, got 10 s"),
        ("10s ± 2q", "wrong unit 'q', allowed: ms, s, min, h, d, w"),
        ("10s ± 2s ± 1s", "needs a duration such as 10s, got ' 2s ± 1s'"),
        ({"a": 1}, "needs a duration such as 10s, got a mapping"),
        ("1" * 61, f"needs a duration such as 10s ± 2s, got '{'1' * 59}…"),
    ],
)
def test_what_is_no_interval_is_refused(value: object, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        Every.read(value)

    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("value", "share"), [("3%", 0.03), ("97.5 %", 0.975), (0.03, 0.03), (1, 1)]
)
def test_a_chance_is_a_share(value: object, share: float) -> None:
    assert read_chance(value) == Chance(share)


def test_a_rate_gives_its_share_after_its_time() -> None:
    rate = read_chance("2%  per hour")

    assert isinstance(rate, Rate)
    assert 1 - math.exp(-rate.hazard * 3600) == pytest.approx(0.02)
    assert str(rate) == "2% per hour"
    assert read_chance("0.02 per h") == rate


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("300%", "must be from 0 % to 100 %, got 300 %"),
        (-0.1, "must be from 0 % to 100 %, got -10 %"),
        ("often", "needs a chance such as 3% or 0.03, got 'often'"),
        ("2% per parsec", f"wrong unit 'parsec', allowed: {UNITS}"),
        ("100% per hour", "must be above 0 % and below 100 % in a time, got '100% per hour'"),
        ("0% per hour", "must be above 0 % and below 100 % in a time, got '0% per hour'"),
        ("per hour", "needs a rate such as 2% per hour, got 'per hour'"),
    ],
)  # fmt: skip
def test_what_is_no_chance_is_refused(value: object, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        read_chance(value)

    assert str(refused.value) == text


@pytest.mark.parametrize(
    ("text", "after", "moment"),
    [
        ("0 0 22 * * *", 0, 22 * 3600),
        ("0 22 * * *", 0, 22 * 3600),
        ("*/10 * * * * *", 3, 10),
        ("30 5 * * * *", 5 * 60 + 30, 3600 + 5 * 60 + 30),
        ("0 0 0 * * mon", 0, 4 * 86_400),
    ],
)
def test_a_clock_time_comes_next(text: str, after: float, moment: float) -> None:
    assert Cron.read(text).next(YEAR_2026 + after) == YEAR_2026 + moment


def test_a_clock_time_may_be_years_away() -> None:
    assert Cron.read("0 0 0 29 2 *").next(YEAR_2026) == 1_835_395_200.0  # 2028-02-29


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("* * *", f"{SIX_FIELDS}, such as '0 0 22 * * *', got '* * *'"),
        (22, "needs a clock time such as '0 0 22 * * *', got 22"),
        ("R * * * * *", "cannot read 'R' in the clock time 'R * * * * *'"),
        ("0 0 0 30 2 *", f"not a clock time that comes: '0 0 0 30 2 *', {FIELDS}"),
    ],
)  # fmt: skip
def test_what_is_no_clock_time_is_refused(value: object, text: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        Cron.read(value)

    assert str(refused.value) == text


@pytest.mark.parametrize("text", ["0 0 99 * * *", "a b c d e f", "*/0 * * * * *", "0 0 0 ? ? ?"])
def test_an_impossible_field_of_a_clock_time_is_refused(text: str) -> None:
    with pytest.raises(DefinitionError, match="clock time"):
        Cron.read(text)
