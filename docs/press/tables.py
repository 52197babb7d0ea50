"""Tables of words, made from the JSON Schema of the models.

Rule: a word says what it means beside its field; the table adds what it may be and what it is else.
"""

from typing import Any

Schema = dict[str, Any]

QUANTITIES = "definition.md#quantities"
_PLACES = {
    "expression": "definition.md#expressions",
    "text with placeholders": "definition.md#texts-with-placeholders",
}
_NAMES = {"Payload": "any payload"}
_TYPES = {
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "string": "a text",
    "null": "null",
    "array": "a list",
    "object": "a mapping",
}
# s; how a default duration is written.
_DURATIONS = (("d", 86_400.0), ("h", 3_600.0), ("min", 60.0), ("s", 1.0), ("ms", 0.001))


def words_table(schema: Schema, *, head: str = "word") -> str:
    """Return the table of a model's words; ``schema`` is its own in the JSON Schema."""
    needed = schema.get("required", [])
    rows = [
        (
            f"`{word}`",
            each.get("description", "").replace("``", "`").removesuffix("."),
            values_of(each),
            default_of(each, needed=word in needed),
        )
        for word, each in schema.get("properties", {}).items()
    ]
    return table((head, "what", "may be", "default"), rows) if rows else ""


def table(head: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    """Return a Markdown table; a column in which nothing stands is left out."""
    kept = [n for n in range(len(head)) if any(row[n] for row in rows)]
    lines = [[head[n] for n in kept], ["---"] * len(kept)]
    lines += [[row[n].replace("|", "\\|") for n in kept] for row in rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def values_of(schema: Schema) -> str:
    """Return what a value may be, in words, with links to quantities."""
    if "$comment" in schema:
        name = schema["$comment"]
        return f"[{name}]({_PLACES.get(name, QUANTITIES)})"
    if "$ref" in schema:
        return _referred(schema["$ref"].rpartition("/")[2])
    if "const" in schema or "enum" in schema:
        return _either([f"`{_plain(v)}`" for v in schema.get("enum", [schema.get("const")])])
    several = schema.get("anyOf", schema.get("oneOf"))
    if several:
        return _either(list(dict.fromkeys(values_of(each) for each in _not_null(several))))
    kind = schema.get("type")
    if isinstance(kind, list):
        return _either([_TYPES[each] for each in kind])
    return _of_type(kind, schema) if kind else ""


def _referred(name: str) -> str:
    if "." in name:
        return "[generator](generators.md)"
    return f"[{_NAMES.get(name, name)}](model:{name})"


def _not_null(schemas: list[Schema]) -> list[Schema]:
    return [each for each in schemas if each.get("type") != "null"]


def _either(words: list[str]) -> str:
    kept = [word for word in words if word]
    return " or ".join([", ".join(kept[:-1]), kept[-1]] if len(kept) > 1 else kept)


def _of_type(kind: str, schema: Schema) -> str:
    name = _TYPES[kind]
    if kind in ("number", "integer"):
        return " ".join(filter(None, [name, _bounds(schema)]))
    if kind == "array":
        return " ".join(filter(None, [name, _counted(schema, "Items"), _items(schema)]))
    if kind == "object":
        inner = schema.get("additionalProperties")
        of = values_of(inner) if isinstance(inner, dict) else ""
        return " ".join(filter(None, [name, _counted(schema, "Properties"), of and f"to {of}"]))
    return name


def _items(schema: Schema) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(values_of(each) for each in schema['prefixItems'])}]"
    of = values_of(schema["items"]) if isinstance(schema.get("items"), dict) else ""
    return f"of {of}" if of else ""


def _counted(schema: Schema, of: str) -> str:
    least, most = schema.get(f"min{of}"), schema.get(f"max{of}")
    if "prefixItems" in schema or (least is None and most is None):
        return ""
    if most is None:
        return f"({least:,} or more)"
    return f"({least:,} to {most:,})" if least else f"(up to {most:,})"


def _bounds(schema: Schema) -> str:
    low, high = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if low is not None and high is not None:
        return f"from {_figure(low)} to {_figure(high)}"
    left = f"above {_figure(above)}" if above is not None else _low(low)
    right = f"below {_figure(below)}" if below is not None else _high(high, bool(left))
    return " ".join(filter(None, [left, right]))


def _low(low: float | None) -> str:
    return "" if low is None else f"of {_figure(low)} or more"


def _high(high: float | None, is_more: bool) -> str:
    if high is None:
        return ""
    return f"up to {_figure(high)}" if is_more else f"of {_figure(high)} or less"


def _figure(value: float) -> str:
    for power in (53, 52, 63, 64, 31, 32):
        for sign, base in (("", 1), ("−", -1)):
            if value in (base * 2**power, base * (2**power - 1)) and abs(value) > 2**30:
                less = " − 1" if abs(value) == 2**power - 1 else ""
                return f"{sign}2^{power}{less}"
    return f"{value:,.10g}"


def default_of(schema: Schema, *, needed: bool) -> str:
    """Return what a word is where a document does not give it."""
    if needed:
        return "needed"
    value = schema.get("default")
    if value in (None, "", [], {}):
        return "none"
    if schema.get("$comment") in ("duration", "interval") and isinstance(value, int | float):
        return f"`{_duration(float(value))}`"
    return f"`{_plain(value)}`"


def _duration(value: float) -> str:
    unit, factor = next((u for u in _DURATIONS if value >= u[1]), _DURATIONS[-2])
    return f"{value / factor:g}{unit}"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    return str(value) if str(value).isprintable() else repr(value)
