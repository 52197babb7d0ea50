"""Which values are sent at all: those that are not ``LEFT_OUT``.

Rule: only a metric that may be left out is looked at.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from simulator.definition.expressions.template import Template
from simulator.definition.messages.payload import Node
from simulator.generators.base import LEFT_OUT

Mask = NDArray[np.bool_]


def optional_name(node: Node, left_out: frozenset[str]) -> str | None:
    """Return the reading that a member of an object stands and falls with; None: it always stands.

    It is that of a placeholder which is the whole value, and nothing but a name.
    """
    placeholder = node.single if isinstance(node, Template) else None
    name = placeholder.expression.name if placeholder else None
    return name if name is not None and name.partition(".")[0] in left_out else None


def present(values: Any, count: int) -> Mask | None:
    """Return which of ``count`` values are not left out; None when that is all of them."""
    array = np.asarray(values)
    if array.dtype != object:
        return None
    there = np.broadcast_to(array != LEFT_OUT, count)
    return None if there.all() else there
