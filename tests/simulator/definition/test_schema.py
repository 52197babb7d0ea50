"""The JSON Schema takes what the parser takes, and sees the mistakes that people make."""

import re
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from simulator import definition_schema
from simulator.definition.metrics.generator import KINDS
from simulator.definition.text.parsing import read_text

ROOT = Path(__file__).parents[3]
SCHEMA = definition_schema("https://mocks.example/schemas/definition.json")
VALIDATOR = Draft202012Validator(SCHEMA)

FILES = [
    path
    for folder in ("tests/definitions", "web/definitions/starters")
    for path in sorted((ROOT / folder).iterdir())
    if path.suffix in (".yaml", ".json")
]
DOCUMENTS = {path.name: path.read_text() for path in FILES}
for page in ("docs/reference/definition.md", "docs/tutorial.md", "README.md"):
    blocks = re.findall(r"```yaml\n(.*?)```", (ROOT / page).read_text(), re.DOTALL)
    whole = [block for block in blocks if re.search("^name:", block, re.MULTILINE)]
    DOCUMENTS |= {f"{page} {number}": block for number, block in enumerate(whole, 1)}

GOOD = read_text((ROOT / "tests/definitions/cold-chain.yaml").read_text()).data


def test_it_is_a_json_schema_that_knows_its_address() -> None:
    Draft202012Validator.check_schema(SCHEMA)

    assert SCHEMA["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert SCHEMA["$id"] == "https://mocks.example/schemas/definition.json"


@pytest.mark.parametrize("name", DOCUMENTS)
def test_it_takes_every_document_of_the_project(name: str) -> None:
    assert [e.message for e in VALIDATOR.iter_errors(read_text(DOCUMENTS[name]).data)] == []


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("nam",), "x"),
        (("name",), 5),
        (("name",), ""),
        (("id",), None),
        (("constants", "firmware"), [2]),
        (("variables", "site"), {"choise": ["a"]}),
        (("metrics", "temperature"), {"wlak": {"start": 1, "step": 1}}),
        (("metrics", "temperature"), {"walk": {"start": 1, "stop": 1}}),
        (("metrics", "temperature"), {"walk": {"start": "warm", "step": 1}}),
        (("metrics", "temperature"), {"walk": 5}),
        (("metrics", "temperature"), {"walk": {"start": 1, "step": 1}, "constant": 5}),
        (("metrics", "temperature"), {"unit": "°C"}),
        (("metrics", "temperature"), {"constant": 5, "uint": "°C"}),
        (("metrics", "temperature"), {"ramp": {"from": 1, "to": 2, "over": "9 parsec"}}),
        (("messages", "telemetry", "every"), "10 parsec"),
        (("messages", "telemetry", "qos"), 7),
        (("messages", "telemetry", "retain"), "perhaps"),
        (("messages", "telemetry", "json"), {"x": {"bulk": {"count": 5, "of": 1}}}),
        (("statuses", "running", "send"), "telemetry"),
        (("statuses", "running", "go"), [{"when": "temperature > 8"}]),
        (("statuses", "running", "go"), [{"to": "off", "chance": "97 km"}]),
        (("statuses", "running", "go"), [{"to": "off", "at": "noon"}]),
    ],
)
def test_it_sees_a_mistake(path: tuple[str, ...], value: Any) -> None:
    data = deepcopy(GOOD)
    parent = data
    for step in path[:-1]:
        parent = parent[step]
    parent[path[-1]] = value

    assert not VALIDATOR.is_valid(data)


def test_it_knows_the_words_of_children() -> None:
    child = {"count": 2, "id": "{parent}-{child}", "metrics": {"a": {"constant": 1}}}

    assert VALIDATOR.is_valid({**GOOD, "children": child})
    assert not VALIDATOR.is_valid({**GOOD, "children": {**child, "metrics": {"a": {"wlak": 1}}}})
    assert not VALIDATOR.is_valid({**GOOD, "children": {**child, "sparkplug": {"group": "g"}}})


def test_every_generator_has_a_form_and_every_shorthand_one_more() -> None:
    titles = [form["title"] for form in SCHEMA["$defs"]["Metric"]["oneOf"]]

    shorthands = [word for word, kind in KINDS.items() if kind.shorthand]
    assert sorted(titles) == sorted([*KINDS, *(f"{word}, in short" for word in shorthands)])
