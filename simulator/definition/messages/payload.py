"""A payload as a tree: any nesting, with templates for leaves.

Rule: what a payload tree holds is listed here, and nothing else is in one: ``dict`` (keys are text,
or Templates where they have placeholders), ``tuple``, Template, Bulk, Binary, int, float, bool and
None.
"""

import re
from collections.abc import Callable
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, WithJsonSchema, model_validator
from pydantic_core import InitErrorDetails

from simulator.definition.expressions.template import Template
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.samples import MAX_BULK, Samples
from simulator.definition.model import SHARED, inner_error, own_error, show
from simulator.errors import DefinitionError

__all__ = ["MAX_BULK", "MAX_NODES", "MAX_VALUES", "Bulk", "Node", "Payload", "read_payload"]
__all__ += ["count_nodes", "count_values", "templates_of"]

MAX_NODES = 2_000  # keys and values of one message; a 45-field truck has about 100
MAX_VALUES = 100_000  # values of one message, bulks unrolled; about a megabyte of JSON

_BULK, _BINARY = "bulk", "binary"
_PLACEHOLDER = re.compile(r"\{[^{}]+\}")

Node: TypeAlias = Any  # dict[str, Node] | tuple[Node, ...] | Template | Bulk | int | float | ...

SCHEMA = {SHARED: "Payload"}


class Bulk(Samples):
    """Several samples in one message: an array of ``count`` times ``of``, oldest first.

    The last one is taken at the moment of the message, each one before it ``step`` earlier. As
    ``columns`` it is not an array of mappings but a mapping of arrays: ``{t: [1, 2], h: [3, 4]}``.
    """

    shape: Literal["rows", "columns"] = Field(
        default="rows",
        description=(
            "`rows`: an array with an entry for each sample; `columns`: `of` is a mapping, and each"
            " of its values becomes an array"
        ),
    )
    of: Annotated[
        Node,
        BeforeValidator(lambda value: read_payload(value, in_bulk=True)),
        WithJsonSchema(SCHEMA),
    ] = Field(description="One sample: any payload")

    @model_validator(mode="after")
    def _has_columns(self) -> "Bulk":
        if self.shape == "columns" and not (isinstance(self.of, dict) and self.of):
            raise ValueError("a bulk in columns needs a mapping after 'of'")
        return self

    @property
    def columns(self) -> dict[Any, "Bulk"] | None:
        """A bulk for each of its columns; None when it is in rows."""
        if self.shape == "rows":
            return None
        rows = {"shape": "rows"}
        return {key: self.model_copy(update={**rows, "of": each}) for key, each in self.of.items()}


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
        case Binary():
            return [((*place, _BINARY, *inner), text) for inner, text in tree.templates()]
        case dict():
            keys = [((*place, str(key)), key) for key in tree if isinstance(key, Template)]
            inner = [
                found
                for key, node in tree.items()
                for found in templates_of(node, (*place, str(key)))
            ]
            return keys + inner
        case tuple():
            return [
                found
                for index, node in enumerate(tree)
                for found in templates_of(node, (*place, index))
            ]
        case _:
            return []


def count_nodes(tree: Node) -> int:
    """Return how many values a payload tree holds, its own included; a bulk counts once."""
    return _count(tree, lambda _: 1)


def count_values(tree: Node) -> int:
    """Return how many values one message holds, each sample of a bulk counted."""
    return _count(tree, lambda bulk: bulk.count)


def _count(tree: Node, times: Callable[[Samples], int]) -> int:
    match tree:
        case Bulk():
            return 1 + times(tree) * _count(tree.of, times)
        case Binary():
            return tree.count(times)
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
        case dict():
            return _mapping(value, place, errors, in_bulk)
        case list() | tuple():
            return tuple(_read(v, (*place, i), errors, in_bulk) for i, v in enumerate(value))
        case None | bool() | int() | float() | Bulk() | Binary():
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


def _mapping(
    value: dict[Any, Any], place: tuple[Any, ...], errors: list[InitErrorDetails], in_bulk: bool
) -> Node:
    if set(value) == {_BULK} and isinstance(value[_BULK], dict):
        return _bulk(value[_BULK], place, errors, in_bulk)
    if _is_binary(value):
        return _binary(value[_BINARY], place, errors, in_bulk)
    return {
        _key(key, place, errors): _read(node, (*place, key), errors, in_bulk)
        for key, node in value.items()
    }


def _key(key: Any, place: tuple[Any, ...], errors: list[InitErrorDetails]) -> Any:
    """Return a key as a Template if it has placeholders; any other stands for itself."""
    if not isinstance(key, str) or not _PLACEHOLDER.search(key):
        return key
    template = _template(key, (*place, key), errors)
    return template if isinstance(template, Template) and template.names else key


def _is_binary(value: dict[Any, Any]) -> bool:
    """Whether a mapping is a binary layout, and not a device's own key of that name."""
    inner = value.get(_BINARY)
    return len(value) == 1 and isinstance(inner, dict) and isinstance(inner.get("fields"), list)


def _binary(
    value: Any, place: tuple[Any, ...], errors: list[InitErrorDetails], inside: bool
) -> Node:
    try:
        layout = Binary.model_validate(value)
    except ValidationError as error:
        errors += [inner_error(details, *place, _BINARY) for details in error.errors()]
        return None
    if inside and layout.has_bulk:
        errors.append(own_error("a bulk cannot hold another bulk", (*place, _BINARY), value))
    return layout


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


def _schema_of(word: str, schema: dict[str, Any], *needs: str) -> dict[str, Any]:
    """Return the JSON Schema of a mapping that has one word only, and then means something."""
    is_it = {"type": "object", "required": list(needs)}
    return {
        "if": {
            "type": "object",
            "required": [word],
            "maxProperties": 1,
            "properties": {word: is_it},
        },
        "then": {"properties": {word: schema}},
    }


# JSON Schema of a tree, which holds itself; see ``schema.py``.
TREE_SCHEMA = {
    "title": "Payload",
    "description": (
        "Any nesting of mappings, lists, texts with placeholders, numbers, true, false and null;"
        " {bulk: {count, step, of}} stands for a list of samples, {binary: {fields}} for bytes"
    ),
    "type": ["object", "array", "string", "number", "boolean", "null"],
    "additionalProperties": SCHEMA,
    "items": SCHEMA,
    "allOf": [
        _schema_of(_BULK, Bulk.model_json_schema()),
        _schema_of(_BINARY, {"$ref": "#/$defs/Binary"}, "fields"),
    ],
    "examples": [{"id": "{id}", "temperature": "{temperature:.1f}"}],
}
