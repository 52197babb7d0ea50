"""What a mock costs: the memory of its arrays, estimated before anything runs.

Rule: an estimate is never below what the arrays take; a test holds it against them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.definition.behaviour.status import Status
from simulator.definition.document import Definition
from simulator.definition.metrics.metric import Metric
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path, place_of

# Bytes of the arrays of one mock. A shard of 1,000 mocks then takes 64 MB at most, a tower of
# 10,000 mocks of 200 walks and 10 messages 150 MB. What waits in buffers has limits of its own.
MAX_MEMORY = 64 * 1024

SHOWN = 3  # of what costs most, in the error

FIXED = 400  # status, sequence, connection, identity and the like
SHAPED = 48  # what stands between a generator and its reading: keys, and a reading kept
ANOMALY = 80  # since when, until when, how strong, and the keys of its chances
VARIABLE = 16  # a number, or a reference to a text
TIMER = 72  # its time, and MAX_STALE entries of 16 bytes in the wheel


@dataclass(frozen=True, slots=True)
class Cost:
    """What one part of a document adds to each mock."""

    path: Path
    memory: int  # bytes


def costs_of(definition: Definition) -> Iterator[Cost]:
    """Yield what each part of a definition costs a mock, its arrays alone."""
    for name, metric in definition.metrics.items():
        yield Cost(("metrics", name), _metric(metric))
    for name in definition.variables:
        yield Cost(("variables", name), VARIABLE)
    for name in definition.messages:
        yield Cost(("messages", name), TIMER)
    for name, status in definition.statuses.items():
        yield from _status(status, ("statuses", name))


def memory_findings(draft: Draft) -> Iterator[Finding]:
    """Yield that a mock takes too much memory, at what takes most, with the next ones."""
    costs = sorted(costs_of(draft.definition), key=lambda cost: -cost.memory)
    total = FIXED + sum(cost.memory for cost in costs)
    if total > MAX_MEMORY:
        most = ", ".join(f"{place_of(c.path)} ({c.memory:,} bytes)" for c in costs[:SHOWN])
        text = f"a mock would take {total:,} bytes of memory, allowed: {MAX_MEMORY:,}"
        yield Finding(costs[0].path, f"{text}; most of it: {most}")


def _metric(metric: Metric) -> int:
    shaped = SHAPED if metric.shaping.words else 0
    parts = max(1, len(metric.parts()))
    return metric.generator.memory + parts * shaped + ANOMALY * len(metric.anomalies)


def _status(status: Status, path: Path) -> Iterator[Cost]:
    """Yield what a status costs: timers of its ways out, metrics drawn in another way in it."""
    if status.go:
        yield Cost((*path, "go"), TIMER * len(status.go))
    for name, metric in status.metrics.items():
        yield Cost((*path, "metrics", name), _metric(metric))
    for name, inner in status.statuses.items():
        yield from _status(inner, (*path, "statuses", name))
