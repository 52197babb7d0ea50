"""A recording becomes a definition whose values have the same distribution, memory and shape."""

import itertools
from pathlib import Path

import numpy as np
import pytest

import simulator
from simulator import DefinitionError
from simulator.inference import compare, infer_recording
from simulator.inference.chart import svg_of
from simulator.inference.cycles import Rest, cycles_of
from tests.simulator.inference.made import definition, note

WEATHER = Path(__file__).parents[3] / "web/platform/demo/seattle-weather-hourly.csv"


def recording(**columns: object) -> simulator.Dataset:
    rows = zip(*columns.values(), strict=True)
    lines = [",".join(columns), *(",".join(map(str, row)) for row in rows)]
    return simulator.read_dataset("recording.csv", "\n".join(lines).encode())


@pytest.fixture(scope="module")
def weather() -> simulator.Dataset:
    return simulator.read_dataset(WEATHER.name, WEATHER.read_bytes())


def test_weather_comes_back_with_its_mean_its_spread_and_its_memory(weather) -> None:
    for each in compare(weather, infer_recording(weather).text):
        before, after = each.before, each.after

        assert abs(after.mean - before.mean) < 0.15 * before.deviation
        assert 0.85 < after.deviation / before.deviation < 1.15
        assert abs(after.memory - before.memory) < 0.2


def test_weather_has_a_shape_over_the_day_and_over_the_year(weather) -> None:
    inferred = infer_recording(weather)

    assert note(inferred, "temperature").startswith("its shape over year and day")
    compared = next(e for e in compare(weather, inferred.text) if e.column == "temperature")
    recorded, simulated = np.array(compared.recorded), np.array(compared.simulated)
    assert np.corrcoef(recorded, simulated)[0, 1] > 0.85


def test_the_interval_is_that_of_the_recording(weather) -> None:
    message = definition(infer_recording(weather)).messages["recording"]

    assert message.every.interval == 3_600.0


def test_states_follow_each_other_as_recorded() -> None:
    states = (["off"] * 9 + ["on"]) * 30
    made = definition(infer_recording(recording(state=states)))

    drawn = simulator.series(made, duration=10_000.0, points=1_000)["state"]
    assert 0.06 < drawn.count("on") / len(drawn) < 0.14
    assert all(after == "off" for before, after in itertools.pairwise(drawn) if before == "on")


def test_a_distribution_that_is_no_normal_one_is_kept_as_bins() -> None:
    values = [1.0, 9.0] * 50 + [1.1, 9.1] * 50
    made = definition(infer_recording(recording(v=values[::-1])))

    drawn = np.array(simulator.series(made, duration=10_000.0, points=400)["v"])
    assert not np.any((drawn > 2.5) & (drawn < 7.5))


def test_a_column_that_rises_counts_and_one_that_stays_is_constant() -> None:
    inferred = infer_recording(recording(meter=range(100, 160, 2), fixed=[7.5] * 30))

    drawn = simulator.series(definition(inferred), duration=10.0, points=3)
    assert drawn["meter"] == [100, 102, 104]
    assert drawn["fixed"] == [7.5, 7.5, 7.5]


def test_a_cycle_is_found_at_its_phase() -> None:
    seconds = np.arange(0.0, 10 * 86_400, 3_600)
    values = 5 * np.sin(2 * np.pi * seconds / 86_400)

    (cycle,), rest = cycles_of(values, seconds)

    assert cycle.word == "day"
    assert np.corrcoef(cycle.at(seconds + 1_800), values)[0, 1] > 0.98
    assert rest.values.std() < 0.8


def test_memory_is_that_of_the_process() -> None:
    noise = np.random.default_rng(1).standard_normal(20_000)
    values = np.zeros(20_000)
    for row in range(1, 20_000):
        values[row] = 0.8 * values[row - 1] + noise[row]

    assert Rest(values).memory == pytest.approx(0.8, abs=0.02)
    assert Rest(noise).distance_to_normal() < 0.01


def test_the_chart_draws_both_lines_of_each_column(weather) -> None:
    compared = compare(weather, infer_recording(weather).text)

    assert svg_of(compared).count("<path") == 2 * len(compared) == 6


def test_what_is_no_recording_is_refused() -> None:
    with pytest.raises(DefinitionError, match="2 rows or more"):
        infer_recording(recording(v=[1]))
    with pytest.raises(DefinitionError, match="1 to 40 columns of values, got 41"):
        infer_recording(recording(**{f"v{n}": [1, 2] for n in range(41)}))
