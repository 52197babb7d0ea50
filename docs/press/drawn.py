"""Readings of an example, drawn by the generator itself.

Rule: a picture shows what a fleet would send, by the same way: the definition's columns, seed 1.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from simulator import MAX_DURATION, Dataset, Definition, parse, read_dataset, series
from simulator.definition.metrics.generator import KINDS, Generator
from simulator.definition.metrics.metric import Metric

ROOT = Path(__file__).parents[2]
DATASETS = ("docs/datasets", "web/platform/demo")

START = 1_767_225_600.0  # Unix s, 2026-01-01T00:00:00Z
MOCKS = 3
READINGS = 240
STEP = 60.0  # s between readings, where the example does not say how long anything takes

NAME = "m"  # of a metric whose example does not name it

# Words that say how long something takes, and how many of it a picture shows.
_SPANS = {"period": 2.5, "over": 1.25, "half_life": 5.0, "lag": 6.0, "every": 6.0}


@dataclass(frozen=True, slots=True)
class Drawn:
    """What some mocks read of a metric, over time."""

    duration: float  # s, from the first reading to the last
    values: dict[str, list[list[Any]]]  # part -> for each mock its readings; "" without parts
    is_timed: bool  # whether the example says how long anything takes


def datasets() -> dict[str, Dataset]:
    """Return the files that examples may name."""
    folders = [ROOT / folder for folder in DATASETS]
    files = [path for folder in folders if folder.is_dir() for path in sorted(folder.iterdir())]
    return {
        path.name: read_dataset(path.name, path.read_bytes())
        for path in files
        if path.suffix in (".csv", ".gpx", ".geojson")
    }


def metrics_of(example: str) -> dict[str, Any]:
    """Return an example's metrics by name; a metric without a name is ``m``."""
    data = yaml.safe_load(example)
    return {NAME: data} if any(word in data for word in KINDS) else data


def definition_of(example: str, files: Mapping[str, Dataset]) -> Definition:
    """Return a definition that sends everything in an example."""
    return parse(document_of(example), datasets=files)


def document_of(example: str) -> str:
    """Return the text of a definition with the example's metrics."""
    metrics = metrics_of(example)
    document = {
        "name": "Example",
        "id": "x-{index:03d}",
        "metrics": metrics,
        "messages": {"state": {"every": "1s", "json": _payload(metrics)}},
    }
    return yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=1_000)


def _payload(metrics: Mapping[str, Any]) -> dict[str, str]:
    """Return a payload with all metrics; of one with parts, its first part."""
    given = parse_metrics(metrics)
    names = [f"{name}.{parts[0]}" if parts else name for name, parts in given.items()]
    return {name: f"{{{name}}}" for name in names}


def parse_metrics(metrics: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """Return the parts of each metric."""
    return {name: Metric.model_validate(each).parts() for name, each in metrics.items()}


def draw(kind: type[Generator], example: str, files: Mapping[str, Dataset]) -> Drawn:
    """Return readings of the example's last metric that is of this kind."""
    definition = definition_of(example, files)
    name = [n for n, metric in definition.metrics.items() if metric.generator.word == kind.word][-1]
    span = _span(definition.metrics[name].generator)
    duration = span or STEP * (READINGS - 1)
    mocks = [
        series(
            definition, duration=duration, points=READINGS, mock=mock, start=START, datasets=files
        )
        for mock in range(MOCKS)
    ]
    values = {
        each.partition(".")[2]: [mock[each] for mock in mocks]
        for each in mocks[0]
        if each.partition(".")[0] == name
    }
    return Drawn(duration, values, bool(span))


def _span(generator: Generator) -> float:
    """Return how long the picture is, s; 0 where the example does not say."""
    given = generator.model_fields_set
    spans = [
        float(value) * share
        for word, share in _SPANS.items()
        if word in given and isinstance(value := getattr(generator, word), int | float)
    ]
    return min(max(spans, default=0.0), MAX_DURATION)
