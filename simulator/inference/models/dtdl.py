"""DTDL 2 and 3: an interface's telemetry becomes one message, its properties another.

Source: Digital Twins Definition Language, versions 2 and 3, "Interface", "Telemetry", "Schemas".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from simulator.errors import DefinitionError
from simulator.inference.drafting import Draft
from simulator.inference.identity import identity_of
from simulator.inference.known import unit_of
from simulator.inference.shape import Leaf, Path, Shape, leaves
from simulator.inference.writing import Inferred

MAX_DEPTH = 10

_PRIMITIVES = {
    "boolean": ("boolean", ""),
    "date": ("text", "date"),
    "dateTime": ("text", "date-time"),
    "time": ("text", "time"),
    "duration": ("text", ""),
    "double": ("number", ""),
    "float": ("number", ""),
    "decimal": ("number", ""),
    "integer": ("integer", ""),
    "long": ("integer", ""),
    "short": ("integer", ""),
    "byte": ("integer", ""),
    "unsignedInteger": ("integer", ""),
    "string": ("text", ""),
    "uuid": ("text", "uuid"),
}


def is_dtdl(document: Any) -> bool:
    """Whether a document is a DTDL interface, or a list that begins with one."""
    first = document[0] if isinstance(document, list) and document else document
    if not isinstance(first, dict):
        return False
    return "dtmi:" in f"{first.get('@context', '')}{first.get('@id', '')}"


def infer_dtdl(document: Any, name: str) -> Inferred:
    """Return a definition that sends an interface's telemetry and reports its properties.

    Raises:
        DefinitionError: The interface has neither.
    """
    interfaces = document if isinstance(document, list) else [document]
    first = interfaces[0]
    shapes = {
        "telemetry": _shape(interfaces, first, "Telemetry"),
        "properties": _shape(interfaces, first, "Property"),
    }
    used = {word: shape for word, shape in shapes.items() if shape}
    if not used:
        raise DefinitionError("the DTDL interface has neither telemetry nor properties")
    every = [leaf for shape in used.values() for leaf in leaves(shape)]
    draft = Draft(_text(first.get("displayName"), name)[:100], identity_of(every, name="mock"))
    for word, shape in used.items():
        pace = "10s" if word == "telemetry" else "1h"
        note = f"the interface's {word}; every {pace}, a guess"
        draft.add_message(word, shape, topic="", every=pace, note=note)
    return draft.inferred()


def _shape(interfaces: list[Any], interface: Any, kind: str) -> dict[str, Shape]:
    known = {each.get("@id"): each for each in interfaces if isinstance(each, dict)}
    return dict(_contents(interface, known, kind, (), 0))


def _contents(
    interface: Any, known: Mapping[Any, Any], kind: str, path: Path, depth: int
) -> Iterator[tuple[str, Shape]]:
    contents = interface.get("contents") if isinstance(interface, dict) else None
    for each in contents if isinstance(contents, list) and depth < MAX_DEPTH else ():
        if not isinstance(each, dict) or not isinstance(each.get("name"), str):
            continue
        name, place = each["name"], (*path, each["name"])
        if kind in _types(each):
            yield name, _Schema(each, known).shape(each.get("schema"), place, depth)
        elif "Component" in _types(each):
            inner = known.get(each.get("schema"), each.get("schema"))
            part = dict(_contents(inner, known, kind, place, depth + 1))
            if part:
                yield name, part


class _Schema:
    """Reads the schema of one telemetry or property, whose unit and text belong to each leaf."""

    def __init__(self, content: Mapping[str, Any], known: Mapping[Any, Any]) -> None:
        self._unit = unit_of(str(content.get("unit") or ""))
        self._description = _text(content.get("description"), "")[:200]
        self._known = known

    def shape(self, schema: Any, path: Path, depth: int) -> Shape:
        schema = self._known.get(schema, schema) if isinstance(schema, str) else schema
        if isinstance(schema, str):
            return self._primitive(schema, path)
        if not isinstance(schema, dict) or depth >= MAX_DEPTH:
            return Leaf(path=path)
        if "Enum" in _types(schema):
            return Leaf(path=path, options=_options(schema), description=self._description)
        if "Array" in _types(schema):
            return [self.shape(schema.get("elementSchema"), path, depth + 1)]
        return self._fields(schema, path, depth)

    def _fields(self, schema: Mapping[str, Any], path: Path, depth: int) -> Shape:
        fields = schema.get("fields")
        return {
            name: self.shape(field.get("schema"), (*path, name), depth + 1)
            for field in (fields if isinstance(fields, list) else ())
            if isinstance(field, dict) and isinstance(name := field.get("name"), str)
        }

    def _primitive(self, word: str, path: Path) -> Shape:
        if word == "point":  # GeoJSON. Source: RFC 7946, 3.1.2
            axes = [Leaf(path=(*path, "coordinates", i), kind="number") for i in (0, 1)]
            return {"type": Leaf(path=(*path, "type"), options=("Point",)), "coordinates": axes}
        kind, form = _PRIMITIVES.get(word, ("", ""))
        return Leaf(
            path=path, kind=kind, format=form, unit=self._unit, description=self._description
        )


def _options(schema: Mapping[str, Any]) -> tuple[Any, ...]:
    values = schema.get("enumValues")
    entries = [each for each in values if isinstance(each, dict)] if values else []
    return tuple(each.get("enumValue", each.get("name")) for each in entries)


def _types(entry: Mapping[str, Any]) -> tuple[str, ...]:
    found = entry.get("@type")
    return tuple(map(str, found)) if isinstance(found, list) else (str(found),)


def _text(value: Any, default: str) -> str:
    """Return a text that may be given for several languages."""
    if isinstance(value, dict):
        value = value.get("en") or next(iter(value.values()), "")
    return value if isinstance(value, str) and value else default
