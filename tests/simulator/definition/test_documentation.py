"""The reference names every word, function and limit, and every example in it can be run."""

import re
from pathlib import Path

import pytest

from simulator import parse, parse_document, preview
from simulator.definition.checks.names import RESERVED
from simulator.definition.expressions.functions import FUNCTIONS
from simulator.definition.quantities import units
from simulator.definition.schema import definition_schema

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/definition.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SAMPLES = [p for p in sorted((ROOT / "tests/definitions").iterdir()) if p.is_file()]
SCHEMAS = definition_schema()


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_every_example_of_the_reference_is_a_definition_that_sends(text: str) -> None:
    definition = parse(text)

    assert list(preview(definition, duration=120.0, limit=3))


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_survives_the_way_through_plain_data(path: Path) -> None:
    definition = parse(path.read_text())

    assert parse_document(definition.source) == definition


def test_the_reference_names_every_word_and_unit() -> None:
    words = [*units.DURATIONS, *units.PERIODS, *units.SPEEDS, *units.DISTANCES, *RESERVED]

    assert [word for word in words if not re.search(rf"[`% ]{re.escape(word)}[`: ]", PAGE)] == []


def test_the_reference_names_every_function() -> None:
    assert [name for name in FUNCTIONS if f"`{name}(" not in PAGE] == []


@pytest.mark.parametrize("name", ["Definition", *(n for n in SCHEMAS["$defs"] if "." not in n)])
def test_every_word_of_the_language_says_what_it_means(name: str) -> None:
    schema = SCHEMAS if name == "Definition" else SCHEMAS["$defs"][name]
    words = schema.get("properties", {})

    assert [word for word, each in words.items() if not _is_described(each)] == []


def _is_described(schema: dict[str, object]) -> bool:
    return bool(schema.get("description") or "$ref" in schema)
