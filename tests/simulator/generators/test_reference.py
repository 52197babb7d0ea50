"""The reference says what is so: every example in it runs, and no parameter is left out."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from simulator.datasets import read_dataset
from simulator.definition import check, parse
from simulator.definition.generator import KINDS
from simulator.generators.route import PARTS

from .bench import cast, demo, sample

REFERENCE = (Path(__file__).parents[3] / "docs/reference/generators.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", REFERENCE, re.DOTALL)
FRAME = """
name: Example
id: "x-{index}"
messages: {m: {every: 1s, topic: t, json: {a: 1}}}
metrics:
"""
DATASETS = {name: demo(name) for name in ("seattle-weather-hourly.csv", "hike-korita-zbevnica.gpx")}


@pytest.mark.parametrize("example", EXAMPLES)
def test_every_example_runs(example: str) -> None:
    definition = parse(FRAME + re.sub("^", "  ", example, flags=re.MULTILINE), datasets=DATASETS)

    mocks = replace(cast(20), datasets=DATASETS)
    known: dict[str, object] = {}
    for name, metric in definition.metrics.items():
        drawn = metric.column(mocks, name).draw(sample(range(20), t=61.0, **known))
        parts = drawn if isinstance(drawn, dict) else {"": drawn}
        known |= {f"{name}.{part}".rstrip("."): values for part, values in parts.items()}

    assert set(definition.metrics) == {name.partition(".")[0] for name in known}
    assert all(isinstance(values, np.ndarray) and len(values) == 20 for values in known.values())


@pytest.mark.parametrize("word", sorted(KINDS))
def test_every_generator_and_every_parameter_of_it_is_described(word: str) -> None:
    section = REFERENCE.split(f"\n## {word}\n")[1].split("\n## ")[0]

    assert f"(#{word})" in REFERENCE
    assert f"{word}: " in section
    for parameter in KINDS[word].words():
        assert re.search(rf"^\|.*`{parameter}`.*\|", section, re.MULTILINE), parameter


def test_every_part_of_a_route_is_described() -> None:
    section = REFERENCE.split("\n## route\n")[1]

    for part in PARTS:
        assert re.search(rf"^\|.*`{part}`.*\|", section, re.MULTILINE), part


@pytest.mark.parametrize(
    ("metric", "text"),
    [
        (
            "replay: {dataset: doors.csv, column: n, time: door}",
            "metrics.m.replay: doors.csv: column 'door' must hold ISO times or numbers",
        ),
        (
            "route: {dataset: parked.gpx, speed: 1}",
            "metrics.m.route: parked.gpx: a route needs two points, it has one place",
        ),
    ],
)
def test_a_dataset_that_a_generator_cannot_use_is_refused_before_anything_runs(
    metric: str, text: str
) -> None:
    parked = b'<gpx><trk><trkseg><trkpt lat="1" lon="2"/></trkseg></trk></gpx>'
    datasets = {
        "doors.csv": read_dataset("doors.csv", b"n,door\n1,open\n"),
        "parked.gpx": read_dataset("parked.gpx", parked),
    }

    checked = check(f"{FRAME}  m: {{{metric}}}\n", datasets=datasets)

    assert [str(problem).startswith(text) for problem in checked.problems] == [True]
