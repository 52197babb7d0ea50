"""What a generator says of its memory is never below what its arrays take."""

from typing import Any

import numpy as np
import pytest

from docs.press.drawn import datasets, definition_of
from simulator import check
from simulator.definition.checks.cost import MAX_MEMORY
from simulator.definition.metrics.generator import KINDS
from simulator.generators.base import Cast

MOCKS = 5  # as many as the rows of the device list that an example deals out
DATASETS = datasets()
EXAMPLES = [(word, example) for word, kind in KINDS.items() for example in kind.examples]


def arrays_of(value: Any, seen: set[int]) -> int:
    """Return the bytes of every array with one entry a mock that a column holds."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    if isinstance(value, np.ndarray):
        return value.nbytes if value.ndim and len(value) == MOCKS else 0
    if isinstance(value, dict):
        return sum(arrays_of(each, seen) for each in value.values())
    if isinstance(value, list | tuple):
        return sum(arrays_of(each, seen) for each in value[:100])
    slots = [name for kind in type(value).__mro__ for name in getattr(kind, "__slots__", ())]
    inner = [*getattr(value, "__dict__", {}).values()]
    inner += [getattr(value, name) for name in slots if hasattr(value, name)]
    is_ours = type(value).__module__.startswith("simulator.generators")
    return sum(arrays_of(each, seen) for each in inner) if is_ours else 0


@pytest.mark.parametrize(("word", "example"), EXAMPLES)
def test_a_column_takes_no_more_memory_than_its_generator_says(word: str, example: str) -> None:
    definition = definition_of(example, DATASETS)
    cast = Cast(
        first=0, count=MOCKS, seed=1, epoch=0.0, datasets=DATASETS, total=MOCKS, statuses=("a",)
    )

    for name, metric in definition.metrics.items():
        column = metric.generator.column(cast, name)
        assert arrays_of(column, set()) / MOCKS <= metric.generator.memory, word


def test_a_mock_that_takes_too_much_memory_is_refused_with_what_takes_most() -> None:
    values = ", ".join(map(str, range(1_000)))
    metrics = "\n".join(f"  m{n}: {{pick: [{values}], order: shuffled}}" for n in range(36))
    text = f'name: x\nid: "{{index}}"\nmetrics:\n{metrics}\nmessages: {{}}\n'

    (problem,) = check(text).problems

    assert problem.place == "metrics.m0"
    assert problem.text == (
        f"a mock would take 74,704 bytes of memory, allowed: {MAX_MEMORY:,}; most of it: "
        "metrics.m0 (2,064 bytes), metrics.m1 (2,064 bytes), metrics.m2 (2,064 bytes)"
    )
