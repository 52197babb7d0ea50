"""convert, sensor, clamp, round: what a reading is made of."""

from typing import Any

import numpy as np
import pytest

from simulator import check
from simulator.definition.metrics.metric import Metric
from simulator.definition.quantities.measures import QUANTITIES, conversion
from simulator.generators import Values

from .bench import cast, sample

FRAME = """
name: Example
id: "x-{index}"
messages: {m: {every: 1s, topic: t, json: {a: 1}}}
metrics:
"""


def read(data: dict[str, Any], *given: Any, mocks: int | None = None) -> Values:
    """Return the reading of each mock, ``u`` being what is given for it."""
    u = np.array(given) if given else np.zeros(mocks or 1)
    metric = Metric.model_validate({"formula": "u", **data})
    drawn = metric.column(cast(len(u)), "m").draw(sample(np.arange(len(u)), u=u))
    assert isinstance(drawn, np.ndarray)
    return drawn


@pytest.mark.parametrize(
    ("source", "target", "value", "wanted"),
    [
        ("°C", "°F", 37.0, 98.6),
        ("F", "C", -40.0, -40.0),
        ("°C", "K", -273.15, 0.0),
        ("m/s", "km/h", 10.0, 36.0),
        ("kn", "mph", 1.0, 1.150779),
        ("hPa", "inHg", 1013.25, 29.92126),
        ("bar", "psi", 1.0, 14.50377),
        ("kWh", "MJ", 1.0, 3.6),
        ("gal", "L", 1.0, 3.785412),
        ("hp", "W", 1.0, 745.6999),
        ("lb", "kg", 1.0, 0.4535924),
        ("rad", "°", 3.141592653589793, 180.0),
        ("mAh", "C", 1000.0, 3600.0),
        ("%", "ppm", 0.04, 400.0),
        ("CFM", "m³/h", 1.0, 1.699011),
        ("µg/m³", "mg/m³", 35.0, 0.035),
    ],
)
def test_units_convert_as_in_the_tables(
    source: str, target: str, value: float, wanted: float
) -> None:
    data = {"convert": {"from": source, "to": target}}

    assert read(data, value).tolist() == pytest.approx([wanted], rel=1e-6)


@pytest.mark.parametrize("quantity", QUANTITIES)
def test_every_unit_goes_there_and_back(quantity: str) -> None:
    for unit in QUANTITIES[quantity]:
        for other in QUANTITIES[quantity]:
            (a, b), (c, d) = conversion(unit, other), conversion(other, unit)
            assert a * c == pytest.approx(1)
            assert c * b + d == pytest.approx(0, abs=1e-9)


def test_a_sensor_saturates_and_reads_in_its_steps() -> None:
    values = read({"sensor": {"min": 0, "max": 10, "bits": 2}}, -5.0, 1.6, 1.7, 4.9, 5.1, 99.0)

    assert values.tolist() == pytest.approx([0, 0, 10 / 3, 10 / 3, 20 / 3, 10])


def test_a_sensor_of_12_bits_has_4096_different_readings() -> None:
    values = read({"sensor": {"min": -40, "max": 125, "bits": 12}}, *np.linspace(-50, 130, 50_000))

    assert len(np.unique(values)) == 4096
    assert (values.min(), values.max()) == (-40, 125)


def test_a_sensors_noise_is_new_for_each_mock_and_reading() -> None:
    metric = Metric.model_validate({"constant": 20, "sensor": {"noise": 0.5, "step": 0.01}})
    made = metric.column(cast(20_000), "m")

    first, second = (made.draw(sample(np.arange(20_000), count=count)) for count in (0, 1))

    assert first.mean() == pytest.approx(20, abs=0.02)
    assert first.std() == pytest.approx(0.5, rel=0.02)
    assert np.corrcoef(first, second)[0, 1] == pytest.approx(0, abs=0.03)
    np.testing.assert_allclose(first * 100, np.rint(first * 100))


def test_the_steps_have_one_order_whatever_that_of_the_words() -> None:
    words = {
        "round": 1,
        "clamp": {"max": 100.04},
        "sensor": {"min": -40, "max": 125, "step": 0.5},
        "convert": {"from": "°C", "to": "°F"},
    }

    values = read(words, 20.111, 37.9, 500.0)

    # 68.2 -> 68; 100.22 -> 100; 125 -> 100.04 -> 100.
    assert values.tolist() == [68.0, 100.0, 100.0]


def test_no_value_stays_none_and_text_passes() -> None:
    mixed = np.array([1.26, "open", None, True, 3], dtype=object)

    assert read({"round": 1}, *mixed).tolist() == [1.3, "open", None, True, 3.0]
    assert np.isnan(read({"clamp": {"min": 0}, "round": 1}, float("nan"))).all()


def test_each_part_of_a_metric_is_shaped() -> None:
    parts = {"a": {"mean": 5, "deviation": 1}, "b": {"mean": 9, "deviation": 1}}
    metric = Metric.model_validate(
        {"correlated": {"parts": parts}, "round": 0, "clamp": {"max": 8}}
    )

    drawn = metric.column(cast(200), "m").draw(sample(np.arange(200)))

    assert set(np.unique(drawn["b"])) <= {6.0, 7.0, 8.0}
    np.testing.assert_array_equal(drawn["a"], np.rint(drawn["a"]))


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (
            "{constant: 1, convert: {from: °C, to: hPa}}",
            "metrics.m.convert: °C is a unit of temperature and hPa one of pressure, allowed: K,",
        ),
        (
            "{constant: 1, convert: {from: hPA, to: bar}}",
            "metrics.m.convert: unknown unit 'hPA', did you mean 'hPa'?",
        ),
        ("{constant: 1, sensor: {bits: 12}}", "metrics.m.sensor: bits need min and max"),
        ("{constant: 1, sensor: {}}", "metrics.m.sensor: needs a range (min, max), bits, step or"),
        (
            "{constant: 1, sensor: {min: 0, max: 1, bits: 8, step: 1}}",
            "metrics.m.sensor: bits and step both say the resolution",
        ),
        ("{constant: 1, sensor: {min: 5, max: 1}}", "metrics.m.sensor: min must be below max"),
        ("{constant: 1, clamp: {}}", "metrics.m.clamp: needs min, max or both"),
        ("{constant: 1, round: 20}", "metrics.m.round: must be at most 12, got 20"),
        ("{constant: open, round: 1}", "metrics.m.round: round needs numbers, and constant gives"),
        (
            "{markov: {chain: {a: {b: 1}, b: {a: 1}}}, clamp: {min: 0}}",
            "metrics.m.clamp: clamp needs numbers, and markov gives text",
        ),
        (
            "{formula: \"'on' if index > 3 else 'off'\", sensor: {step: 1}}",
            "metrics.m.sensor: sensor needs numbers, and formula gives text",
        ),
    ],
)
def test_what_cannot_be_shaped_is_refused_at_its_place(metric: str, text: str) -> None:
    checked = check(f"{FRAME}  m: {metric}\n")

    assert [str(problem)[: len(text)] for problem in checked.problems] == [text]
