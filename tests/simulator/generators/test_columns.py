"""What holds for every generator, found by walking what is registered."""

import importlib
import pkgutil
from typing import Any

import numpy as np
import pytest
import yaml

from simulator import generators
from simulator.datasets import read_gpx
from simulator.definition.metrics.generator import KINDS, Generator
from simulator.generators import Cast, Column, Drawn

from .bench import cast, column, sample, table

WEATHER = table("at,t\n2026-01-01,1.5\n2026-01-02,2.5\n2026-01-04,0.5\n")
TRACK = read_gpx(
    "van.gpx",
    b'<gpx><trk><trkseg><trkpt lat="0" lon="0"><ele>5</ele></trkpt>'
    b'<trkpt lat="0.1" lon="0.1"/></trkseg></trk></gpx>',
)


def first_example(kind: type[Generator]) -> dict[str, Any]:
    """Return the parameters of the first example that a generator gives."""
    data = yaml.safe_load(kind.examples[0])
    metric = data if kind.word in data else next(m for m in data.values() if kind.word in m)
    value = metric[kind.word]
    if isinstance(value, dict):
        return value
    beside = {word: metric[word] for word in kind.words() if word in metric and word != kind.word}
    return {str(kind.shorthand): value, **beside}


# Where the first example that a generator gives says too little, or reads another dataset.
OWN: dict[str, dict[str, Any]] = {
    "pick": {"values": {"a": 3, "b": 1}},
    "constant": {"value": 5},
    "counter": {"start": 5, "max": 7},
    "curve": {"points": [[0, 1], [0.5, 3]], "period": "1min", "noise": 0.5},
    "dataset": {"dataset": "weather.csv", "column": "t", "deal": "random"},
    "eui64": {"oui": "70:B3:D5"},
    "formula": {"expression": "previous + index"},
    "hex": {"digits": 16},
    "iccid": {"prefix": "8981100"},
    "imei": {"tac": "35684610"},
    "ipv4": {"network": "10.0.0.0/8"},
    "ipv6": {"network": "2001:db8::/32"},
    "mac": {"oui": "00:1B:44"},
    "normal": {"mean": 3, "deviation": 2},
    "ramp": {"from": 100, "to": 0, "over": "1min"},
    "replay": {"dataset": "weather.csv", "column": "t", "speed": 5000, "offset": "random"},
    "route": {"dataset": "van.gpx", "speed": "38 km/h", "offset": "random"},
    "serial": {"pattern": "SN-####-??"},
    "shared": {"uniform": {"min": 1, "max": 2}},
    "sine": {"amplitude": 3, "period": "1min", "noise": 0.5},
    "uniform": {"min": 1, "max": 2},
    "uuid": {"version": 4},
    "vin": {"wmi": "WVW"},
    "walk": {"start": 4, "step": 1, "min": 3, "max": 6, "pull": 0.1},
    "ar": {"mean": 3, "coefficients": [0.5, 0.2], "noise": 1},
    "brownian": {"start": 4, "drift": 1, "volatility": 2, "per": "1min", "max": 6},
    "correlated": {
        "parts": {"a": {"mean": 1, "deviation": 2}, "b": {"mean": 0, "deviation": 1}},
        "correlations": [["a", "b", 0.5]],
        "half_life": "1min",
    },
    "derivative": {"of": "index * age"},
    "hysteresis": {"of": "sin(age + index)", "on_at": 0.5, "off_at": -0.5, "on_delay": "7s"},
    "integral": {"of": "index + age", "initial": "uniform(0, 9)", "digits": 3},
    "lag": {"of": "index * age", "time_constant": "30s", "initial": 1},
    "markov": {"chain": {"a": {"b": 1, "a": 2}, "b": {"a": 1}}, "step": "10s"},
    "ou": {"mean": 3, "deviation": 2, "half_life": "20s"},
}


EXAMPLES = {word: first_example(kind) for word, kind in KINDS.items() if kind.examples} | OWN
# What reads other metrics is tried together with them, in tests of its own.
READING = {
    word
    for word, parameters in EXAMPLES.items()
    if not KINDS[word].model_validate(parameters).names() <= {"index"}
}
EXAMPLES = {word: EXAMPLES[word] for word in EXAMPLES if word not in READING}


def mocks(count: int, *, first: int = 0, seed: int = 1) -> Cast:
    return cast(count, first=first, seed=seed, weather_csv=WEATHER, van_gpx=TRACK)


