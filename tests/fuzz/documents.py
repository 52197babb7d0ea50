"""Documents by chance, out of the JSON Schema of the language, and what spoils them.

Rule: what comes out is mostly sound, so that it gets past the checks and into a fleet.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

from hypothesis import strategies as st

from simulator import definition_schema

SCHEMA = definition_schema()
MODELS = SCHEMA["$defs"]
MAX_DEPTH = 4  # of what is drawn from the schema; deeper, the smallest is taken

NAMES = ["a", "b", "site", "firmware", "index", "id", "seq", "now", "status", "age", "a.lat"]
TEMPLATES = ["{a}", "x/{id}", "{a:.1f}", "{now:iso}", "{b}", "{site}", "t", "{seq}", "{index:04d}"]
EXPRESSIONS = ["a > 1", "b", "1", "a / (a - a)", "site == 'x'", "age > 5 and not a", "index % 2"]
MESSAGES = ["one", "two"]
STATUSES = ["first", "second", "third"]
# Words whose texts are names of something else in the document.
POOLS = {
    "to": [*STATUSES, "back"],
    "column": ["temperature", "wind"],
    "by": ["site"],
    "type": ["u8", "i16", "f32", "text"],
    "crc": ["crc16-modbus", "crc8"],
    "length": ["u16"],
    "content_type": ["application/json", "text/plain"],
    "separator": [",", ";"],
    "schema": ['{"type": "string"}', 'syntax = "proto3"; message M { double a = 1; }', "a"],
    "bytes": ["64 kB"],
}
DATASETS = ["seattle-weather-hourly.csv", "hike-korita-zbevnica.gpx", "none.csv"]
PLAIN = {
    "interval": ["1s", "10s ± 2s", 0.5],
    "duration": ["1s", "2min", 30, 0],
    "text with placeholders": TEMPLATES,
    "expression": EXPRESSIONS,
}

_ODD = st.sampled_from(
    [
        None, True, 0, -1, 2**53, -(2**63), 2**63 - 1, 1e300, -1e-300, 0.5, "", " ", "é", "\u202e",
        "\U0001f321", "\ud800", "{", "{}", "{a", "{a.b.c}", "{now:%Q}", "a" * 2_000, "10 parsec",
        "1e999s", [], {}, [[]], {"": {}}, [None], {"a": {"a": {"a": 1}}}, "__import__('os')", "NaN",
        "0 0 31 2 *", "* * * * * *", "100%", "-3%", "2% per fortnight", {"bulk": {}},
        {"bulk": {"count": 10_000, "step": "1s", "of": ["{a}"] * 9}},
    ]
)  # fmt: skip
odd = _ODD.map(deepcopy)  # what is drawn is changed afterwards


@st.composite
def from_schema(
    draw: Callable[..., Any], schema: dict[str, Any], depth: int = 0, word: str = ""
) -> Any:
    """Draw a value that a schema takes, mostly."""
    if "$ref" in schema:
        return draw(from_schema(_target(schema["$ref"]), depth, word))
    kind = schema.get("$comment")
    if kind in PLAIN:
        return draw(st.sampled_from(PLAIN[kind]))
    if word in POOLS and schema.get("type") == "string":
        return draw(st.sampled_from(POOLS[word]))
    if word == "dataset":
        return draw(st.sampled_from(DATASETS))
    if schema.get("examples") and draw(st.integers(0, 3)):
        return deepcopy(draw(st.sampled_from(schema["examples"])))
    if "const" in schema or "enum" in schema:
        return draw(st.sampled_from(schema.get("enum", [schema.get("const")])))
    several = schema.get("anyOf", schema.get("oneOf"))
    if several and "properties" not in schema:
        some = [each for each in several if each.get("type") != "null"]
        chosen = draw(st.sampled_from(some if draw(st.integers(0, 7)) else several))
        return draw(from_schema(chosen, depth, word))
    return draw(_of_type(schema, depth))


def _target(reference: str) -> dict[str, Any]:
    found: Any = SCHEMA
    for step in reference.removeprefix("#/").split("/"):
        found = found[step]
    return dict(found)


@st.composite
def _of_type(draw: Callable[..., Any], schema: dict[str, Any], depth: int) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    if isinstance(kind, list):
        kind = draw(st.sampled_from([k for k in kind if k in ("string", "number", "boolean")]))
    match kind:
        case "object":
            return draw(_mapping(schema, depth))
        case "array":
            return draw(_list(schema, depth))
        case "integer":
            low, high = schema.get("minimum", -5), schema.get("maximum", 1_000)
            return draw(st.integers(int(low), int(max(low, min(high, low + 10)))) | st.just(high))
        case "number":
            low = schema.get("minimum", schema.get("exclusiveMinimum", -5))
            high = min(schema.get("maximum", schema.get("exclusiveMaximum", low + 3)), low + 3)
            return low + (high - low) * draw(st.sampled_from([0.1, 0.25, 0.5, 0.9]))
        case "boolean":
            return draw(st.booleans())
        case "null":
            return None
        case _:
            return draw(st.sampled_from([*NAMES, *TEMPLATES]))


@st.composite
def _mapping(draw: Callable[..., Any], schema: dict[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties", {})
    forms = [set(form.get("required", [])) for form in schema.get("oneOf", [])]
    form = draw(st.sampled_from(forms)) if forms else set()
    needed = {*schema.get("required", []), *form}
    refused = set().union(*forms) - needed
    words = [
        word
        for word in properties
        if word in needed
        or (word not in refused and depth < MAX_DEPTH and draw(st.integers(0, 5)) == 0)
    ]
    drawn = {word: draw(from_schema(properties[word], depth + 1, word)) for word in words}
    others = schema.get("additionalProperties")
    if isinstance(others, dict) and (depth < MAX_DEPTH or schema.get("minProperties")):
        names = st.sampled_from(NAMES[:4])
        least = schema.get("minProperties", 0)
        for name in draw(st.lists(names, min_size=least, max_size=least + 1, unique=True)):
            drawn[name] = draw(from_schema(others, depth + 1))
    return drawn


@st.composite
def _list(draw: Callable[..., Any], schema: dict[str, Any], depth: int) -> list[Any]:
    if "prefixItems" in schema:
        return [draw(from_schema(each, depth + 1)) for each in schema["prefixItems"]]
    least = schema.get("minItems", 0)
    count = draw(st.integers(least, least + (2 if depth < MAX_DEPTH else 0)))
    return [draw(from_schema(schema.get("items", {}), depth + 1)) for _ in range(count)]


def metrics() -> st.SearchStrategy[Any]:
    """Draw a metric: one of the examples of the generators, or by the schema."""
    forms = MODELS["Metric"]["oneOf"]
    examples = [each for form in forms for each in form.get("examples", [])]
    own = [each for each in examples if any(form["title"] in each for form in forms)]
    return st.sampled_from(own).map(deepcopy) | st.sampled_from(forms).flatmap(from_schema)


@st.composite
def documents(draw: Callable[..., Any]) -> dict[str, Any]:
    """Draw a document whose parts know each other's names."""
    statuses = draw(st.lists(st.sampled_from(STATUSES), max_size=3, unique=True))
    drawn: dict[str, Any] = {
        "version": 2,
        "name": "Chance",
        "id": "x-{index}",
        "constants": {"firmware": "1"},
        "variables": {
            "site": {"choice": ["x", "y"]},
            "interval": {"constant": 5},
            "faults": {"constant": 0},
        },
        "metrics": {"a": draw(metrics()), "b": draw(metrics()), "temperature": {"constant": 20.5}},
        "messages": {name: draw(message()) for name in MESSAGES},
    }
    if statuses:
        drawn["statuses"] = {name: draw(status(statuses)) for name in statuses}
    for word, schema in SCHEMA["properties"].items():
        if word not in (*drawn, "statuses", "$schema") and draw(st.integers(0, 5)) == 0:
            drawn[word] = draw(from_schema(schema, 1, word))
    return drawn


