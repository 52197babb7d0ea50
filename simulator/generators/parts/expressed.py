"""What derived values have in common: an expression over the same sample, as a column of numbers.

Rule: what is no number is no value (NaN).
"""

from typing import Any

import numpy as np

from simulator.definition.expressions.arithmetic import Values, number
from simulator.definition.expressions.expression import Expression
from simulator.generators.base import Sample
from simulator.generators.parts.timing import age
from simulator.randomness import FloatArray

# What an expression knows besides its readings; seconds.
OWN = frozenset({"age", "time_in_status", "previous"})


def values_in(expression: Expression, sample: Sample) -> Values:
    """Return an expression's values at a sample, one a row; a new array."""
    known = known_of(sample, expression.names)
    return column_of(expression.evaluate(known), len(sample))


def numbers_in(expression: Expression, sample: Sample) -> FloatArray:
    """Return an expression's values at a sample as float64, one a row; a new array."""
    return number(values_in(expression, sample)).astype(np.float64)


def column_of(values: Values, count: int) -> Values:
    """Return an expression's values as a new array of ``count`` entries."""
    if values.ndim:
        return values.copy()
    return np.full(count, values, dtype=values.dtype)


def known_of(sample: Sample, names: frozenset[str]) -> dict[str, Any]:
    """Return the columns of ``names`` that a sample knows, ``previous`` left out."""
    known = {name: sample.readings[name] for name in names - OWN}
    if "age" in names:
        known["age"] = age(sample)
    if "time_in_status" in names:
        known["time_in_status"] = np.maximum(sample.t - sample.entered, 0.0)
    return known