def series(made: Column, *, first: int, count: int, readings: int = 20) -> list[Drawn]:
    """Return ``readings`` readings, 7 s apart, of mocks that started at different times."""
    rows = np.arange(count)
    numbers = rows + first
    return [
        made.draw(
            sample(rows, t=7.0 * n + numbers, count=n, born=numbers.astype(float), index=numbers)
        )
        for n in range(readings)
    ]


def rows_of(drawn: Drawn, rows: slice) -> Any:
    if isinstance(drawn, dict):
        return {part: values[rows].tolist() for part, values in drawn.items()}
    return drawn[rows].tolist()


def test_every_module_of_the_package_is_imported_and_every_word_has_an_example() -> None:
    for module in pkgutil.iter_modules(generators.__path__):
        importlib.import_module(f"simulator.generators.{module.name}")

    assert sorted(KINDS) == sorted(EXAMPLES.keys() | READING)


@pytest.mark.parametrize("word", EXAMPLES)
def test_a_mocks_values_do_not_depend_on_the_shard_that_it_is_in(word: str) -> None:
    whole = series(column({word: EXAMPLES[word]}, mocks(30)), first=0, count=30)
    part = series(column({word: EXAMPLES[word]}, mocks(10, first=15)), first=15, count=10)

    wanted = [rows_of(drawn, slice(15, 25)) for drawn in whole]
    assert [rows_of(drawn, slice(None)) for drawn in part] == wanted


@pytest.mark.parametrize("word", EXAMPLES)
def test_a_column_that_takes_a_state_back_goes_on_as_if_nothing_had_been(word: str) -> None:
    first, second = (column({word: EXAMPLES[word]}, mocks(5)) for _ in range(2))
    rows = np.arange(5)
    for n in range(3):
        first.draw(sample(rows, t=n, count=n, index=rows))

    state = first.state()
    second.restore(state)
    for values in state.values():
        values[:] = 0  # a copy on both sides: what is done to it later changes nothing

    wanted, got = (made.draw(sample(rows, t=3, count=3, index=rows)) for made in (first, second))

    assert rows_of(got, slice(None)) == rows_of(wanted, slice(None))


@pytest.mark.parametrize("word", EXAMPLES)
def test_a_state_of_another_shape_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="state must have the arrays"):
        column({word: EXAMPLES[word]}, mocks(5)).restore({"other": np.zeros(5)})


@pytest.mark.parametrize("word", EXAMPLES)
def test_what_is_drawn_belongs_to_the_caller_and_the_order_of_rows_is_the_samples(
    word: str,
) -> None:
    made, other = (column({word: EXAMPLES[word]}, mocks(5)) for _ in range(2))
    forwards = made.draw(sample([1, 3, 4], t=[1.0, 3.0, 4.0], index=np.array([1, 3, 4])))
    backwards = other.draw(sample([4, 3, 1], t=[4.0, 3.0, 1.0], index=np.array([4, 3, 1])))
    assert rows_of(forwards, slice(None, None, -1)) == rows_of(backwards, slice(None))

    for values in forwards.values() if isinstance(forwards, dict) else [forwards]:
        values[:] = values[0]

    again = [made.draw(sample([0], t=9.0, count=2, index=0)) for made in (made, other)]
    assert rows_of(again[0], slice(None)) == rows_of(again[1], slice(None))


@pytest.mark.parametrize("word", EXAMPLES)
def test_parts_are_those_that_were_announced(word: str) -> None:
    generator = KINDS[word].model_validate(EXAMPLES[word])
    drawn = generator.column(mocks(5), "m").draw(sample([0], index=0))

    parts = tuple(drawn) if isinstance(drawn, dict) else ()
    assert sorted(parts) == sorted(generator.parts())


@pytest.mark.parametrize("word", EXAMPLES)
def test_drawing_nothing_gives_nothing(word: str) -> None:
    drawn = column({word: EXAMPLES[word]}, mocks(5)).draw(sample([], index=np.array([], dtype=int)))

    for values in drawn.values() if isinstance(drawn, dict) else [drawn]:
        assert len(values) == 0


@pytest.mark.parametrize("word", EXAMPLES)
def test_every_generator_says_what_it_is_and_knows_each_parameter(word: str) -> None:
    text = KINDS[word].__doc__ or ""

    for name, field in KINDS[word].model_fields.items():
        said = field.alias or name
        assert field.description or f"{said}:" in text or f"{said}," in text, f"{word}.{said}"
    assert "Gives" in text


@pytest.mark.parametrize("word", EXAMPLES)
def test_an_unknown_parameter_is_refused(word: str) -> None:
    with pytest.raises(ValueError, match="unknown word 'wobble'"):
        KINDS[word].model_validate({**EXAMPLES[word], "wobble": 1})
