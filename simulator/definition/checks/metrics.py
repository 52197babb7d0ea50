"""How metrics hang together: what each reads, in which order they are drawn, which datasets.

Rule: a metric is drawn after everything that it reads.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Literal, Protocol, TypeVar

from simulator.definition.checks.clocks import clock_findings
from simulator.definition.checks.names import IN_METRICS, every_status, scope_of
from simulator.definition.checks.shaping import shaping_findings
from simulator.definition.metrics.generator import Need
from simulator.definition.metrics.metric import Metric
from simulator.definition.metrics.variables import Variable
from simulator.definition.model import nearest
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path
from simulator.errors import DefinitionError


class Reader(Protocol):
    """What has names that it reads: a metric, or one with what statuses draw in its place."""

    def names(self) -> frozenset[str]: ...


R = TypeVar("R", bound=Reader)


class Dataset(Protocol):
    """What is asked of an uploaded file; ``simulator.datasets.Dataset`` is one."""

    @property
    def kind(self) -> Literal["csv", "gpx", "geojson", "proto", "avsc"]: ...

    @property
    def columns(self) -> Collection[str]: ...

    @property
    def text(self) -> str: ...


def metric_findings(draft: Draft, datasets: Mapping[str, Dataset] | None) -> Iterator[Finding]:
    """Yield what is wrong between metrics, and with the datasets that they need."""
    scope = scope_of(draft, IN_METRICS)
    for name, metric in draft.definition.metrics.items():
        path = ("metrics", name, metric.generator.word)
        yield from scope.findings(metric.names(), path)
        yield from shaping_findings(name, metric)
        yield from _status_findings(draft, path, metric)
        if datasets is not None:
            yield from (Finding(path, text) for text in dataset_refusals(metric, datasets))
    yield from clock_findings(draft)
    loop = find_loop(draft.definition.metrics)
    if loop:
        path = ("metrics", loop[0], draft.definition.metrics[loop[0]].generator.word)
        yield Finding(path, f"a loop of metrics: {' -> '.join(loop)}")


def _status_findings(draft: Draft, path: Path, metric: Metric) -> Iterator[Finding]:
    known = every_status(draft)
    for status in sorted(metric.statuses()):
        if status not in known:
            yield Finding(path, f"unknown status {status!r}, {nearest(status, known)}")


def dataset_refusals(reader: Metric | Variable, datasets: Mapping[str, Dataset]) -> list[str]:
    """Return why a metric or a variable cannot work with the datasets that are there."""
    texts = [need_refusal(need, datasets) for need in reader.needs()]
    refusals = [text for text in texts if text]
    if not refusals:
        try:
            reader.check_datasets(datasets)
        except DefinitionError as error:
            refusals.append(str(error))
    return refusals


def need_refusal(need: Need, datasets: Mapping[str, Dataset]) -> str:
    """Return why what is needed is not there; empty when it is."""
    dataset = datasets.get(need.dataset)
    if dataset is None:
        return f"missing dataset {need.dataset!r}, {nearest(need.dataset, datasets)}"
    if dataset.kind != need.kind:
        article = "an" if need.kind == "avsc" else "a"
        return f"needs {article} {need.kind} dataset, and {need.dataset!r} is {dataset.kind}"
    for column in need.columns:
        if column not in dataset.columns:
            near = nearest(column, dataset.columns)
            return f"the dataset {need.dataset!r} has no column {column!r}, {near}"
    return ""


def reads(metrics: Mapping[str, Reader], name: str) -> list[str]:
    """Return the metrics that a metric reads, in the order of the document."""
    bases = {each.partition(".")[0] for each in metrics[name].names()}
    return [each for each in metrics if each in bases]


def find_loop(metrics: Mapping[str, Reader]) -> list[str]:
    """Return a loop, its first metric again at its end; empty when there is none."""
    done: set[str] = set()
    for start in metrics:
        loop = _walk(metrics, start, [], done)
        if loop:
            return loop
    return []


def _walk(metrics: Mapping[str, Reader], name: str, above: list[str], done: set[str]) -> list[str]:
    if name in above:
        return [*above[above.index(name) :], name]
    if name in done:
        return []
    for read in reads(metrics, name):
        loop = _walk(metrics, read, [*above, name], done)
        if loop:
            return loop
    done.add(name)
    return []


def in_drawing_order(metrics: Mapping[str, R]) -> dict[str, R]:
    """Return the metrics, each after those that it reads; else as they stand. No loops allowed."""
    ordered: dict[str, R] = {}

    def place(name: str) -> None:
        for read in reads(metrics, name):
            if read not in ordered:
                place(read)
        ordered[name] = metrics[name]

    for name in metrics:
        if name not in ordered:
            place(name)
    return ordered
