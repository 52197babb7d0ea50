"""The JSON body of a message as a line with holes.

Rule: compact JSON, keys in the document's order; a placeholder that is a whole value keeps its own
type, so ``"{temperature:.1f}"`` is a number.
"""

from collections.abc import Iterator

from simulator.definition.payload import Bulk as BulkOf
from simulator.definition.payload import Node
from simulator.definition.template import Template
from simulator.payloads.hole import Hole
from simulator.payloads.line import Bulk, Line, Piece
from simulator.payloads.texts import Form, plain, quoted


def json_line(tree: Node) -> Line:
    """Return a payload tree (see ``definition/payload.py``) as a line."""
    return Line(list(_pieces(tree)))


def plain_line(template: Template) -> Line:
    """Return a template of plain text, a topic or a path, as a line."""
    return Line(
        [part if isinstance(part, str) else Hole(part, Form.PLAIN) for part in template.parts]
    )


def _pieces(node: Node) -> Iterator[Piece]:
    match node:
        case Template():
            yield from _text(node)
        case BulkOf():
            yield Bulk(json_line(node.of), count=node.count, step=node.step)
        case dict():
            yield "{"
            for index, (key, value) in enumerate(node.items()):
                yield f"{',' if index else ''}{quoted(key)}:"
                yield from _pieces(value)
            yield "}"
        case tuple():
            yield "["
            for index, value in enumerate(node):
                yield "," if index else ""
                yield from _pieces(value)
            yield "]"
        case _:
            yield plain(node, Form.VALUE)


def _text(template: Template) -> Iterator[Piece]:
    if template.single is not None:
        yield Hole(template.single, Form.VALUE)
        return
    yield '"'
    for part in template.parts:
        yield quoted(part)[1:-1] if isinstance(part, str) else Hole(part, Form.INSIDE)
    yield '"'
