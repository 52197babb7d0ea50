"""Avro: a value held against its schema.

Rule: what is asked of the schema is only what can stand where; one in a dataset is not here yet,
and what is made with it is held against it then.
"""

from collections.abc import Callable, Iterator
from typing import Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from simulator.definition.expressions.template import Template
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.payload import Bulk, Node, Payload
from simulator.definition.messages.schema_file import SchemaFile
from simulator.definition.model import Model, nearest, own_error, reader, show
from simulator.schemas.avro import Schema, read_schema, resolved

MAX_DEPTH = 50  # levels of a schema, those it names counted each time

Errors: TypeAlias = Iterator[InitErrorDetails]
_Place: TypeAlias = tuple[str | int, ...]

_WHOLE = {"int": (-(2**31), 2**31 - 1), "long": (-(2**63), 2**63 - 1)}


def read_schema_or_file(value: Any) -> Schema | SchemaFile:
    """Return a schema as plain data, or the file that it lies in.

    Raises:
        DefinitionError: It is neither; with what fastavro says.
        ValidationError: It names no file.
    """
    if isinstance(value, SchemaFile):
        return value
    if isinstance(value, dict) and "dataset" in value and "type" not in value:
        return SchemaFile.model_validate(value)
    return read_schema(value)


class Avro(Model):
    """A value of Avro, its schema a mapping, the text of an ``.avsc`` file, or such a dataset.

    ``value`` is a record's fields by name, arrays as lists or a bulk, maps as mappings. Of a union,
    the branch is the one that a value fits; no value is ``null`` where that is allowed, else the
    type's zero. A timestamp takes Unix seconds, such as ``{now}``, in whatever unit the schema has
    it; a whole number is in that unit already.
    """

    dataset_kind: ClassVar[Literal["avsc"]] = "avsc"
    examples: ClassVar[tuple[str, ...]] = (
        "{schema: {type: record, name: Reading, fields: [{name: id, type: string},"
        ' {name: t, type: ["null", double]}]}, value: {id: "{id}", t: "{temperature}"}}',
    )

    schema_: Annotated[Any, BeforeValidator(reader(read_schema_or_file))] = Field(
        alias="schema",
        description=(
            "The schema: a mapping, JSON as text, or `{dataset: reading.avsc}`, an uploaded file"
        ),
    )
    value: Payload = Field(description="What is sent: any payload that fits the schema")
    framing: Literal["raw", "single_object", "confluent"] = Field(
        default="raw",
        description=(
            "What stands before the value: nothing (`raw`), the schema's fingerprint"
            " (`single_object`, Avro 1.11), or a 0 and the schema's number in a registry"
            " (`confluent`)"
        ),
    )
    schema_id: int | None = Field(
        default=None, ge=0, lt=2**31, description="The schema's number, of `confluent`"
    )

    @model_validator(mode="after")
    def _fits_its_schema(self) -> "Avro":
        if (self.framing == "confluent") != (self.schema_id is not None):
            raise ValueError("confluent needs schema_id, and only that has one")
        errors = [] if isinstance(self.schema_, SchemaFile) else list(self.misfits())
        if errors:
            raise ValidationError.from_exception_data("avro", errors)
        return self

    def misfits(self) -> Errors:
        """Yield what does not fit its schema, which is here as plain data."""
        names: dict[str, Schema] = {}
        schema = resolved(self.schema_, names, "")
        yield from _errors(self.value, schema, names, ("value",))

    def with_text(self, text: str) -> "Avro":
        """Return it with the text of the file that its schema lies in."""
        return self.model_copy(update={"schema_": read_schema(text)})


def type_of(schema: Schema, names: dict[str, Schema]) -> tuple[str, dict[str, Any]]:
    """Return a schema's type (``union``, ``record``, ``long``, ...) and the whole of it."""
    if isinstance(schema, list):
        return "union", {"branches": schema}
    if isinstance(schema, str):
        return type_of(names[schema], names) if schema in names else (schema, {"type": schema})
    return schema["type"], schema


