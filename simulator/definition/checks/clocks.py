"""Metrics on clocks of their own, and what may be read of other mocks.

Rule: what others read must follow from seed, mock and time alone; the text says what to add.
"""

from collections.abc import Iterator
from typing import Any

from simulator.definition.behaviour.nesting import levels
from simulator.definition.checks.names import IN_METRICS
from simulator.definition.checks.shaping import expressions_of
from simulator.definition.metrics.generator import Generator
from simulator.definition.metrics.metric import Metric
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path

# What a generator may count from that another process does not know.
_OF_LIFE = ("status",)


def clock_findings(draft: Draft) -> Iterator[Finding]:
    """Yield what keeps metrics from their clocks, and readers from other mocks' metrics."""
    for name, metric in draft.definition.metrics.items():
        path = ("metrics", name, metric.generator.word)
        if metric.sampled is not None:
            yield from (Finding(path, text) for text in _life(draft, name, metric))
        elif metric.generator.word == "shared":
            yield Finding(path, f"a shared value needs a clock: add 'sampled: 10s' to {name!r}")
        for expression in expressions_of(metric.generator):
            for other in getattr(expression, "others", ()):
                yield from _other_findings(draft, path, other)


def _life(draft: Draft, name: str, metric: Metric) -> Iterator[str]:
    """Yield what a clocked metric reads of the mock's life."""
    generator: Any = metric.generator
    because = "on a clock of its own a metric follows from seed and time alone, and this one"
    inner: Generator = getattr(generator, "generator", generator)
    read = frozenset().union(*(each.names for each in expressions_of(inner)))
    for word in sorted(read & {"status", "time_in_status"}):
        yield f"{because} reads {word}: use now or age, or leave 'sampled' out"
    if generator.statuses() or getattr(inner, "origin", "") in _OF_LIFE:
        yield f"{because} depends on statuses: leave 'sampled' out"
    changing = draft.definition.changing
    for each in sorted(metric.generator.names()):
        base = each.partition(".")[0]
        if base in changing:
            yield f"{because} reads {each!r}, which statuses or replies set: read a constant"
        elif base in draft.definition.metrics and draft.definition.metrics[base].sampled is None:
            yield f"{because} reads {each!r}, which has no clock: add 'sampled: 10s' to {base!r}"
        elif inner is not generator and base not in _shared_names(draft, generator):
            yield f"a shared value reads constants and now, and {each!r} is each mock's own"
    if name in _overridden(draft):
        yield f"{because} is another one in some status: leave 'sampled' out there or here"


def _shared_names(draft: Draft, shared: Any) -> set[str]:
    return {*draft.definition.constants, shared.by, "now"}


def _overridden(draft: Draft) -> set[str]:
    every = levels(draft.definition.statuses).values()
    return {name for level in every for name in level.status.metrics}


def _other_findings(draft: Draft, path: Path, other: Any) -> Iterator[Finding]:
    definition = draft.definition
    steady = {*definition.constants, *definition.variables, "index"} - definition.changing
    for name in sorted(other.names):
        base = name.partition(".")[0]
        metric = definition.metrics.get(base)
        if metric is not None and metric.sampled is None:
            text = f"{other.text}: other mocks can only be read on a clock: add 'sampled: 10s' to"
            yield Finding(path, f"{text} {base!r}")
        elif base in {*definition.changing, *IN_METRICS} - {"index", "id"}:
            yield Finding(path, f"{other.text}: {name!r} of another mock cannot be known here")
    for name in sorted(other.number_names | ({other.by} if other.by else set())):
        if name not in steady:
            text = f"{other.text}: {name!r} may change; which mocks are meant must not"
            yield Finding(path, f"{text}: constants, index and variables that nothing sets")
