"""The OpenAPI document as a page shows it.

Rule: pure; nothing is said here that the document does not say.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Schema = Mapping[str, Any]
METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, slots=True)
class Field:
    """A value that a route or a model has."""

    name: str
    kind: str  # "integer, 1 to 200"
    where: str  # path, query, header; empty in a body
    is_required: bool
    words: str


@dataclass(frozen=True, slots=True)
class Route:
    """One method of one address."""

    name: str
    method: str
    path: str
    role: str
    words: str
    fields: list[Field]
    body: str  # name of the model, or its kind; empty: none
    answers: list[tuple[str, str]]  # status, model


@dataclass(frozen=True, slots=True)
class Group:
    """Routes of one kind of thing."""

    name: str
    routes: list[Route]


@dataclass(frozen=True, slots=True)
class Model:
    """What a body holds."""

    name: str
    words: str
    fields: list[Field]


def groups(document: Schema) -> list[Group]:
    """Return the routes by their tags, in the document's order."""
    found: dict[str, list[Route]] = {}
    for tag, route in routes(document):
        found.setdefault(tag, []).append(route)
    return [Group(name, rows) for name, rows in found.items()]


def routes(document: Schema) -> Iterator[tuple[str, Route]]:
    """Yield each route with its tag."""
    for path, operations in document["paths"].items():
        for method in METHODS:
            if method in operations:
                said = operations[method]
                yield said["tags"][0], route_of(path, method, said)


def route_of(path: str, method: str, said: Schema) -> Route:
    """Return one route."""
    parameters = [
        Field(each["name"], kind_of(each["schema"]), each["in"], each["required"],
              each.get("description", ""))
        for each in said["parameters"]
    ]  # fmt: skip
    return Route(
        name=said["operationId"],
        method=method.upper(),
        path=path,
        role=said["x-role"],
        words=said["description"],
        fields=parameters,
        body=next((kind_of(each) for each in bodies(said.get("requestBody", {}))), ""),
        answers=[
            (str(status), next(map(kind_of, bodies(answer)), ""))
            for status, answer in said["responses"].items()
            if status != "default"
        ],
    )


def bodies(said: Schema) -> list[Schema]:
    """Return the schemas of what a request or an answer holds."""
    return [content["schema"] for content in said.get("content", {}).values()]


def models(document: Schema) -> list[Model]:
    """Return what bodies hold, by name."""
    known = document["components"]["schemas"]
    return [
        Model(name, said.get("description", ""), fields_of(said))
        for name, said in sorted(known.items())
        if "properties" in said
    ]


def fields_of(said: Schema) -> list[Field]:
    """Return the fields of a model."""
    required = said.get("required", ())
    return [
        Field(name, kind_of(each), "", name in required, each.get("description", ""))
        for name, each in said["properties"].items()
    ]


def kind_of(said: Schema) -> str:
    """Return in words what a schema takes: "text", "list of integer", a model's name."""
    if "$ref" in said:
        return str(said["$ref"]).rpartition("/")[2]
    if "enum" in said:
        return " | ".join(str(each) or "“”" for each in said["enum"])
    for word in ("anyOf", "allOf"):
        if word in said:
            kinds = [kind_of(each) for each in said[word]]
            return " or ".join(dict.fromkeys(kinds))
    if said.get("type") == "array":
        return f"list of {kind_of(said.get('items', {}))}"
    names = {"string": "text", "object": "plain data", "null": "null"}
    kind = str(said.get("type", "anything"))
    return limited(said, str(said.get("format") or names.get(kind, kind)))


def limited(said: Schema, kind: str) -> str:
    """Return a kind with its limits."""
    least, most = said.get("minimum"), said.get("maximum")
    if least is not None and most is not None:
        return f"{kind}, {least:,} to {most:,}"
    if longest := said.get("maxLength"):
        return f"{kind}, at most {longest:,}"
    return kind