@st.composite
def message(draw: Callable[..., Any]) -> dict[str, Any]:
    """Draw a message; most have JSON and an interval of seconds."""
    if draw(st.integers(0, 2)):
        return {"every": "1s", "json": {"a": "{a}", "b": ["{b}", "{now:iso}"]}}
    return {"every": "2s", **draw(from_schema(MODELS["Message"], 1))}


@st.composite
def status(draw: Callable[..., Any], names: list[str]) -> dict[str, Any]:
    """Draw a status that goes on to the others."""
    drawn: dict[str, Any] = draw(from_schema(MODELS["Status"], 2))
    for word in ("statuses", "go", "end", "send"):
        if draw(st.integers(0, 5)):
            drawn.pop(word, None)
    ways = [{"to": name, "after": draw(st.sampled_from(["1s", "3s ± 1s"]))} for name in names]
    return {"send": [*MESSAGES], "go": ways, **drawn}


def paths_of(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Return the path of everything in plain data but the whole."""
    if not isinstance(value, dict | list):
        return [path]
    children = value.items() if isinstance(value, dict) else enumerate(value)
    inner = [found for key, child in children for found in paths_of(child, (*path, key))]
    return [path, *inner] if path else inner


@st.composite
def spoiled(draw: Callable[..., Any]) -> dict[str, Any]:
    """Draw a document in which up to three things were changed."""
    data = draw(documents())
    for _ in range(draw(st.integers(1, 3))):
        paths = paths_of(data)
        if paths:
            _spoil(draw, data, draw(st.sampled_from(paths)))
    return dict(data)


def _spoil(draw: Callable[..., Any], data: Any, path: tuple[Any, ...]) -> None:
    for step in path[:-1]:
        data = data[step]
    key = path[-1]
    match draw(st.sampled_from(["replace", "remove", "rename", "deepen", "repeat"])):
        case "replace":
            data[key] = draw(odd)
        case "remove":
            del data[key]
        case "deepen":
            for _ in range(draw(st.sampled_from([1, 5, 60]))):
                data[key] = [data[key]] if draw(st.booleans()) else {"a": data[key]}
        case "rename" if isinstance(data, dict):
            data[draw(st.sampled_from([f"{key}x", str(key).upper(), "", "é"]))] = data.pop(key)
        case _:
            data[key] = [data[key]] * draw(st.sampled_from([2, 300]))
