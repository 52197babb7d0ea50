"""The metrics that are told, each with its name, unit and meaning.

Rule: the one list of them, whoever reads it; counters only ever rise while a run's shards are here.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from simulator.exporting.figures import Told
from simulator.recording import Histogram

# Upper bounds of what durations are told by, s. Percentiles of 1 % are in the run's own figures.
BOUNDS = tuple(round(step * 10.0**power, 6) for power in range(-4, 2) for step in (1.0, 2.5, 5.0))

Labels: TypeAlias = dict[str, str]


@dataclass(frozen=True, slots=True)
class Distribution:
    """A histogram as watchers know it: how many are at most each of ``BOUNDS``, how many in all."""

    within: tuple[int, ...]
    count: int
    sum: float  # s; within 1 %
    maximum: float  # s


@dataclass(frozen=True, slots=True)
class Family:
    """One metric; each of its samples has labels of its own."""

    name: str  # without the ending that a kind of watcher wants: _total
    kind: Literal["counter", "gauge", "histogram"]
    unit: str  # as UCUM has it: By, s; empty: a count
    text: str
    samples: list[tuple[Labels, float | Distribution]] = field(default_factory=list)


_COUNTS = (
    ("sends_due", "", "Sends that the mocks' plan asked for", "due"),
    ("sends_skipped", "", "Sends left out because the generator was late", "skipped"),
    ("payload_bytes", "By", "Bytes of payloads that were delivered", "bytes"),
    ("connects", "", "Connections that came to be", "connects"),
    ("reconnects", "", "Connections of mocks that had been connected before", "reconnects"),
    ("connections_lost", "", "Connections lost, or that never came to be", "losts"),
    ("limited_seconds", "", "Seconds of shards in which the generator was too late", "limited"),
)
_GROUPED = (
    ("sends", "", "Sends by how they ended", "result", ("acknowledged", "sent", "failed")),
    ("arrivals", "", "What the observer of the target's way back saw of sends", "outcome",
     ("arrived", "missing", "duplicates", "disordered", "unfollowed", "counted")),
)  # fmt: skip
_DURATIONS = (
    ("acknowledgement_latency", "From sending to the acknowledgement", "latency"),
    ("lateness", "From the planned moment to sending", "lateness"),
    ("end_to_end_latency", "From sending to the arrival at the way back", "end_to_end"),
)


def families(runs: Sequence[Told], *, tower: str) -> list[Family]:
    """Return every metric with the samples of all runs."""
    labelled = [({"lot": run.lot, "run": run.run, "tower": tower}, run) for run in runs]
    made = [_family(name, "counter", unit, text) for name, unit, text, _ in _COUNTS]
    for family, (_, _, _, field_) in zip(made, _COUNTS, strict=True):
        family.samples.extend((labels, getattr(run.total, field_)) for labels, run in labelled)
    for name, unit, text, label, fields in _GROUPED:
        family = _family(name, "counter", unit, text)
        for labels, run in labelled:
            family.samples.extend((labels | {label: f}, getattr(run.total, f)) for f in fields)
        made.append(family)
    return made + _durations(labelled) + _others(labelled)


def _family(
    name: str, kind: Literal["counter", "gauge", "histogram"], unit: str, text: str
) -> Family:
    return Family(f"mocklot_{name}", kind, unit, text)


def _durations(labelled: Sequence[tuple[Labels, Told]]) -> list[Family]:
    made = []
    for name, text, field_ in _DURATIONS:
        family = _family(f"{name}_seconds", "histogram", "s", text)
        family.samples.extend(
            (labels, _distribution(getattr(run.total, field_))) for labels, run in labelled
        )
        made.append(family)
    return made


def _others(labelled: Sequence[tuple[Labels, Told]]) -> list[Family]:
    wire = _family("wire_bytes", "counter", "By", "Bytes of the protocol, before TLS")
    failures = _family("failures", "counter", "", "Failed sends and lost connections by reason")
    dropped = _family("records_dropped", "counter", "", "Records that no chunk of the log holds")
    mocks = _family("mocks", "gauge", "", "Mocks by what their connection does")
    limited = _family("generator_limited", "gauge", "", "1 once the generator itself was too late")
    for labels, run in labelled:
        wire.samples.append((labels | {"direction": "out"}, run.total.wire_out))
        wire.samples.append((labels | {"direction": "in"}, run.total.wire_in))
        failures.samples.extend((labels | {"reason": why}, n) for why, n in run.reasons.items())
        dropped.samples.append((labels, run.dropped))
        mocks.samples.extend((labels | {"link": link}, n) for link, n in run.links.items())
        limited.samples.append((labels, float(run.limited is not None)))
    return [wire, failures, dropped, mocks, limited]


def _distribution(histogram: Histogram) -> Distribution:
    return Distribution(
        within=tuple(histogram.within(bound) for bound in BOUNDS),
        count=histogram.total,
        sum=histogram.sum,
        maximum=histogram.maximum,
    )
