"""JSON Schema (drafts 4 to 2020-12, as far as it says what a value is) to the shape of a message.

Rule: references inside of the document are followed, none outside; a schema that contains itself
ends where it does.
"""

from collections.abc import Mapping
from typing import Any

from simulator.errors import DefinitionError
from simulator.inference.drafting import Draft
from simulator.inference.identity import identity_of
from simulator.inference.known import unit_of
from simulator.inference.shape import MAX_LIST, Burst, Leaf, Path, Shape, leaves
from simulator.inference.writing import Inferred

MAX_DEPTH = 20  # levels; references included
MAX_PROPERTIES = 400  # of one schema, all levels together

_KINDS = {"string": "text", "integer": "integer", "number": "number", "boolean": "boolean"}


def is_schema(document: Any) -> bool:
    """Whether a document is a JSON Schema of an object, or of a list of them."""
    if not isinstance(document, dict):
        return False
    says_so = "json-schema.org" in str(document.get("$schema", ""))
    is_object = document.get("type") == "object" and isinstance(document.get("properties"), dict)
    return says_so or is_object


def infer_schema(document: Any, name: str) -> Inferred:
    """Return a definition whose one message follows a schema.

    Raises:
        DefinitionError: The schema has no properties, or too many.
    """
    title = str(document.get("title") or name)[:100]
    shape = shape_of_schema(document, document)
    draft = Draft(title, identity_of(list(leaves(shape)), name="mock"))
    note = "by its JSON Schema; every 10s, a guess"
    draft.add_message("telemetry", shape, topic="", every="", note=note)
    return draft.inferred()


def shape_of_schema(schema: Any, root: Mapping[str, Any]) -> Shape:
    """Return the shape of what a schema describes.

    Args:
        schema: The schema.
        root: The document that its references point into.

    Raises:
        DefinitionError: It says nothing about any value, or has too many.
    """
    shape = _Reader(root).shape(schema, (), 0)
    if isinstance(shape, Leaf) or not any(leaves(shape)):
        raise DefinitionError("the schema needs properties; it describes no object with any")
    return shape


class _Reader:
    def __init__(self, root: Mapping[str, Any]) -> None:
        self._root = root
        self._count = 0

    def shape(self, schema: Any, path: Path, depth: int) -> Shape:
        self._count += 1
        if self._count > MAX_PROPERTIES:
            raise DefinitionError(f"the schema has more than {MAX_PROPERTIES} properties")
        schema = self._whole(schema)
        if depth >= MAX_DEPTH:
            return Leaf(path=path)
        kind = _type_of(schema)
        if kind == "object":
            return self._object(schema, path, depth)
        if kind == "array":
            return self._array(schema, path, depth)
        return _leaf(schema, kind, path)

    def _object(self, schema: Mapping[str, Any], path: Path, depth: int) -> Shape:
        properties = schema.get("properties")
        entries = properties.items() if isinstance(properties, dict) else ()
        return {
            str(key): self.shape(child, (*path, str(key)), depth + 1)
            for key, child in entries
            if not _is_written_by_others(child)
        }

    def _array(self, schema: Mapping[str, Any], path: Path, depth: int) -> Shape:
        items = schema.get("prefixItems") or schema.get("items") or {}
        if isinstance(items, list):
            entries = enumerate(items[:MAX_LIST])
            return [self.shape(each, (*path, number), depth + 1) for number, each in entries]
        count = max(1, _whole_number(schema.get("minItems"), 1))
        of = self.shape(items, path, depth + 1)
        return Burst(min(count, 1_000), of) if count > MAX_LIST else [of] * count

    def _whole(self, schema: Any) -> Mapping[str, Any]:
        """Return a schema with its reference, and the first of its choices, put in."""
        seen = 0
        while isinstance(schema, dict) and seen < MAX_DEPTH:
            seen += 1
            if isinstance(schema.get("$ref"), str):
                schema = {**self._found(schema["$ref"]), **_without(schema, "$ref")}
            elif isinstance(schema.get("allOf"), list):
                schema = self._together(schema)
            elif choice := _first_choice(schema):
                schema = {**choice, **_without(schema, "oneOf", "anyOf")}
            else:
                return schema
        return schema if isinstance(schema, dict) else {}

    def _together(self, schema: Mapping[str, Any]) -> dict[str, Any]:
        whole = _without(schema, "allOf")
        for each in schema["allOf"][:50]:
            part = self._whole(each)
            properties = {**part.get("properties", {}), **whole.get("properties", {})}
            whole = {**part, **whole, **({"properties": properties} if properties else {})}
        return whole

    def _found(self, reference: str) -> Mapping[str, Any]:
        if not reference.startswith("#"):
            raise DefinitionError(f"the schema refers to {reference!r}, outside of itself")
        found: Any = self._root
        for escaped in reference.lstrip("#/").split("/") if reference != "#" else ():
            step = escaped.replace("~1", "/").replace("~0", "~")
            found = found.get(step) if isinstance(found, dict) else None
        if not isinstance(found, dict):
            raise DefinitionError(f"the schema refers to {reference!r}, which is not there")
        return found


def _type_of(schema: Mapping[str, Any]) -> str:
    kinds = schema.get("type")
    kinds = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    named = next((str(kind) for kind in kinds if kind != "null"), "")
    if not named and isinstance(schema.get("properties"), dict):
        return "object"
    return named or ("array" if "items" in schema else "")


def _leaf(schema: Mapping[str, Any], kind: str, path: Path) -> Leaf:
    options = schema.get("enum") if isinstance(schema.get("enum"), list) else []
    options = [schema["const"]] if "const" in schema else options or []
    examples = [e for e in _examples(schema) if isinstance(e, str | int | float)]
    return Leaf(
        path=path,
        values=tuple(examples),
        options=tuple(o for o in options if isinstance(o, str | int | float)),
        low=_bound(schema, "minimum", "exclusiveMinimum"),
        high=_bound(schema, "maximum", "exclusiveMaximum"),
        format=str(schema.get("format", "")),
        kind=_KINDS.get(kind, ""),
        unit=unit_of(str(schema.get("unit") or schema.get("x-unit") or "")),
        description=str(schema.get("description") or "")[:200],
    )


def _examples(schema: Mapping[str, Any]) -> list[Any]:
    several = schema.get("examples")
    found = list(several) if isinstance(several, list) else []
    return found + [schema[word] for word in ("example", "default") if word in schema]


def _bound(schema: Mapping[str, Any], *words: str) -> float | None:
    for word in words:
        value = schema.get(word)
        if isinstance(value, int | float) and not isinstance(value, bool):
            return float(value)
    return None


def _first_choice(schema: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for word in ("oneOf", "anyOf"):
        choices = schema.get(word)
        if isinstance(choices, list):
            useful = [c for c in choices if isinstance(c, dict) and c.get("type") != "null"]
            return useful[0] if useful else None
    return None


def _is_written_by_others(schema: Any) -> bool:
    return isinstance(schema, dict) and schema.get("readOnly") is True


def _without(schema: Mapping[str, Any], *words: str) -> dict[str, Any]:
    return {word: value for word, value in schema.items() if word not in words}


def _whole_number(value: Any, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default
