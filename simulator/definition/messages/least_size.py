"""The fewest bytes that a payload can have: what a size that it is filled up to must leave room
for.

Rule: never too many; what is only known at run time counts for nothing.
"""

import json
from typing import Any

from simulator.definition.expressions.template import Template
from simulator.definition.messages.avro import Avro
from simulator.definition.messages.binary import Binary
from simulator.definition.messages.bodies import Table
from simulator.definition.messages.layout import AnyPart, Repeated, Word
from simulator.definition.messages.message import Message
from simulator.definition.messages.payload import Bulk, Node
from simulator.definition.messages.protobuf import Protobuf

# Of a filler with an empty name: what stands around it, or the heads of its name and its text.
_FILLERS = {"json": len('"":""'), "form": len("&="), "cbor": 1 + 5, "msgpack": 1 + 5}


MAX_BYTES = 10_000_000  # of one payload; brokers take far less, and a tower makes many at once


def weight_refusal(message: Message) -> str:
    """Return why a message is too large, whatever is read for it; empty when it is not."""
    content = message.content
    if isinstance(content, Protobuf | Avro):
        content = content.fields if isinstance(content, Protobuf) else content.value
        least = _of_json(content)
    else:
        least = _of_json(content) if message.word in ("cbor", "msgpack") else _least(message)
    if least <= MAX_BYTES:
        return ""
    return f"a payload has at most {MAX_BYTES:,} bytes, this one has at least {least:,}"


def size_refusal(message: Message) -> str:
    """Return why no payload of a message can have its ``size``; empty when one can."""
    size, content = message.size, message.content
    if size is None:
        return ""
    if isinstance(content, Binary) and content.encoding in _WHOLE:
        unit = _WHOLE[content.encoding]
        if size % unit:
            return f"{content.encoding} has a multiple of {unit} bytes, got {size}"
    least = _least(message)
    if message.filler is not None:
        comma = 1 if message.word == "json" and content else 0
        least += len(message.filler.encode()) + _FILLERS[message.word] + comma
    if least > size:
        return f"the payload has at least {least} bytes and cannot be {size}"
    return ""


_WHOLE = {"hex": 2, "upper_hex": 2, "base64": 4}


def _least(message: Message) -> int:
    content = message.content
    match message.word:
        case "json":
            return _of_json(content)
        case "text":
            return len(content.literal.encode())
        case "csv":
            return _of_table(content)
        case "form":
            cells = sum(map(_cell, content.values()))
            return sum(len(key.encode()) + 2 for key in content) - 1 + cells
        case "binary":
            return _of_frame(content)
        case _:
            return 1


def _of_json(node: Node) -> int:
    match node:
        case Template():
            return 1 if node.single else len(json.dumps(node.literal, ensure_ascii=False).encode())
        case Bulk() if node.columns is None:
            return _in_brackets([_of_json(node.of)] * node.count)
        case Bulk() | dict():
            members = (node.columns if isinstance(node, Bulk) else node) or {}
            return _in_brackets([_key(key) + 1 + _of_json(each) for key, each in members.items()])
        case tuple():
            return _in_brackets([_of_json(each) for each in node])
        case _:
            return _of_frame(node) if isinstance(node, Binary) else len(json.dumps(node))


def _in_brackets(sizes: list[int]) -> int:
    return 1 + sum(sizes) + max(len(sizes), 1)


def _key(key: str | Template) -> int:
    text = key.literal if isinstance(key, Template) else key
    return len(json.dumps(text, ensure_ascii=False).encode(errors="replace"))


def _of_table(table: Table) -> int:
    line = len(table.cells) - 1 + sum(map(_cell, table.cells))
    lines = table.bulk.count if table.bulk else 1
    names = sum(len(name.encode()) + 1 for name in table.names)
    return names + lines * (line + 1) - 1


def _cell(cell: Any) -> int:
    if isinstance(cell, Template):
        return len(cell.literal.encode())
    return 0 if cell is None else len(json.dumps(cell))


def _width(part: AnyPart) -> int:
    if part.width is not None:
        return part.width
    if isinstance(part, Repeated):
        return part.bulk.count * sum(map(_width, part.bulk.of))
    return len(part.value.literal) if isinstance(part, Word) and _is_text(part.value) else 0


def _is_text(value: Any) -> bool:
    return isinstance(value, Template) and value.single is None


def _of_frame(layout: Binary) -> int:
    width = sum(map(_width, layout.fields))
    if layout.encoding == "base64":
        return -(-width // 3) * 4
    return width * 2 if layout.encoding in ("hex", "upper_hex") else width
