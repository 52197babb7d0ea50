"""The JSON body of a message: any nesting, with templates for leaves.

Rule: what a payload tree holds is listed here, and nothing else is in one: ``dict`` with text keys,
``tuple``, Template, Bulk, int, float, bool and None.
"""

from collections.abc import Callable
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema
from pydantic_core import InitErrorDetails

from simulator.definition.model import SHARED, Model, inner_error, own_error, show
from simulator.definition.template import Template
from simulator.definition.units import Seconds
from simulator.errors import DefinitionError

MAX_NODES = 2_000  # keys and values of one message; a 45-field truck has about 100
MAX_BULK = 10_000  # samples in one message; a minute at 166 Hz
MAX_VALUES = 100_000  # values of one message, bulks unrolled; about a megabyte of JSON

_BULK = "bulk"

Node: TypeAlias = Any  # dict[str, Node] | tuple[Node, ...] | Template | Bulk | int | float | ...

SCHEMA = {SHARED: "Payload"}


class Bulk(Model):
    """Several samples in one message: an array of ``count`` times ``of``, oldest first.

    The last one is taken at the moment of the message, each one before it ``step`` earlier.
    """

    count: int = Field(ge=1, le=MAX_BULK)
    step: Seconds  # s between two samples
    of: Annotated[
        Node,
        BeforeValidator(lambda value: read_payload(value, in_bulk=True)),
        WithJsonSchema(SCHEMA),
    ]


def read_payload(value: Any, *, in_bulk: bool = False) -> Node:
    """Return the tree of a document's value: texts parsed, ``{bulk: ...}`` made a Bulk.

    Raises:
        ValidationError: With the place of each thing that is wrong.
    """
    errors: list[InitErrorDetails] = []
    tree = _read(value, (), errors, in_bulk)
    if errors:
        raise ValidationError.from_exception_data("payload", errors)
    return tree


def templates_of(tree: Node, place: tuple[str | int, ...] = ()) -> list[tuple[Any, Template]]:
    """Return every template of a payload tree with its place (keys and positions)."""
    match tree:
        case Template():
            return [(place, tree)]
        case Bulk():
            return templates_of(tree.of, (*place, _BULK, "of"))
        case dict():
            children: Any = tree.items()
        case tuple():
            children = enumerate(tree)
        case _:
            return []
    return [found for key, node in children for found in templates_of(node, (*place, key))]


def count_nodes(tree: Node) -> int:
    """Return how many values a payload tree holds, its own included; a bulk counts once."""
    return _count(tree, lambda _: 1)


def count_values(tree: Node) -> int:
    """Return how many values one message holds, each sample of a bulk counted."""
    return _count(tree, lambda bulk: bulk.count)


def _count(tree: Node, times: Callable[[Bulk], int]) -> int:
    match tree:
        case Bulk():
            return 1 + times(tree) * _count(tree.of, times)
        case dict():
            return 1 + sum(_count(node, times) for node in tree.values())
        case tuple():
            return 1 + sum(_count(node, times) for node in tree)
        case _:
            return 1


def _read(
    value: Any, place: tuple[Any, ...], errors: list[InitErrorDetails], in_bulk: bool
) -> Node:
    match value:
        case str() | Template():
            return _template(value, place, errors)
        case dict() if set(value) == {_BULK} and isinstance(value[_BULK], dict):
            return _bulk(value[_BULK], place, errors, in_bulk)
        case dict():
            return {k: _read(node, (*place, k), errors, in_bulk) for k, node in value.items()}
        case list() | tuple():
            return tuple(_read(v, (*place, i), errors, in_bulk) for i, v in enumerate(value))
        case None | bool() | int() | float() | Bulk():
            return value
        case _:
            errors.append(own_error(f"JSON cannot hold {show(value)}", place, value))
            return None


def _template(value: Any, place: tuple[Any, ...], errors: list[InitErrorDetails]) -> Node:
    try:
        return value if isinstance(value, Template) else Template.read(value)
    except DefinitionError as error:
        errors.append(own_error(str(error), place, value))
        return None


def _bulk(value: Any, place: tuple[Any, ...], errors: list[InitErrorDetails], inside: bool) -> Node:
    if inside:
        errors.append(own_error("a bulk cannot hold another bulk", place, value))
        return None
    try:
        return Bulk.model_validate(value)
    except ValidationError as error:
        errors += [inner_error(details, *place, _BULK) for details in error.errors()]
        return None


Payload: TypeAlias = Annotated[Node, BeforeValidator(read_payload), WithJsonSchema(SCHEMA)]

# JSON Schema of a tree, which holds itself; see ``schema.py``.
TREE_SCHEMA = {
    "title": "Payload",
    "description": (
        "Any nesting of mappings, lists, texts with placeholders, numbers, true, false and null;"
        " {bulk: {count, step, of}} stands for a list of samples"
    ),
    "type": ["object", "array", "string", "number", "boolean", "null"],
    "additionalProperties": SCHEMA,
    "items": SCHEMA,
    "if": {
        "type": "object",
        "required": [_BULK],
        "maxProperties": 1,
        "properties": {_BULK: {"type": "object"}},
    },
    "then": {"properties": {_BULK: Bulk.model_json_schema()}},
    "examples": [{"id": "{id}", "temperature": "{temperature:.1f}"}],
}
