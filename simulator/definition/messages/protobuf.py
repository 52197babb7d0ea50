"""Protocol Buffers: a message's fields, held against its schema.

Rule: only what the schema allows can stand anywhere; a schema in a dataset is not here yet, and
what is made with it is held against it then.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, TypeAlias

from pydantic import BeforeValidator, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from simulator.definition.expressions.template import Template
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.payload import Bulk, Node, Payload
from simulator.definition.messages.schema_file import SchemaFile
from simulator.definition.model import Model, nearest, own_error, reader, show
from simulator.errors import DefinitionError
from simulator.schemas.protobuf import MAX_SCHEMA, compiled, messages_of, names_of

if TYPE_CHECKING:  # its import takes 30 ms and 5 MB, which few definitions need
    from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

TIMESTAMP = "google.protobuf.Timestamp"

Errors: TypeAlias = Iterator[InitErrorDetails]
_Place: TypeAlias = tuple[str | int, ...]


class FieldType(IntEnum):
    """What a field holds. Source: ``FieldDescriptorProto.Type`` of descriptor.proto."""

    TYPE_DOUBLE = 1
    TYPE_FLOAT = 2
    TYPE_INT64 = 3
    TYPE_UINT64 = 4
    TYPE_INT32 = 5
    TYPE_FIXED64 = 6
    TYPE_FIXED32 = 7
    TYPE_BOOL = 8
    TYPE_STRING = 9
    TYPE_GROUP = 10
    TYPE_MESSAGE = 11
    TYPE_BYTES = 12
    TYPE_UINT32 = 13
    TYPE_ENUM = 14
    TYPE_SFIXED32 = 15
    TYPE_SFIXED64 = 16
    TYPE_SINT32 = 17
    TYPE_SINT64 = 18


_32, _64 = (-(2**31), 2**31 - 1), (-(2**63), 2**63 - 1)
_WHOLE: dict[int, tuple[int, int]] = {
    FieldType.TYPE_INT32: _32,
    FieldType.TYPE_SINT32: _32,
    FieldType.TYPE_SFIXED32: _32,
    FieldType.TYPE_UINT32: (0, 2**32 - 1),
    FieldType.TYPE_FIXED32: (0, 2**32 - 1),
    FieldType.TYPE_INT64: _64,
    FieldType.TYPE_SINT64: _64,
    FieldType.TYPE_SFIXED64: _64,
    FieldType.TYPE_UINT64: (0, 2**63 - 1),
    FieldType.TYPE_FIXED64: (0, 2**63 - 1),
}


def read_schema(value: Any) -> str | SchemaFile:
    """Return the text of a schema, or the file that it lies in.

    Raises:
        DefinitionError: It is neither, or too long.
        ValidationError: It names no file.
    """
    if isinstance(value, dict):
        return SchemaFile.model_validate(value)
    if isinstance(value, SchemaFile):
        return value
    if not isinstance(value, str):
        text = "needs the text of a .proto file or {dataset: reading.proto}"
        raise DefinitionError(f"{text}, got {show(value)}")
    if len(value) > MAX_SCHEMA:
        raise DefinitionError(f"a schema has at most {MAX_SCHEMA:,} characters, got {len(value):,}")
    return value


class Protobuf(Model):
    """A message of Protocol Buffers, its schema a ``.proto`` file: its text, or its dataset.

    ``fields`` are the message's by their names, nested ones as mappings, repeated ones as lists or
    a bulk. What has no value is not sent. An enum's value is its name or its number; a
    ``google.protobuf.Timestamp`` takes Unix seconds, such as ``{now}``.
    """

    dataset_kind: ClassVar[Literal["proto"]] = "proto"
    examples: ClassVar[tuple[str, ...]] = (
        "{schema: 'syntax = \"proto3\"; message Reading { string id = 1; float t = 2; }',"
        ' message: Reading, fields: {id: "{id}", t: "{temperature}"}}',
    )

    schema_: Annotated[
        Annotated[str, Field(max_length=MAX_SCHEMA)] | SchemaFile,
        BeforeValidator(reader(read_schema)),
    ] = Field(
        alias="schema",
        description=(
            f"The text of the `.proto` file, at most {MAX_SCHEMA:,} characters, or"
            " `{dataset: reading.proto}`, an uploaded one; it may import Google's own"
            " (`google/protobuf/timestamp.proto`) and nothing else"
        ),
    )
    message: str = Field(description="Name of the message in it, `Reading` or `plant.v1.Reading`")
    fields: Payload = Field(description="Its fields by name: any payload that fits the schema")

    @model_validator(mode="after")
    def _fits_its_schema(self) -> "Protobuf":
        errors = [] if isinstance(self.schema_, SchemaFile) else list(self.misfits())
        if errors:
            raise ValidationError.from_exception_data("protobuf", errors)
        return self

    def misfits(self) -> Errors:
        """Yield what is wrong with its schema, which is here as text, or does not fit it."""
        try:
            kind = self.descriptor
        except DefinitionError as error:
            yield own_error(str(error), ("schema",), self.schema_)
        except KeyError:
            near = nearest(self.message, names_of(compiled(self.text)))
            text = f"the schema has no message {self.message!r}, {near}"
            yield own_error(text, ("message",), self.message)
        else:
            yield from _message_errors(self.fields, kind, ("fields",))

    @property
    def text(self) -> str:
        """Its schema.

        Raises:
            DefinitionError: It lies in a dataset.
        """
        if isinstance(self.schema_, SchemaFile):
            raise DefinitionError(f"missing dataset {self.schema_.dataset!r}")
        return self.schema_

    def with_text(self, text: str) -> "Protobuf":
        """Return it with the text of the file that its schema lies in."""
        return self.model_copy(update={"schema_": text})

    @property
    def descriptor(self) -> "Descriptor":
        """The message's own.

        Raises:
            DefinitionError: The schema is not here, or cannot be compiled.
            KeyError: It has no such message.
        """
        for kind in messages_of(compiled(self.text)):
            if self.message in (kind.name, kind.full_name):
                return kind
        raise KeyError(self.message)


def map_entry(field: "FieldDescriptor") -> "Descriptor | None":
    """Return the message of a member of ``map<key, value>``; None when a field is no map."""
    kind = field.message_type
    return kind if kind is not None and kind.GetOptions().map_entry else None


def _message_errors(node: Node, kind: "Descriptor", place: _Place) -> Errors:
    if not isinstance(node, dict):
        yield own_error(f"{kind.name} is a message: needs a mapping of its fields", place, node)
        return
    used: dict[str, str] = {}
    for key, value in node.items():
        name = str(key)
        field = kind.fields_by_name.get(name)
        if field is None:
            text = f"{kind.name} has no field {name!r}, {nearest(name, kind.fields_by_name)}"
            yield own_error(text, (*place, name), value)
            continue
        choice = field.containing_oneof
        if choice is not None and used.setdefault(choice.name, name) != name:
            text = f"only one of {choice.name} can be sent, got {used[choice.name]} and {name}"
            yield own_error(text, (*place, name), value)
        yield from _field_errors(value, field, (*place, name))
    for field in kind.fields:
        if field.is_required and field.name not in node:
            yield own_error(f"{kind.name} requires the field {field.name!r}", place, node)


def _field_errors(node: Node, field: "FieldDescriptor", place: _Place) -> Errors:
    members = map_entry(field)
    if members is not None:
        if not isinstance(node, dict):
            yield own_error(f"{field.name} is a map: needs a mapping", place, node)
            return
        key, value = (members.fields_by_name[name] for name in ("key", "value"))
        for name, each in node.items():
            if not isinstance(name, Template):
                yield from _key_errors(name, key, (*place, name))
            yield from _one_errors(each, value, (*place, str(name)))
    elif field.is_repeated and isinstance(node, Bulk):
        if node.shape == "columns":
            yield own_error("a bulk in columns cannot stand here", place, node)
        else:
            yield from _one_errors(node.of, field, (*place, "bulk", "of"))
    elif field.is_repeated:
        if not isinstance(node, tuple):
            yield own_error(f"{field.name} is repeated: needs a list or a bulk", place, node)
            return
        for index, each in enumerate(node):
            yield from _one_errors(each, field, (*place, index))
    else:
        yield from _one_errors(node, field, place)


def _key_errors(name: str, field: "FieldDescriptor", place: _Place) -> Errors:
    if field.type in _WHOLE and not name.lstrip("-").isdigit():
        yield own_error(f"a key of this map is a whole number, got {show(name)}", place, name)


def _one_errors(node: Node, field: "FieldDescriptor", place: _Place) -> Errors:
    kind = field.message_type
    if kind is not None:
        is_moment = kind.full_name == TIMESTAMP and isinstance(node, Template | int | float)
        if not is_moment:
            yield from _message_errors(node, kind, place)
    elif isinstance(node, Template) and node.names:
        return
    else:
        text = _refusal(str(node) if isinstance(node, Template) else node, field)
        if text:
            yield own_error(f"{field.name} is {text}, got {show(_shown(node))}", place, node)


def _shown(node: Node) -> Any:
    if isinstance(node, Template):
        return str(node)
    return list(node) if isinstance(node, tuple) else node


def _refusal(value: Any, field: "FieldDescriptor") -> str:
    """Return what a constant should have been; empty when it is."""
    if field.enum_type is not None:
        return _enum_refusal(value, field.enum_type)
    if field.type in _WHOLE:
        low, high = _WHOLE[field.type]
        is_whole = isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
        return "" if is_whole else f"a whole number from {low} to {high}"
    if field.type == FieldType.TYPE_BOOL:
        return "" if isinstance(value, bool) else "true or false"
    if field.type == FieldType.TYPE_STRING:
        return "" if isinstance(value, str) else "a text"
    if field.type == FieldType.TYPE_BYTES:
        return "" if isinstance(value, str | Binary) else "bytes: a text or a binary layout"
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return "" if is_number else "a number"


def _enum_refusal(value: Any, kind: "EnumDescriptor") -> str:
    if isinstance(value, str):
        known = value in kind.values_by_name
        return "" if known else f"one of {kind.name}, {nearest(value, kind.values_by_name)}"
    is_whole = isinstance(value, int) and not isinstance(value, bool)
    return "" if is_whole and -(2**31) <= value < 2**31 else f"a name or number of {kind.name}"
