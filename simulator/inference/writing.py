"""The document that is made, as YAML text that a person would have written.

Rule: the text says the same as the data; a short mapping stands on one line.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

WIDTH = 100  # characters of a line

_PLAIN = re.compile(
    r"[A-Za-z_/](?:[\w ./-]*[\w/])?|[0-9]+(?:\.[0-9]+)? ?(?:[a-df-z]|[a-z]{2,}|km/h)"
)
# Words and forms that YAML 1.2 (or a reader of 1.1) takes for something else than text.
_TAKEN = re.compile(r"(?i)true|false|null|yes|no|on|off|y|n")


@dataclass(frozen=True, slots=True)
class Note:
    """What one thing in the samples was taken for."""

    place: str  # in the payload: "params.switch:0.apower"
    text: str


@dataclass(frozen=True, slots=True)
class Inferred:
    """A definition that was made, as text, and what each part of it was made from."""

    text: str
    notes: tuple[Note, ...]


def yaml_of(document: Mapping[str, Any]) -> str:
    """Return a document as YAML; sections stand in their order."""
    return "".join(f"{line}\n" for line in _block(document, 0))


def _block(mapping: Mapping[str, Any], depth: int) -> Iterator[str]:
    indent = "  " * depth
    for key, value in mapping.items():
        line = f"{indent}{_scalar(key)}: {_flow(value)}"
        if not isinstance(value, dict | list) or not value or (depth and len(line) <= WIDTH):
            yield line
        elif isinstance(value, dict):
            yield f"{indent}{_scalar(key)}:"
            yield from _block(value, depth + 1)
        else:
            yield f"{indent}{_scalar(key)}:"
            yield from _items(value, depth + 1)


def _items(items: list[Any], depth: int) -> Iterator[str]:
    if not any(isinstance(item, dict) for item in items):
        yield from _wrapped([_flow(item) for item in items], depth)
        return
    indent = "  " * depth
    for item in items:
        line = f"{indent}- {_flow(item)}"
        if not isinstance(item, dict) or len(line) <= WIDTH or not item:
            yield line
            continue
        lines = list(_block(item, depth + 1))
        yield f"{indent}- {lines[0].strip()}"
        yield from lines[1:]


def _wrapped(items: list[str], depth: int) -> Iterator[str]:
    """Yield a list of short entries, as many on a line as there is room for."""
    indent = "  " * depth
    line = f"{indent}["
    for item in items[:-1]:
        if len(line) + len(item) + 2 > WIDTH:
            yield line.rstrip()
            line = f"{indent} "
        line += f"{item}, "
    yield f"{line}{items[-1]}]"


def _flow(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_scalar(k)}: {_flow(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_flow(entry) for entry in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if isinstance(value, str):
        is_plain = _PLAIN.fullmatch(value) and not _TAKEN.fullmatch(value)
        return value if is_plain else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)
