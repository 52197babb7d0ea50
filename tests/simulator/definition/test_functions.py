"""Every function of an expression, against what a book or another program says."""

import math
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from simulator.definition import parse_expression
from simulator.definition.expressions.functions import FUNCTIONS
from simulator.definition.expressions.texts import MAX_TEXT
from simulator.errors import DefinitionError

NAN = float("nan")
NOON = datetime(2026, 3, 28, 12, 34, 56, tzinfo=UTC).timestamp()  # a Saturday
COLUMNS: dict[str, Any] = {
    "x": np.array([1.5, -2.5, NAN]),
    "n": np.array([5, 6, 7]),
    "door": np.array(["Open", "closed", None], dtype=object),
    "now": np.full(3, NOON),
    "site": np.array(["Asia/Tokyo", "America/New_York", "Mars/Base"], dtype=object),
}


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("lerp(10, 20, x)", [25.0, -15.0, NAN]),
        ("map(x, -5, 5, 0, 100)", [65.0, 25.0, NAN]),
        ("map(x, 2, 2, 0, 1)", [NAN, NAN, NAN]),
        ("smoothstep(0, 3, x)", [0.5, 0.0, NAN]),
        ("mod(x, 2)", [1.5, 1.5, NAN]),
        ("wrap(x * 100, 0, 360)", [150.0, 110.0, NAN]),
        ("sign(x)", [1.0, -1.0, NAN]),
        ("trunc(x)", [1.0, -2.0, NAN]),
        ("fract(x)", [0.5, 0.5, NAN]),
        ("choose(x > 0, 1, 2)", [1, 2, 2]),
        ("first(x, n, 0)", [1.5, -2.5, 7.0]),
        ("first(door, 'ajar')", ["Open", "closed", "ajar"]),
        ("has_value(x)", [True, True, False]),
        ("has_value(n)", [True, True, True]),
        ("mean(x, n)", [3.25, 1.75, NAN]),
        ("sum(n, n, 1)", [11, 13, 15]),
        ("count(x > 0, n > 5, true)", [2, 2, 2]),
        ("cbrt(n + 2) ** 3", [7.0, 8.0, 9.0]),
        ("hour(now)", [12.0, 12.0, 12.0]),
        ("minute(now)", [34.0, 34.0, 34.0]),
        ("second(now)", [56.0, 56.0, 56.0]),
        ("weekday(now)", [6.0, 6.0, 6.0]),
        ("day(now)", [28.0, 28.0, 28.0]),
        ("month(now)", [3.0, 3.0, 3.0]),
        ("year(now)", [2026.0, 2026.0, 2026.0]),
        ("day_of_year(now)", [87.0, 87.0, 87.0]),
        ("day_fraction(now) * 86400", [45296.0, 45296.0, 45296.0]),
        ("hour(now, site)", [21.0, 8.0, NAN]),
        ("hour(now, 'Asia/Kolkata') * 60 + minute(now, 'Asia/Kolkata')", [1084.0, 1084.0, 1084.0]),
        ("hour(x / 0)", [NAN, NAN, NAN]),
        ("upper(door)", ["OPEN", "CLOSED", ""]),
        ("lower(door)", ["open", "closed", ""]),
        ("concat(door, '-', n, '-', x)", ["Open-5-1.5", "closed-6--2.5", "-7-"]),
        ("pad(n, 4)", ["0005", "0006", "0007"]),
        ("pad(door, 7, '.')", ["...Open", ".closed", "......."]),
        ("len(door)", [4, 6, 0]),
        ("slice(door, 1, 3)", ["pe", "lo", ""]),
        ("slice(door, -2)", ["en", "ed", ""]),
        ("replace(door, 'e', 'E')", ["OpEn", "closEd", ""]),
        ("contains(door, 'os')", [False, True, False]),
        ("starts_with(door, 'O')", [True, False, False]),
        ("ends_with(door, 'ed')", [False, True, False]),
        ("trim('  a ')", ["a", "a", "a"]),
        ("text(n > 5)", ["false", "true", "true"]),
        ("number('3.5') + n", [8.5, 9.5, 10.5]),
        ("number(door)", [NAN, NAN, NAN]),
        ("hex(n * 50, 4)", ["00FA", "012C", "015E"]),
    ],
)  # fmt: skip
def test_a_function_gives_what_its_name_says(text: str, values: list[Any]) -> None:
    result = parse_expression(text).evaluate(COLUMNS)

    assert type(result.tolist()[0]) is type(values[0])
    if result.dtype == object:
        assert result.tolist() == values
    else:
        np.testing.assert_allclose(result, values)


