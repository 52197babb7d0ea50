"""Every example that the reference shows can be run."""

import re
from pathlib import Path

import pytest

from simulator import parse, parse_document
from simulator.definition import document, expression, message, payload, status, template, units
from simulator.definition.checks.names import RESERVED
from simulator.definition.functions import FUNCTIONS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/reference/definition.md").read_text()
EXAMPLES = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
SAMPLES = sorted((ROOT / "tests/definitions").iterdir())


@pytest.mark.parametrize("text", EXAMPLES, ids=lambda text: text.splitlines()[0])
def test_every_example_of_the_reference_is_a_definition(text: str) -> None:
    assert parse(text).messages


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_sample_survives_the_way_through_plain_data(path: Path) -> None:
    definition = parse(path.read_text())

    assert parse_document(definition.source) == definition


def test_the_reference_names_every_word() -> None:
    models = (message.Message, status.Status, status.Transition, document.Definition)
    words = [word for model in models for word in model.words()]
    words += [*units.DURATIONS, *units.SPEEDS, *units.DISTANCES, *FUNCTIONS, *RESERVED]

    assert [word for word in words if not re.search(rf"[`% ]{re.escape(word)}[`: ]", PAGE)] == []


def test_the_reference_tells_the_limits() -> None:
    limits = [
        document.MAX_METRICS,
        message.MAX_MESSAGES,
        expression.MAX_LENGTH,
        expression.MAX_NODES,
        expression.MAX_DEPTH,
        payload.MAX_BULK,
        payload.MAX_NODES,
        payload.MAX_VALUES,
        template.MAX_LENGTH,
    ]

    assert [limit for limit in limits if f"{limit:,}" not in PAGE] == []
