"""Documents that are broken by chance give problems, never anything else."""

from copy import deepcopy
from pathlib import Path
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from simulator import Definition, check, parse_document
from simulator.definition.text.parsing import read_text
from simulator.errors import DefinitionError, Problem

TEXT = (Path(__file__).parents[2] / "definitions/cold-chain.yaml").read_text()
DATA: dict[str, Any] = read_text(TEXT).data

MAX_TEXT = 1_500  # characters; all names that are allowed may be told

WORDS = ["walk", "formula", "bulk", "json", "go", "to", "chance", "every", "index", "a", "", "a.b"]
scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(
        ["{temperature", "{x}", "{position}", "10s ± 2s", "2% per hour", "* * * * *", "a > 1", "1q"]
    )
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(WORDS) | st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    if not isinstance(value, dict | list):
        return [path]
    children = value.items() if isinstance(value, dict) else enumerate(value)
    inner = [found for key, child in children for found in paths_of(child, (*path, key))]
    return [path, *inner] if path else inner


PATHS = paths_of(DATA)


def mutate(data: dict[str, Any], path: tuple[Any, ...], how: str, value: Any) -> None:
    """Replace, remove or rename what stands at a path, if it still does."""
    parent: Any = data
    for step in path[:-1]:
        try:
            parent = parent[step]
        except (KeyError, IndexError, TypeError):
            return
    is_there = isinstance(parent, dict) and path[-1] in parent
    if how == "replace" and is_there:
        parent[path[-1]] = value
    elif how == "remove" and is_there:
        del parent[path[-1]]
    elif how == "rename" and is_there:
        parent[f"{path[-1]}x"] = parent.pop(path[-1])


def read(data: dict[str, Any]) -> tuple[Definition | None, tuple[Problem, ...]]:
    try:
        return parse_document(data), ()
    except DefinitionError as error:
        return None, error.problems


mutations = st.lists(
    st.tuples(st.sampled_from(PATHS), st.sampled_from(["replace", "remove", "rename"]), values),
    min_size=1,
    max_size=4,
)


@given(mutations)
@settings(max_examples=60, deadline=None)
def test_a_mutated_document_is_a_definition_or_has_problems(
    chosen: list[tuple[tuple[Any, ...], str, Any]],
) -> None:
    data = deepcopy(DATA)
    for path, how, value in chosen:
        mutate(data, path, how, value)

    definition, problems = read(data)

    assert (definition is None) == bool(problems)
    assert all(0 < len(problem.text) <= MAX_TEXT for problem in problems)
    if definition is not None:
        assert parse_document(definition.source) == definition


@given(st.integers(0, len(TEXT)), st.integers(0, 30), st.text(max_size=6))
@example(0, len(TEXT), "")
@settings(max_examples=60, deadline=None)
def test_a_mutated_text_is_a_definition_or_has_problems(start: int, length: int, new: str) -> None:
    text = TEXT[:start] + new + TEXT[start + length :]

    checked = check(text)

    assert (checked.definition is None) == bool(checked.problems)


@given(st.dictionaries(st.sampled_from(list(DATA)), values, max_size=7))
@settings(max_examples=60, deadline=None)
def test_any_values_under_the_words_are_a_definition_or_have_problems(data: dict[str, Any]) -> None:
    definition, problems = read(data)

    assert (definition is None) == bool(problems)
