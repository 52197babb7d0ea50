"""Children: devices behind a gateway, over its one connection.

Rule: a child is a device like any other, described by the same words; the rest of the document does
not see it.
"""

from dataclasses import dataclass
from typing import Any

from simulator.definition.model import show
from simulator.definition.text.places import Finding, Path

MAX_CHILDREN = 200  # of one gateway
KNOWN = {"parent": "", "child": 0}  # what a child knows beside what every mock does
NOT_IN_CHILDREN = ("children", "sparkplug")

SCHEMA = {
    "type": "object",
    "description": (
        "Devices behind the mock, which send over its connection: count, and every word of a"
        " definition. {parent} is the id of the mock, {child} the number of the device, from 0"
    ),
    "properties": {
        "count": {"type": "integer", "minimum": 1, "maximum": MAX_CHILDREN},
        "id": {"type": "string"},
    },
    "required": ["count", "id"],
    "examples": [
        {
            "count": 8,
            "id": "{parent}-{child:02d}",
            "metrics": {"level": {"uniform": {"min": 0, "max": 100}}},
            "messages": {"level": {"every": "1min", "topic": "{parent}/{id}", "json": "{level}"}},
        }
    ],
}


@dataclass(frozen=True, slots=True)
class Children:
    """``count`` devices behind each mock, all of one definition (a ``Definition``)."""

    count: int
    definition: Any


def document_of(children: dict[str, Any], parent: dict[str, Any]) -> dict[str, Any]:
    """Return the children's document as one of its own, in which ``{parent}`` is a constant.

    Its id is taken as unique when it names the parent and the child.
    """
    document = {word: value for word, value in children.items() if word != "count"}
    constants = document.get("constants", {})
    if isinstance(constants, dict):
        document["constants"] = {**KNOWN, **constants}
    identity = document.get("id")
    if isinstance(identity, str) and "{parent" in identity and "{child" in identity:
        document["id"] = "{index}" + identity
    words = {"version": parent.get("version", 2), "name": parent.get("name", "")}
    return {**words, **document}


def children_findings(data: dict[str, Any]) -> list[Finding]:
    """Return what is wrong with the shape of ``children`` itself."""
    children = data.get("children")
    if children is None:
        return []
    if not isinstance(children, dict):
        return [
            Finding(("children",), f"needs a mapping such as {{count: 8}}, got {show(children)}")
        ]
    found = [
        Finding(("children", word), f"{word!r} is not for children")
        for word in NOT_IN_CHILDREN
        if word in children
    ]
    count = children.get("count")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_CHILDREN:
        text = f"must be a whole number from 1 to {MAX_CHILDREN}, got {show(count)}"
        found.append(Finding(("children", "count"), text))
    constants = children.get("constants")
    for word in KNOWN:
        if isinstance(constants, dict) and word in constants:
            text = f"{word!r} is a name of our own, choose another name"
            found.append(Finding(("children", "constants", word), text))
    return found


def under_children(finding: Finding) -> Finding:
    """Return a finding in the children's document with its place in the whole one."""
    path: Path = ("children", *finding.path)
    return Finding(path, finding.text)
