"""Protocol Buffers: a schema compiled in this process, and fields held against it.

Rule: the compiler is the official one, as a library: no shell, no other program, and it sees no
file but the schema and Google's own types.
"""

import tempfile
import warnings
from collections.abc import Iterator
from enum import IntEnum
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

from pydantic import Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails

from simulator.definition.expressions.template import Template
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.payload import Bulk, Node, Payload
from simulator.definition.model import Model, nearest, own_error, show
from simulator.errors import DefinitionError

if TYPE_CHECKING:  # its import takes 30 ms and 5 MB, which few definitions need
    from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

MAX_SCHEMA = 100_000  # characters
MAX_SCHEMAS = 50  # compiled ones that are remembered; a tower runs a few lots

_FILE = "schema.proto"

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


class Protobuf(Model):
    """A message of Protocol Buffers, its schema given as the text of a ``.proto`` file.

    ``fields`` are the message's by their names, nested ones as mappings, repeated ones as lists or
    a bulk. What has no value is not sent. An enum's value is its name or its number; a
    ``google.protobuf.Timestamp`` takes Unix seconds, such as ``{now}``.
    """

    examples: ClassVar[tuple[str, ...]] = (
        "{schema: 'syntax = \"proto3\"; message Reading { string id = 1; float t = 2; }',"
        ' message: Reading, fields: {id: "{id}", t: "{temperature}"}}',
    )

    schema_: str = Field(
        alias="schema",
        max_length=MAX_SCHEMA,
        description=(
            f"The `.proto` file, at most {MAX_SCHEMA:,} characters; it may import Google's own"
            " (`google/protobuf/timestamp.proto`) and nothing else"
        ),
    )
    message: str = Field(description="Name of the message in it, `Reading` or `plant.v1.Reading`")
    fields: Payload = Field(description="Its fields by name: any payload that fits the schema")

    @model_validator(mode="after")
    def _fits_its_schema(self) -> "Protobuf":
        try:
            kind = self.descriptor
        except DefinitionError as error:
            raise ValidationError.from_exception_data(
                "protobuf", [own_error(str(error), ("schema",), self.schema_)]
            ) from None
        except KeyError:
            known = _names(compiled(self.schema_))
            text = f"the schema has no message {self.message!r}, {nearest(self.message, known)}"
            raise ValidationError.from_exception_data(
                "protobuf", [own_error(text, ("message",), self.message)]
            ) from None
        errors = list(_message_errors(self.fields, kind, ("fields",)))
        if errors:
            raise ValidationError.from_exception_data("protobuf", errors)
        return self

    @property
    def descriptor(self) -> "Descriptor":
        """The message's own.

        Raises:
            DefinitionError: The schema cannot be compiled.
            KeyError: It has no such message.
        """
        for kind in _messages(compiled(self.schema_)):
            if self.message in (kind.name, kind.full_name):
                return kind
        raise KeyError(self.message)


@lru_cache(maxsize=MAX_SCHEMAS)
def compiled(schema: str) -> Any:
    """Return the file descriptor of a schema.

    Raises:
        DefinitionError: It cannot be compiled; with the line in the schema.
    """
    pool = import_module("google.protobuf.descriptor_pool").DescriptorPool()
    files = import_module("google.protobuf.descriptor_pb2").FileDescriptorSet
    for file in files.FromString(_compile(schema)).file:
        pool.AddSerializedFile(file.SerializeToString())
    return pool.FindFileByName(_FILE)


def _compile(schema: str) -> bytes:
    # 7 MB that a tower without such a message need not have.
    compiler = import_module("grpc_tools._protoc_compiler")
    google = Path(str(compiler.__file__)).parent / "_proto"  # google/protobuf/timestamp.proto, ...
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / _FILE).write_text(schema, "utf-8")
        include = [str(folder).encode(), str(google).encode()]
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # an import that is not used, a missing syntax
                compiler.get_protos(_FILE.encode(), include)
        except compiler.ProtocErrors as error:
            raise DefinitionError(_reason(error.errors())) from None
        out = folder / "descriptors"
        paths = [b"-I" + each for each in include]
        into = f"--descriptor_set_out={out}".encode()
        arguments = [b"protoc", *paths, b"--include_imports", into]
        if compiler.run_main([*arguments, _FILE.encode()]):
            raise DefinitionError("the schema cannot be compiled")
        return out.read_bytes()


def _reason(errors: Any) -> str:
    """Return what the compiler says first; its lines and columns count from 0."""
    first = next(iter(errors), None)
    if first is None:
        return "the schema cannot be compiled"
    message = first.message.decode() if isinstance(first.message, bytes) else str(first.message)
    text = message.removeprefix("b'").removeprefix('b"').rstrip("'\"").rstrip(".")
    where = f"line {first.line + 1}, column {first.column + 1}: " if first.line >= 0 else ""
    return f"not a schema of Protocol Buffers: {where}{text[:1].lower()}{text[1:]}"


def _messages(file: Any) -> "Iterator[Descriptor]":
    left = list(file.message_types_by_name.values())
    while left:
        kind = left.pop(0)
        yield kind
        left += [each for each in kind.nested_types if not each.GetOptions().map_entry]


def _names(file: Any) -> list[str]:
    return [kind.full_name.removeprefix(f"{file.package}.") for kind in _messages(file)]


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
