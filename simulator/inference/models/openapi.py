"""OpenAPI 3: each request that carries a JSON body becomes a message with its path and method.

Rule: what a device would send is what the service accepts.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from simulator.errors import DefinitionError
from simulator.inference.drafting import Draft
from simulator.inference.grouping import MAX_MESSAGES
from simulator.inference.identity import identity_of
from simulator.inference.known import snake
from simulator.inference.models.json_schema import shape_of_schema
from simulator.inference.shape import leaves
from simulator.inference.writing import Inferred

_METHODS = ("post", "put", "patch")


def is_openapi(document: Any) -> bool:
    """Whether a document is an OpenAPI description."""
    return isinstance(document, dict) and "openapi" in document and "paths" in document


def infer_openapi(document: Any, name: str) -> Inferred:
    """Return a definition that sends what each operation takes.

    Raises:
        DefinitionError: No operation takes a JSON object.
    """
    operations = list(_operations(document))[:MAX_MESSAGES]
    if not operations:
        raise DefinitionError("no operation of the OpenAPI document takes a JSON object")
    info = document.get("info")
    title = str(info.get("title") or name) if isinstance(info, dict) else name
    shapes = [shape_of_schema(schema, document) for _, _, _, schema in operations]
    every = [leaf for shape in shapes for leaf in leaves(shape)]
    draft = Draft(title[:100], identity_of(every, name="mock"))
    for (path, method, word, _), shape in zip(operations, shapes, strict=True):
        name = _unused(word, draft.messages)
        note = f"{method.upper()} {path}; every 10s, a guess"
        draft.add_message(name, shape, topic="", every="", note=note)
        draft.messages[name] = {
            "every": draft.messages[name]["every"],
            "path": _with_identity(path),
            "method": method.upper(),
            "json": draft.messages[name]["json"],
        }
    return draft.inferred()


def _operations(document: Mapping[str, Any]) -> Iterator[tuple[str, str, str, Any]]:
    paths = document.get("paths")
    for path, item in paths.items() if isinstance(paths, dict) else ():
        for method in _METHODS:
            operation = item.get(method) if isinstance(item, dict) else None
            schema = _schema_of(operation, document)
            if schema is not None:
                word = operation.get("operationId") if isinstance(operation, dict) else ""
                yield str(path), method, snake(str(word or path))[:60] or "telemetry", schema


def _schema_of(operation: Any, document: Mapping[str, Any]) -> Any:
    """Return the schema of a JSON object that an operation takes; None when it takes none."""
    body = operation.get("requestBody") if isinstance(operation, dict) else None
    content = body.get("content") if isinstance(body, dict) else None
    for kind, media in content.items() if isinstance(content, dict) else ():
        if re.match(r"application/(.+\+)?json", str(kind)) and isinstance(media, dict):
            schema = media.get("schema")
            try:
                shape_of_schema(schema, document)
            except DefinitionError:
                continue
            return schema
    return None


def _with_identity(path: str) -> str:
    """Return a path whose parameters are the mock's identity: ``/devices/{id}/data``."""
    return re.sub(r"\{[^{}]*\}", "{id}", path)


def _unused(name: str, taken: Mapping[str, Any]) -> str:
    numbered = (f"{name}_{number}" for number in range(2, MAX_MESSAGES + 2))
    return name if name not in taken else next(each for each in numbered if each not in taken)
