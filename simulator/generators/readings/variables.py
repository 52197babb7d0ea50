"""Variables at work: what is drawn once for each mock, before it starts.

Rule: a variable reads the constants, the index and the variables above it, never a metric.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np

from simulator.definition.metrics.variables import Once, Variable
from simulator.generators.base import Cast, Column, Sample, Values


def drawn_once(variable: Variable, cast: Cast, name: str, known: Mapping[str, Any]) -> Values:
    """Return a variable's value for each mock of a cast.

    Args:
        variable: What the document says.
        cast: The mocks.
        name: The variable's.
        known: Constants, ``index``, and the variables above it; arrays have one entry a row.

    Returns:
        int64, float64, bool or object, one entry a row.

    Raises:
        DefinitionError: A dataset has too few rows, or a pattern no room for all mocks.
    """
    if not isinstance(variable, Once):
        values: Values = variable.draw(cast.keys(f"variables.{name}"))
        return values
    column: Column = variable.generator.column(cast, name)
    start = np.zeros(cast.count)
    drawn = column.draw(
        Sample(
            rows=np.arange(cast.count, dtype=np.int64),
            t=start,
            count=np.zeros(cast.count, dtype=np.int64),
            born=start,
            entered=start,
            readings=known,
        )
    )
    if isinstance(drawn, dict):
        raise TypeError(f"a variable has one value, {variable.generator.word} gives parts")
    return drawn