@pytest.mark.parametrize(
    ("text", "value", "tolerance"),
    [
        ("dew_point(25, 50)", 13.86, 0.01),  # Magnus' tables
        ("dew_point(-10, 80)", -12.8, 0.1),
        ("absolute_humidity(20, 100)", 17.3, 0.1),  # saturated air at 20 °C
        ("vapour_pressure(100)", 1013.25, 30),
        ("heat_index((90 - 32) / 1.8, 70) * 1.8 + 32", 106, 0.6),  # the chart of the NWS
        ("heat_index((100 - 32) / 1.8, 40) * 1.8 + 32", 109, 0.6),
        ("heat_index((80 - 32) / 1.8, 40) * 1.8 + 32", 80, 0.6),
        ("wind_chill(-20, 30)", -33, 0.5),  # the table of Environment Canada
        ("wind_chill(15, 30)", 15, 0),
        ("air_pressure(0)", 1013.25, 0.001),
        ("air_pressure(5000)", 540.2, 0.1),  # ISO 2533
        ("distance(52.52, 13.405, 48.8566, 2.3522)", 877_500, 500),  # Berlin to Paris
        ("distance(0, 179.5, 0, -179.5)", 111_195, 1),
        ("bearing(0, 0, 0, 1)", 90, 1e-9),
        ("bearing(52.52, 13.405, 48.8566, 2.3522)", 246.8, 0.2),
    ],
)
def test_air_and_earth_are_as_in_the_tables(text: str, value: float, tolerance: float) -> None:
    assert float(parse_expression(text).evaluate({})) == pytest.approx(value, abs=tolerance)


def test_local_hours_follow_the_clocks_of_their_zone_through_the_year() -> None:
    moments = np.arange(0, 366 * 24, 7) * 3600.0 + NOON
    berlin = ZoneInfo("Europe/Berlin")

    hours = parse_expression("hour(now, 'Europe/Berlin')").evaluate({"now": moments})

    assert hours.tolist() == [datetime.fromtimestamp(each, berlin).hour for each in moments]


def test_a_hash_is_the_same_for_the_same_and_spread_for_others() -> None:
    numbers = np.arange(10_000)

    hashes = parse_expression("hash('a', n)").evaluate({"n": numbers})

    assert hashes[7] == parse_expression("hash('a', 7)").evaluate({})
    assert hashes.min() >= 0
    assert len(np.unique(hashes)) == 10_000
    assert np.histogram(hashes, 10, (0, 2**32))[0] == pytest.approx(1000, rel=0.15)


@pytest.mark.parametrize(
    "text",
    ["pad('a', 1e9)", "replace(pad('a', 900), '0', pad('b', 900))", "concat(pad(1, 999), 'ab')"],
)
def test_a_text_never_grows_beyond_its_limit(text: str) -> None:
    (value,) = parse_expression(text).evaluate({"a": np.zeros(1)}).tolist()

    assert len(value) == MAX_TEXT


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("hour(now, 'Asia/Tokio')", "unknown time zone 'Asia/Tokio', did you mean 'Asia/Tokyo'?"),
        ("uppr(a)", "unknown function 'uppr', did you mean 'upper'?"),
        ("lerp(1, 2)", "lerp takes 3 values, got 2"),
        ("uniform(1, 6)", "only a formula draws at random, and uniform does"),
        ("mock(index - 1).t", "only a formula reads other mocks"),
        ("mean(mocks.t)", "only a formula reads other mocks"),
        ("+".join(["len(a)"] * 41), "an expression costs at most 400: a function of text is 10"),
    ],
)
def test_what_a_function_cannot_take_is_refused(text: str, reason: str) -> None:
    with pytest.raises(DefinitionError) as refused:
        parse_expression(text)

    assert str(refused.value).startswith(reason)


@pytest.mark.parametrize("name", FUNCTIONS)
def test_no_function_fails_whatever_it_is_given(name: str) -> None:
    function = FUNCTIONS[name]
    given = {
        "a": np.array([0.0, NAN, math.inf, -1e300]),
        "b": np.array([0, 1, -1, 2**62]),
        "c": np.array(["x", None, 3, True], dtype=object),
        "d": np.array([True, False, True, False]),
    }
    for column in given:
        values = ", ".join([column] * function.fewest)
        assert len(parse_expression(f"{name}({values})").evaluate(given)) == 4


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_row_alone_gives_the_same_as_among_others(name: str) -> None:
    values = ", ".join(["x"] * FUNCTIONS[name].fewest)
    expression = parse_expression(f"{name}({values})")
    column = np.array([0.25, -3.0, 7e8, NAN])

    together = expression.evaluate({"x": column})
    alone = [expression.evaluate({"x": column[row : row + 1]}) for row in range(4)]

    assert {each.dtype for each in alone} == {together.dtype}
    assert [str(each[0]) for each in alone] == [str(each) for each in together]
