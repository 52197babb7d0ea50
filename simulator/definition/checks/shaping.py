"""Whether what is said of a metric's numbers meets numbers.

Rule: a metric that certainly gives text is refused; one of which only its dataset or the metrics
that it reads can tell is taken, and its text passes as it is.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np

from simulator.definition.expressions.expression import Expression
from simulator.definition.metrics.generator import Generator
from simulator.definition.metrics.metric import Metric
from simulator.definition.text.places import Finding

_PROBES = 16  # readings that a generator is asked for; a list of words shows one in the first


def shaping_findings(name: str, metric: Metric) -> Iterator[Finding]:
    """Yield a finding for each word that needs numbers where the metric gives text."""
    words: list[tuple[str | int, ...]] = [(word,) for word in metric.shaping.words]
    words += [
        ("anomalies", place, anomaly.happening)
        for place, anomaly in enumerate(metric.anomalies)
        if anomaly.needs_numbers
    ]
    if words and gives_text(metric.generator):
        for path in words:
            text = f"{path[-1]} needs numbers, and {metric.generator.word} gives text"
            yield Finding(("metrics", name, *path), text)


def gives_text(generator: Generator) -> bool:
    """Return whether a generator gives text, or nothing but true and false, whatever it reads."""
    generator = getattr(generator, "generator", generator)  # the one that is shared
    if generator.family == "text":
        return True
    if generator.needs() or any(getattr(each, "others", ()) for each in expressions_of(generator)):
        return False
    drawn = _drawn(generator)
    return all(
        _is_text(values) for values in (drawn.values() if isinstance(drawn, dict) else [drawn])
    )


def expressions_of(generator: Generator) -> list[Any]:
    """Return the expressions among a generator's parameters."""
    values = (getattr(generator, name) for name in type(generator).model_fields)
    return [value for value in values if isinstance(value, Expression)]


def _drawn(generator: Generator) -> Any:
    """Return readings of some mocks, whatever is read standing in as the number 1."""
    # Here, because the generators are read with the help of this package.
    from simulator.generators.base import Cast, Sample  # noqa: PLC0415

    rows = np.arange(_PROBES, dtype=np.int64)
    zero = np.zeros(_PROBES)
    sample = Sample(
        rows=rows,
        t=zero,
        count=np.zeros(_PROBES, dtype=np.int64),
        born=zero,
        entered=zero,
        readings={name: np.ones(_PROBES) for name in generator.names()},
    )
    cast = Cast(first=0, count=_PROBES, seed=0, epoch=0.0, total=_PROBES)
    return generator.column(cast, "probe").draw(sample)


def _is_text(values: Any) -> bool:
    return values.dtype == object and any(isinstance(value, str) for value in values.tolist())
