"""What derived values have in common: an expression over the same sample, as a column of numbers.

Rule: what is no number is no value (NaN).
"""

import numpy as np

from simulator.definition.arithmetic import Values, number
from simulator.definition.expressions.expression import Expression
from simulator.generators.base import Sample
from simulator.generators.formula import column_of, known_of
from simulator.randomness import FloatArray


def values_in(expression: Expression, sample: Sample) -> Values:
    """Return an expression's values at a sample, one a row; a new array."""
    known = known_of(sample, expression.names)
    return column_of(expression.evaluate(known), len(sample))


def numbers_in(expression: Expression, sample: Sample) -> FloatArray:
    """Return an expression's values at a sample as float64, one a row; a new array."""
    return number(values_in(expression, sample)).astype(np.float64)
