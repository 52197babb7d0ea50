"""Where each model of the language is described, and the links that lead there.

Rule: a model that only generators have stands with the first generator that has it; every other one
stands on the page of the definition.
"""

import re
from collections.abc import Iterator
from typing import Any

from docs.press.tables import Schema, words_table

# Those that have a heading of their own kind; any other one has its name.
_HEADINGS = {
    "Definition": "the-document",
    "Message": "messages",
    "Method": "methods",
    "Metric": "metrics",
    "Once": "variables",
    "Payload": "messages",
    "Reply": "replies",
    "Status": "statuses",
}
_LINK = re.compile(r"\]\(model:(\w+)\)")


def homes(schemas: Schema) -> dict[str, str]:
    """Return the page, without ``.md``, of each model that is no generator."""
    own = set(_reached(schemas, {k: v for k, v in schemas.items() if k != "$defs"}))
    names = [name for name in schemas["$defs"] if "." not in name]
    return {name: "definition" if name in own else "generators" for name in names}


def linked(text: str, page: str, places: dict[str, str]) -> str:
    """Return a page's text with links to models as links to their headings."""

    def made(match: re.Match[str]) -> str:
        name = match[1]
        home = places.get(name, "definition")
        anchor = _HEADINGS.get(name, name.lower())
        return f"](#{anchor})" if home == page else f"]({home}.md#{anchor})"

    return _LINK.sub(made, text)


def described(name: str, schema: Schema) -> str:
    """Return a model's heading, what it is, and its words."""
    return f"### {name}\n\n{schema.get('description', '')}\n\n{words_table(schema)}"


def used_by(schema: Schema, schemas: Schema) -> list[str]:
    """Return the models that a generator's schema leads to, in the order in which it does."""
    return list(dict.fromkeys(_reached(schemas, schema)))


def _reached(schemas: Schema, start: Any) -> Iterator[str]:
    """Yield each model that is referred to, without going through generators."""
    seen: set[str] = set()
    left = list(_references(start))
    while left:
        name = left.pop(0)
        if name not in seen and "." not in name:
            seen.add(name)
            yield name
            left += _references(schemas["$defs"][name])


def _references(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("$ref"), str):
            yield value["$ref"].removeprefix("#/$defs/").partition("/")[0]
        for each in value.values():
            yield from _references(each)
    elif isinstance(value, list):
        for each in value:
            yield from _references(each)
