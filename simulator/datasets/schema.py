"""Schemas of binary formats: ``.proto`` files of Protocol Buffers, ``.avsc`` files of Avro.

Rule: a schema that was read can be used: it has been compiled once, and describes a message.
"""

from collections.abc import Callable
from typing import Any, BinaryIO, TypeVar

from simulator.datasets.dataset import Dataset, read_contents
from simulator.errors import DatasetError, DefinitionError
from simulator.schemas.avro import read_schema
from simulator.schemas.protobuf import MAX_SCHEMA, compiled, messages_of, names_of

T = TypeVar("T")


def read_proto(name: str, data: bytes | BinaryIO) -> Dataset:
    """Read a ``.proto`` file, which may import Google's own types and nothing else.

    Raises:
        DatasetError: It is too long, not UTF-8, cannot be compiled or has no message; the text
            names the file and the line.
    """
    text = _text(name, data)
    file = _taken(name, compiled, text)
    counts = [len(kind.fields) for kind in messages_of(file)]
    messages = dict(zip(names_of(file), counts, strict=True))
    if not messages:
        raise DatasetError(f"{name}: the schema must have a message, it has none")
    return Dataset(kind="proto", name=name, columns={}, text=text, messages=messages)


def read_avsc(name: str, data: bytes | BinaryIO) -> Dataset:
    """Read an ``.avsc`` file: the schema of a record or of another type, as JSON.

    Raises:
        DatasetError: It is too long, not UTF-8, no JSON (with the line) or no schema.
    """
    text = _text(name, data)
    if text.lstrip()[:1] not in ("{", "[", '"'):
        raise DatasetError(f"{name}: line 1: the file must be JSON")
    schema = _taken(name, read_schema, text)
    return Dataset(kind="avsc", name=name, columns={}, text=text, messages=_records(schema))


def _records(schema: Any) -> dict[str, int]:
    """Return the record of a schema, or those of a union, with their numbers of fields."""
    branches = schema if isinstance(schema, list) else [schema]
    records = [each for each in branches if isinstance(each, dict) and "fields" in each]
    return {each["name"]: len(each["fields"]) for each in records}


def _text(name: str, data: bytes | BinaryIO) -> str:
    contents = read_contents(name, data)
    try:
        text = contents.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = contents.count(b"\n", 0, error.start) + 1
        raise DatasetError(f"{name}: line {line}: the file must be UTF-8") from None
    if len(text) > MAX_SCHEMA:
        raise DatasetError(
            f"{name}: a schema has at most {MAX_SCHEMA:,} characters, it has {len(text):,}"
        )
    return text


def _taken(name: str, read: Callable[[str], T], text: str) -> T:
    try:
        return read(text)
    except DefinitionError as error:
        raise DatasetError(f"{name}: {error}") from None
