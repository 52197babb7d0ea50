"""Documents by chance never crash what reads, checks, previews and runs them.

The short form draws the same documents in every run. The long form looks for new ones, with so
many a test: ``FUZZ=20000 python -m pytest tests/fuzz``.
"""

import os
from itertools import islice
from typing import Any

import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docs.press.drawn import datasets
from simulator import DefinitionError, check, parse_document, preview, series
from simulator.definition import Definition
from simulator.fleet import Fleet

from .documents import documents, odd, spoiled

LONG = os.environ.get("FUZZ")
EXAMPLES = int(LONG or 25)
DATASETS = datasets()
MOCKS = 3
MESSAGES = 8  # of one document; one may have 100,000 values
CALLS = 6
MAX_TEXT = 2_500  # characters; all names that are allowed may be told

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
by_chance = settings(
    max_examples=EXAMPLES, derandomize=not LONG, deadline=None, suppress_health_check=SLOW
)


def read(data: dict[str, Any]) -> Definition | None:
    """Return the definition; what is wrong must be told in our words."""
    try:
        return parse_document(data, datasets=DATASETS)
    except DefinitionError as error:
        problems = error.problems
    assert problems
    assert all(0 < len(each.text) <= MAX_TEXT for each in problems), problems
    assert not any("nput should" in each.text for each in problems), problems
    return None


@given(documents())
@by_chance
def test_a_document_by_chance_is_refused_or_previews(data: dict[str, Any]) -> None:
    definition = read(data)

    if definition is not None:
        messages = preview(
            definition, mocks=MOCKS, duration=60.0, datasets=DATASETS, limit=MESSAGES
        )
        assert all(isinstance(each.payload, bytes) for each in messages)
        assert series(definition, duration=60.0, points=3, datasets=DATASETS)


@given(documents(), st.lists(st.tuples(st.integers(0, MOCKS - 1), odd), max_size=4))
@by_chance
def test_a_document_by_chance_runs_in_a_fleet(
    data: dict[str, Any], commands: list[tuple[int, Any]]
) -> None:
    definition = read(data)
    if definition is None:
        return
    try:
        fleet = Fleet(definition, count=MOCKS, total=MOCKS, seed=1, epoch=0.0, datasets=DATASETS)
    except DefinitionError:  # what the connection, MQTT 3.1.1, has not
        return

    for step in range(CALLS):
        due = fleet.due(float(step))
        fleet.connected(due.connect, float(step))
        for row, value in commands:
            fleet.received(row, f"x/x-{row}", repr(value).encode(errors="replace"), float(step))
        if step == CALLS // 2:
            fleet.disconnected(list(range(MOCKS)), float(step))
            fleet.restore(fleet.state())

    assert 0 <= fleet.live <= MOCKS


@given(spoiled())
@by_chance
def test_a_spoiled_document_is_refused_or_previews(data: dict[str, Any]) -> None:
    definition = read(data)

    if definition is not None:
        sent = preview(definition, mocks=MOCKS, duration=20.0, datasets=DATASETS, limit=MESSAGES)
        assert len(list(islice(sent, MESSAGES))) <= MESSAGES
        assert parse_document(definition.source, datasets=DATASETS) == definition


@given(spoiled(), st.integers(0, 2_000), st.text(max_size=6))
@by_chance
def test_a_spoiled_text_is_a_definition_or_has_problems_with_lines(
    data: dict[str, Any], place: int, new: str
) -> None:
    text = yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=1_000)
    text = text[:place] + new + text[place + len(new) :]

    checked = check(text, datasets=DATASETS)

    assert (checked.definition is None) == bool(checked.problems)
    assert all(problem.line or not problem.place for problem in checked.problems)
