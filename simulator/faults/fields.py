"""Which fields the JSON of messages has, as far as a definition says it.

Rule: nothing is drawn; what only the values decide is taken as being there.
"""

from collections.abc import Iterator
from typing import Any

from simulator.definition.carrying import messages_of
from simulator.definition.document import Definition
from simulator.definition.expressions.template import Template
from simulator.definition.messages.message import Message
from simulator.definition.messages.payload import Bulk

MAX_FIELDS = 1_000  # paths that are looked at to find the one that was meant


def has_field(definition: Definition, path: str) -> bool:
    """Return whether a message may have the field at a path, ``position.lat``."""
    return any(_may_have(message, path.split(".")) for message in _messages(definition))


def fields_of(definition: Definition) -> list[str]:
    """Return the paths of the fields that are known, at most ``MAX_FIELDS``."""
    found: dict[str, None] = {}
    for message in _messages(definition):
        if message.word == "json" and not message.compress:
            for path in _paths(message.content, ""):
                found[path] = None
                if len(found) == MAX_FIELDS:
                    return list(found)
    return list(found)


def _messages(definition: Definition) -> Iterator[Message]:
    yield from (message for _, message in messages_of(definition))
    if definition.children is not None:
        yield from _messages(definition.children.definition)


def _may_have(message: Message, path: list[str]) -> bool:
    if message.compress or message.word not in ("json", "text"):
        return False  # its bytes are no JSON
    if message.word == "text" or path == [message.filler]:
        return True
    return _leads_on(message.content, path)


def _leads_on(node: Any, path: list[str]) -> bool:
    """Return whether a path may lead on from a node of a payload's tree."""
    members = _members(node)
    if not path or members is None:
        return True
    if any(isinstance(key, Template) for key in members):
        return True
    named = {str(key): inner for key, inner in members.items()}
    return path[0] in named and _leads_on(named[path[0]], path[1:])


def _members(node: Any) -> dict[Any, Any] | None:
    """Return what a node has members of; None: only its value decides."""
    if isinstance(node, Template):
        return None if node.names else {}
    if isinstance(node, Bulk):
        return node.columns or {}
    return node if isinstance(node, dict) else {}


def _paths(node: Any, before: str) -> Iterator[str]:
    for key, inner in (_members(node) or {}).items():
        if not isinstance(key, Template):
            yield f"{before}{key}"
            yield from _paths(inner, f"{before}{key}.")
