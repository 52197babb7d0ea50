"""Waves, steps, decay, pulses, curves and days: exact values, origins, zones, noise, offsets."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from scipy.interpolate import PchipInterpolator

from simulator.definition.metrics.generator import KINDS
from simulator.definition.metrics.metric import read_generator
from simulator.generators.parts.joined import line
from simulator.generators.parts.shape import Shape

from .bench import EPOCH, cast, column, sample

SHAPES = [word for word, kind in KINDS.items() if issubclass(kind, Shape)]
PLAIN: dict[str, dict[str, Any]] = {
    "curve": {"points": [[0, 0], [0.4, 9], [1, 1]], "period": 7_000},
    "decay": {"from": 5, "half_life": 600, "period": 7_000},
    "pulse": {"period": 7_000, "width": 100, "rise": 3_000},
    "ramp": {"from": 0, "to": 1, "over": 7_000, "at_end": "repeat"},
    "sawtooth": {"period": 7_000},
    "sine": {"amplitude": 1, "period": 7_000},
    "square": {"period": 7_000, "duty": "30%"},
    "step": {
        "points": [[0, 0], [4_000, 1]],
        "period": 7_000,
        "at_end": "repeat",
        "between": "linear",
    },
    "triangle": {"period": 7_000},
}


def at(generator: dict[str, Any], *times: float, **known: Any) -> list[Any]:
    """Return what one mock reads at ``times``; a shape remembers nothing, so all at once."""
    rows = np.zeros(len(times), dtype=np.int64)
    values: list[Any] = column(generator).draw(sample(rows, t=times, **known)).tolist()
    return values


def unix(text: str, zone: str = "UTC") -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp()


def test_every_shape_is_tried() -> None:
    assert sorted(SHAPES) == sorted(PLAIN)


@pytest.mark.parametrize("word", SHAPES)
@pytest.mark.parametrize(
    ("origin", "seconds"),
    [("start", 100.0), ("mock", 70.0), ("status", 40.0), ("clock", 100.0 + EPOCH % 7_000)],
)
def test_seconds_count_from_the_origin(word: str, origin: str, seconds: float) -> None:
    here = {word: {**PLAIN[word], "origin": origin}}
    plain = {word: {**PLAIN[word], "origin": "start"}}

    wanted = at(plain, seconds)

    assert at(here, 100.0, born=30.0, entered=60.0) == pytest.approx(wanted, abs=1e-6)


@pytest.mark.parametrize("word", SHAPES)
def test_the_clock_is_that_of_the_zone(word: str) -> None:
    tokyo = {word: {**PLAIN[word], "origin": "clock", "zone": "Asia/Tokyo"}}
    utc = {word: {**PLAIN[word], "origin": "clock"}}

    assert at(tokyo, 100.0) == pytest.approx(at(utc, 100.0 + 9 * 3_600), abs=1e-6)


@pytest.mark.parametrize("word", SHAPES)
def test_mocks_are_spread_over_a_shape(word: str) -> None:
    plain = {**PLAIN[word], "origin": "start"}
    steady = column({word: {**plain, "offset": 500}}, cast(20)).draw(sample(range(20), t=50))
    random = column({word: {**plain, "offset": "random"}}, cast(3_000))

    anywhere = random.draw(sample(range(3_000), t=50))

    assert steady == pytest.approx(at({word: plain}, *(50.0 + 500 * n for n in range(20))))
    everywhere = at({word: plain}, *np.arange(0, 7_000, 7.0))
    assert anywhere.mean() == pytest.approx(np.mean(everywhere), abs=0.1 * np.std(everywhere))


@pytest.mark.parametrize("word", SHAPES)
def test_noise_is_added_to_each_reading_with_its_deviation(word: str) -> None:
    plain = {**PLAIN[word], "origin": "start"}
    made = column({word: {**plain, "noise": 3}}, cast(5_000))

    first, second = (made.draw(sample(range(5_000), t=50, count=n)) for n in range(2))

    middle = at({word: plain}, 50)[0]
    assert (first.mean(), first.std()) == (
        pytest.approx(middle, abs=0.15),
        pytest.approx(3, rel=0.04),
    )
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0, abs=0.05)


@pytest.mark.parametrize(
    ("generator", "times", "wanted"),
    [
        (
            {"square": {"low": 2, "high": 9, "period": 10, "duty": "30%"}},
            (0, 2.9, 3, 9.9, 10, 13),
            [9, 9, 2, 2, 9, 2],
        ),
        ({"square": {"period": 10, "phase": 0.5}}, (0, 4.9, 5), [0, 0, 1]),
        ({"square": {"period": 10, "duty": "100%"}}, (0, 9), [1, 1]),
        (
            {"triangle": {"low": 10, "high": 20, "period": 10, "rise": "80%"}},
            (0, 4, 8, 9, 10, 12),
            [10, 15, 20, 15, 10, 12.5],
        ),
        ({"triangle": {"period": 10, "rise": "0%"}}, (0, 5), [1, 0.5]),
        ({"triangle": {"period": 10, "rise": "100%"}}, (0, 5), [0, 0.5]),
        ({"sawtooth": {"low": 5, "high": 9, "period": 4}}, (0, 1, 3, 4), [5, 6, 8, 5]),
        (
            {"sawtooth": {"low": 5, "high": 9, "period": 4, "falling": True}},
            (0, 1, 3, 4),
            [9, 8, 6, 9],
        ),
        (
            {"ramp": {"from": 0, "to": 6, "over": 60, "at_end": "reverse"}},
            (0, 30, 60, 70, 120, 130),
            [0, 3, 6, 5, 0, 1],
        ),
        ({"decay": {"from": 90, "to": 10, "half_life": 60}}, (0, 60, 120), [90, 50, 30]),
        ({"decay": {"from": 1, "time_constant": 60}}, (0, 60, 6e6), [1, np.exp(-1), 0]),
        ({"decay": {"from": 8, "half_life": 60, "period": 100}}, (0, 60, 100, 160), [8, 4, 8, 4]),
        (
            {"pulse": {"low": 1, "high": 5, "width": 2, "rise": 1, "fall": 4, "period": 10}},
            (0, 0.5, 1, 3, 4, 7, 9, 10.5),
            [1, 3, 5, 5, 4, 1, 1, 3],
        ),
        ({"pulse": {"width": 2, "period": 10}}, (0.1, 1.9, 2.1, 10.1), [1, 1, 0, 1]),
        (
            {"step": {"points": [[0, 5], [10, 7], [30, 3]]}},
            (0, 9.9, 10, 29, 30, 99),
            [5, 5, 7, 7, 3, 3],
        ),
        ({"step": [[5, "on"], [10, "off"]]}, (0, 5, 10), ["on", "on", "off"]),
        (
            {"step": {"points": [[0, 5], [10, 7]], "period": 15, "at_end": "repeat"}},
            (0, 12, 15, 26),
            [5, 7, 5, 7],
        ),
        (
            {"step": {"points": [[0, 5], [10, 7], [30, 3]], "between": "linear"}},
            (0, 5, 10, 20, 30, 40),
            [5, 6, 7, 5, 3, 3],
        ),
    ],
)
def test_a_shape_has_the_values_of_its_formula(
    generator: dict[str, Any], times: tuple[float, ...], wanted: list[Any]
) -> None:
    got = at(generator, *times)

    assert got == (wanted if isinstance(wanted[0], str) else pytest.approx(wanted))


@pytest.mark.parametrize(
    "generator",
    [
        {"step": {"points": [[0, 5]], "period": 15, "at_end": "stop"}},
        {"ramp": {"from": 5, "to": 5, "over": 15, "at_end": "stop"}},
    ],
)
def test_a_shape_that_stops_gives_no_value(generator: dict[str, Any]) -> None:
    before, after = at(generator, 14, 16)

    assert before == 5
    assert np.isnan(after)


def test_texts_that_stop_give_nothing() -> None:
    generator = {"step": {"points": [[0, "on"]], "period": 15, "at_end": "stop"}}

    assert at(generator, 14, 16) == ["on", None]


def test_a_pulse_comes_later_by_its_jitter_and_each_mock_has_its_own() -> None:
    made = column({"pulse": {"width": 1, "period": 10, "jitter": 9}}, cast(4_000))
    rows = np.arange(4_000)

    shares = [np.mean(made.draw(sample(rows, t=t))) for t in (0.5, 5.0, 9.5)]
    again = made.draw(sample(rows, t=15.0))

    assert shares == [pytest.approx(s, abs=0.015) for s in (0.5 / 9, 1 / 9, 0.5 / 9)]
    assert np.mean(again == made.draw(sample(rows, t=5.0))) < 0.85
    times = np.arange(0, 10, 0.1)
    up = np.array([made.draw(sample(rows[:50], t=t)) for t in times])
    assert np.all(np.sum(up, axis=0) == pytest.approx(10, abs=1.1))


def test_some_pulses_do_not_come() -> None:
    made = column({"pulse": {"width": 1, "period": 10, "chance": "30%"}}, cast(4_000))

    came = [made.draw(sample(range(4_000), t=10.0 * n + 0.5)) for n in range(2)]

    assert np.mean(came) == pytest.approx(0.3, abs=0.02)
    assert np.corrcoef(came)[0, 1] == pytest.approx(0, abs=0.05)


def test_a_smooth_line_is_that_of_fritsch_and_butland() -> None:
    places = np.array([0.0, 1.0, 2.5, 3.0, 7.0, 8.0, 9.0])
    values = np.array([1.0, 4.0, 4.5, 2.0, 2.0, 8.0, -3.0])
    between = np.linspace(0, 9, 500)

    got = line(places, values, "smooth").at(between)

    assert got == pytest.approx(PchipInterpolator(places, values)(between), abs=1e-12)
    two = line(places[:2], values[:2], "smooth").at(np.array([0.0, 0.25, 1.0]))
    assert two.tolist() == [1, 1.75, 4]


@pytest.mark.parametrize(
    "points", [[[0, 1], [0.3, 9], [0.5, 8], [1, 1]], [[0.1, 1], [0.3, 9], [0.8, 5]]]
)
def test_a_smooth_curve_goes_through_its_points_and_around_without_corner_or_overshoot(
    points: list[list[float]],
) -> None:
    made = {"curve": {"points": points, "period": 1_000, "between": "smooth"}}

    values = np.array(at(made, *range(2_000)))

    assert at(made, *(1_000 * place for place, _ in points)) == pytest.approx(
        [v for _, v in points]
    )
    assert (values.min(), values.max()) == (pytest.approx(1), pytest.approx(9))
    assert values[1_000:] == pytest.approx(values[:1_000], abs=1e-9)
    rates = np.diff(values)
    assert np.abs(np.diff(rates)).max() < 0.01  # a corner of linear pieces has 0.05 and more
    around = [p - 1 for p, _ in points], [p for p, _ in points], [p + 1 for p, _ in points]
    places, again = np.concatenate(around), np.tile([v for _, v in points], 3)
    kept = np.flatnonzero(np.diff(places, prepend=-9.0) > 0)
    wanted = PchipInterpolator(places[kept], again[kept])(np.arange(1_000) / 1_000)
    assert values[:1_000] == pytest.approx(wanted, abs=1e-9)


def test_a_smooth_curve_whose_ends_differ_jumps() -> None:
    made = {"curve": {"points": [[0, 0], [0.5, 4], [1, 9]], "period": 100, "between": "smooth"}}

    assert at(made, 0, 50, 99.9999, 100) == pytest.approx([0, 4, 9, 0], abs=1e-4)


def test_a_curve_of_ten_thousand_points_goes_through_each() -> None:
    rows = np.arange(10_000)
    values = np.sin(rows) * 10
    points = np.stack([rows / 10_000, values], axis=1).tolist()
    made = column(
        {"curve": {"points": points, "period": 10_000, "between": "smooth"}}, cast(10_000)
    )

    assert made.draw(sample(rows, t=rows.astype(float))) == pytest.approx(values, abs=1e-9)


PARIS = {"mean": 10, "amplitude": 4, "peak": "15:00", "zone": "Europe/Paris"}


@pytest.mark.parametrize(
    ("moment", "value"),
    [
        ("2026-01-15T15:00", 14),
        ("2026-01-15T03:00", 6),
        ("2026-01-15T21:00", 10),
        ("2026-07-15T15:00", 14),  # an hour earlier in UTC
        ("2026-03-28T15:00", 14),
        ("2026-03-29T15:00", 14),  # clocks were put forward in the night
        ("2026-10-25T15:00", 14),  # and back
    ],
)
def test_the_peak_of_a_day_is_at_its_hour_by_the_clocks_there(moment: str, value: float) -> None:
    t = unix(moment, "Europe/Paris") - EPOCH

    assert at({"diurnal": PARIS}, t) == [pytest.approx(value)]


def test_a_night_in_spring_lacks_an_hour() -> None:
    before, after = (unix(f"2026-03-29T0{hour}:59:59") - EPOCH for hour in (0, 1))
    jump = at({"diurnal": PARIS}, before, before + 1)

    # From 2:00 to 3:00, an hour of the cosine at once; the night after goes through both.
    hours = [10 + 4 * np.cos(2 * np.pi * (hour - 15) / 24) for hour in (2, 3)]
    assert jump == pytest.approx(hours, abs=1e-3)
    assert at({"diurnal": PARIS}, after) == pytest.approx(
        [10 + 4 * np.cos(2 * np.pi * (4 - 15) / 24)], abs=1e-3
    )


def test_days_of_the_week_and_seasons_are_factors() -> None:
    flat = {"mean": 10, "amplitude": 0, "zone": "Asia/Tokyo"}
    week = {"diurnal": {**flat, "weekdays": {"sat": 0.5, "sun": 0}}}
    year = {"diurnal": {**flat, "months": {"jan": 2}}}
    own = {"diurnal": {**flat, "season": [[100, 1], [200, 3]]}}

    days = [unix(f"2026-02-0{day}T12:00", "Asia/Tokyo") - EPOCH for day in range(6, 10)]
    midnight = unix("2026-02-07T00:00", "Asia/Tokyo") - EPOCH
    assert at(week, *days) == [10, 5, 0, 10]  # Friday to Monday
    assert at(week, midnight - 1, midnight) == [10, 5]
    middle = [unix(f"2026-{day}T12:00", "Asia/Tokyo") - EPOCH for day in ("01-16", "06-16")]
    assert at(year, *middle) == pytest.approx([20, 10])
    ends = [unix("2026-01-01T12:00") - EPOCH + 86_400 * day for day in (99, 149, 199, 0)]
    assert at(own, *ends) == pytest.approx([10, 20, 30, 10 + 20 * 99 / 265.25])


def test_a_year_adds_its_own_wave() -> None:
    made = {"diurnal": {"mean": 10, "amplitude": 0, "yearly": 8, "peak_day": 200}}
    first = unix("2026-01-01T00:00") - EPOCH

    values = at(made, first + 199 * 86_400, first + 382.5 * 86_400)

    assert values == pytest.approx([18, 2], abs=0.01)


def test_a_day_remembers_nothing_that_its_dates_do_not_say() -> None:
    made = column({"diurnal": {**PARIS, "yearly": 5}}, cast(3))
    far = made.draw(sample(range(3), t=[4e8, 0.0, -86_400.0]))

    assert far.tolist() == [
        column({"diurnal": {**PARIS, "yearly": 5}}, cast(1)).draw(sample([0], t=t))[0]
        for t in (4e8, 0.0, -86_400.0)
    ]


@pytest.mark.parametrize(
    ("generator", "text"),
    [
        ({"sine": {"amplitude": 1, "period": 1, "zone": "Asia/Tokyo"}}, "zone needs origin: clock"),
        (
            {"sine": {"amplitude": 1, "period": 1, "origin": "clock", "zone": "Asia/Tokio"}},
            "unknown time zone 'Asia/Tokio', did you mean 'Asia/Tokyo'",
        ),
        ({"sine": {"amplitude": 1, "period": 1, "origin": "birth"}}, "'status' or 'clock'"),
        ({"square": {"period": 1, "duty": "130%"}}, "from 0 % to 100 %"),
        ({"decay": {"from": 1}}, "either half_life or time_constant"),
        ({"decay": {"from": 1, "half_life": 1, "time_constant": 1}}, "either half_life"),
        (
            {"pulse": {"width": 2, "period": 3, "jitter": 2}},
            "must be at most the period of 3 s, got 4 s",
        ),
        ({"step": []}, "at least 1 item"),
        ({"step": [[1, 1], [1, 2]]}, "each time must be above the one before, got 1 s after 1 s"),
        ({"step": {"points": [[0, "a"]], "between": "linear"}}, "linear needs numbers, got 'a'"),
        ({"step": {"points": [[0, True]], "noise": 1}}, "noise needs numbers, got True"),
        ({"step": {"points": [[0, 1]], "at_end": "repeat"}}, "go together"),
        (
            {"step": {"points": [[9, 1]], "period": 9, "at_end": "stop"}},
            "above the last time 9 s, got 9 s",
        ),
        ({"curve": {"points": [[0, 1], [1, 1]], "period": 1, "between": "hold"}}, "'smooth'"),
        ({"diurnal": {"mean": 1, "amplitude": 1, "peak": "25:00"}}, "hour from 0 to 24 such as"),
        ({"diurnal": {"mean": 1, "amplitude": 1, "weekdays": {"sam": 1}}}, "'sun'"),
        (
            {"diurnal": {"mean": 1, "amplitude": 1, "months": {"jan": 2}, "season": [[1, 1]]}},
            "months or season, or neither",
        ),
        ({"diurnal": {"mean": 1, "amplitude": 1, "season": [[9, 1], [3, 1]]}}, "must rise"),
    ],
)
def test_parameters_that_make_no_sense_are_refused_in_words(
    generator: dict[str, Any], text: str
) -> None:
    with pytest.raises(ValueError, match=text):
        read_generator(generator)