def _errors(node: Node, schema: Schema, names: dict[str, Schema], place: _Place) -> Errors:
    if len(place) > MAX_DEPTH:
        yield own_error(f"a value is at most {MAX_DEPTH} levels deep", place, node)
        return
    kind, whole = type_of(schema, names)
    if kind == "union":
        yield from _union_errors(node, whole["branches"], names, place)
    elif kind == "record":
        yield from _record_errors(node, whole, names, place)
    elif kind == "array":
        yield from _array_errors(node, whole["items"], names, place)
    elif kind == "map":
        if not isinstance(node, dict):
            yield own_error("a map needs a mapping", place, node)
            return
        for key, each in node.items():
            yield from _errors(each, whole["values"], names, (*place, str(key)))
    elif not (isinstance(node, Template) and node.names):
        text = _refusal(str(node) if isinstance(node, Template) else node, kind, whole)
        if text:
            yield own_error(f"needs {text}, got {show(_shown(node))}", place, node)


def _shown(node: Node) -> Any:
    if isinstance(node, Template):
        return str(node)
    return list(node) if isinstance(node, tuple) else node


def _union_errors(
    node: Node, branches: list[Schema], names: dict[str, Schema], place: _Place
) -> Errors:
    if isinstance(node, Template) and node.names:
        if not any(type_of(each, names)[0] in _SIMPLE for each in branches):
            yield own_error("no branch of the union is a single value", place, node)
        return
    position = branch_of(node, branches, names)
    if position is not None:
        return
    kinds = [type_of(each, names)[0] for each in branches]
    likely = [each for each, kind in zip(branches, kinds, strict=True) if kind == _likely(node)]
    if likely:
        yield from _errors(node, likely[0], names, place)
    else:
        yield own_error(f"fits none of the union: {', '.join(kinds)}", place, node)


_SIMPLE = ("boolean", "int", "long", "float", "double", "bytes", "string", "enum", "fixed")


def _likely(node: Node) -> str:
    if isinstance(node, dict):
        return "record"
    return "array" if isinstance(node, tuple | Bulk) else ""


def branch_of(node: Node, branches: list[Schema], names: dict[str, Schema]) -> int | None:
    """Return the first branch of a union that a value without placeholders of its own fits."""
    for position, each in enumerate(branches):
        if not any(True for _ in _errors(node, each, names, ())):
            return position
    return None


def _record_errors(
    node: Node, schema: dict[str, Any], names: dict[str, Schema], place: _Place
) -> Errors:
    if not isinstance(node, dict):
        yield own_error(f"{schema['name']} is a record: needs a mapping", place, node)
        return
    fields = {field["name"]: field for field in schema["fields"]}
    for key, value in node.items():
        name = str(key)
        if name in fields:
            yield from _errors(value, fields[name]["type"], names, (*place, name))
        else:
            text = f"{schema['name']} has no field {name!r}, {nearest(name, fields)}"
            yield own_error(text, (*place, name), value)
    for name, field in fields.items():
        if name not in node and "default" not in field:
            yield own_error(f"{schema['name']} needs the field {name!r}", place, node)


def _array_errors(node: Node, items: Schema, names: dict[str, Schema], place: _Place) -> Errors:
    if isinstance(node, Bulk) and node.shape == "rows":
        yield from _errors(node.of, items, names, (*place, "bulk", "of"))
    elif isinstance(node, tuple):
        for index, each in enumerate(node):
            yield from _errors(each, items, names, (*place, index))
    else:
        yield own_error("an array needs a list or a bulk", place, node)


def _refusal(value: Any, kind: str, schema: dict[str, Any]) -> str:
    """Return what a constant should have been; empty when it is."""
    if kind == "enum":
        symbols = schema["symbols"]
        near = nearest(value, symbols)
        return "" if value in symbols else f"a symbol of {schema['name']} ({near})"
    fits, wanted = _CONSTANTS[kind]
    return "" if fits(value) else wanted


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_whole(value: Any, low: int, high: int) -> bool:
    return _is_number(value) and isinstance(value, int) and low <= value <= high


def _is_bytes(value: Any) -> bool:
    return isinstance(value, str | Binary)


# Which constants a type takes, and what to say of others.
_CONSTANTS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "null": (lambda value: value is None, "null"),
    "boolean": (lambda value: isinstance(value, bool), "true or false"),
    "int": (lambda value: _is_whole(value, *_WHOLE["int"]), "a whole number of 32 bits"),
    "long": (lambda value: _is_whole(value, *_WHOLE["long"]), "a whole number of 64 bits"),
    "float": (_is_number, "a number"),
    "double": (_is_number, "a number"),
    "string": (lambda value: isinstance(value, str), "a text"),
    "bytes": (_is_bytes, "bytes: a text or a binary layout"),
    "fixed": (_is_bytes, "bytes: a text or a binary layout"),
}
