"""Schemas of Avro, as plain data.

Rule: a schema is read by fastavro, which knows its rules.
"""

import json
from copy import deepcopy
from importlib import import_module
from typing import Any, TypeAlias

from simulator.errors import DefinitionError

MAX_SCHEMA = 100_000  # characters of its JSON

Schema: TypeAlias = Any  # str, a list (a union) or a mapping, as the specification has it

PRIMITIVES = ("null", "boolean", "int", "long", "float", "double", "bytes", "string")
_NAMED = ("record", "enum", "fixed")


def read_schema(value: Any) -> Schema:
    """Return a schema as plain data: a text is its JSON, or the name of a type.

    Raises:
        DefinitionError: It is no schema; with what fastavro says.
    """
    if isinstance(value, str) and value.strip()[:1] in ("{", "[", '"'):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise DefinitionError(f"not a schema of Avro: no JSON ({error})") from None
    library = fastavro_schema()
    try:
        if len(json.dumps(value)) > MAX_SCHEMA:
            raise DefinitionError(f"a schema has at most {MAX_SCHEMA:,} characters of JSON")
        library.parse_schema(deepcopy(value))
        resolved(value, {}, "")  # fastavro lets a record without fields pass
    except library.UnknownType as error:
        raise DefinitionError(f"not a schema of Avro: unknown type {error}") from None
    except library.SchemaParseException as error:
        raise DefinitionError(f"not a schema of Avro: {error}") from None
    except (TypeError, KeyError, AttributeError, ValueError, RecursionError) as error:
        raise DefinitionError(f"not a schema of Avro: {error!r:.100}") from None
    return value


def fastavro_schema() -> Any:
    """Return fastavro's module of schemas: 6 MB that a tower without them need not have."""
    return import_module("fastavro.schema")


def resolved(schema: Schema, names: dict[str, Schema], space: str) -> Schema:
    """Return a schema whose own names are whole, each named type put into ``names``."""
    if isinstance(schema, list):
        return [resolved(each, names, space) for each in schema]
    if isinstance(schema, str):
        return schema if schema in PRIMITIVES else _whole(schema, space)
    kind = schema["type"]
    if not isinstance(kind, str):
        return resolved(kind, names, space)
    made = dict(schema)
    if kind in _NAMED or kind == "error":
        space = schema.get("namespace", space) if "." not in schema["name"] else ""
        made["name"] = _whole(schema["name"], space)
        space = made["name"].rpartition(".")[0]
        names[made["name"]] = made
    if kind in ("record", "error"):
        made["type"] = "record"
        made["fields"] = [
            {**field, "type": resolved(field["type"], names, space)} for field in schema["fields"]
        ]
    for inner in ("items", "values"):
        if inner in schema:
            made[inner] = resolved(schema[inner], names, space)
    if kind not in (*PRIMITIVES, *_NAMED, "error", "array", "map"):
        return _whole(kind, space)
    return made


def _whole(name: str, space: str) -> str:
    return name if "." in name or not space else f"{space}.{name}"
