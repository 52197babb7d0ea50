"""Sample payloads as people have them: a JSON object, a list of them, one a line, with topics.

Rule: every sample is one message; what is no message is refused with its line.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import orjson

from simulator.errors import DefinitionError, Problem

MAX_BYTES = 2_000_000  # of all samples together; thousands of messages
MAX_SAMPLES = 2_000
MAX_DEPTH = 40  # levels of one payload

# Names under which logs keep a message's payload and its topic.
_PAYLOADS = ("payload", "message", "msg", "body", "data")
_TOPICS = ("topic", "Topic")


@dataclass(frozen=True, slots=True)
class Sample:
    """One message: its payload as plain data, and the topic that it came on where it is known."""

    payload: Any
    topic: str = ""


def read_samples(text: str | bytes, *, name: str = "sample") -> list[Sample]:
    """Return the messages of a text.

    Args:
        text: A JSON object, a list of objects, one object a line, or lines ``topic {...}`` as
            subscribers print them; UTF-8. Objects such as ``{"topic": ..., "payload": {...}}`` are
            taken apart.
        name: What errors call it.

    Raises:
        DefinitionError: It holds something else, nothing, or more than the limits.
    """
    data = text.encode() if isinstance(text, str) else text
    if len(data) > MAX_BYTES:
        raise DefinitionError(
            f"{name}: samples have at most {MAX_BYTES:,} bytes, got {len(data):,}"
        )
    data = data.removeprefix(b"\xef\xbb\xbf").strip()
    if not data:
        raise DefinitionError(f"{name}: needs a JSON object, got nothing")
    samples = _of_document(data, name) or list(_of_lines(data, name))
    if len(samples) > MAX_SAMPLES:
        text = f"{name}: at most {MAX_SAMPLES:,} samples, got {len(samples):,}"
        raise DefinitionError(text)
    for sample in samples:
        _refuse_deep(sample.payload, name)
    return samples


def _of_document(data: bytes, name: str) -> list[Sample]:
    try:
        document = orjson.loads(data)
    except orjson.JSONDecodeError:
        return []
    if isinstance(document, list) and document and all(isinstance(e, dict) for e in document):
        return [_unwrapped(entry) for entry in document]
    if isinstance(document, dict):
        return [_unwrapped(document)]
    raise DefinitionError(f"{name}: needs a JSON object, or a list of them, got {_kind(document)}")


def _of_lines(data: bytes, name: str) -> Iterator[Sample]:
    for number, line in enumerate(data.decode(errors="replace").splitlines(), start=1):
        if not line.strip():
            continue
        topic, brace, _ = line.partition("{")
        try:
            payload = orjson.loads(line[len(topic) :] if brace else line)
        except orjson.JSONDecodeError as error:
            raise DefinitionError(Problem(name, f"not JSON: {error}", number, None)) from None
        if not isinstance(payload, dict):
            text = f"needs a JSON object in each line, got {_kind(payload)}"
            raise DefinitionError(Problem(name, text, number, None))
        sample = _unwrapped(payload)
        yield Sample(sample.payload, topic.strip() or sample.topic)


def _unwrapped(entry: dict[str, Any]) -> Sample:
    """Take a logged message out of what a subscriber wrapped around it."""
    topic = next((entry[word] for word in _TOPICS if isinstance(entry.get(word), str)), "")
    if not topic:
        return Sample(entry)
    for word in _PAYLOADS:
        payload = entry.get(word)
        if isinstance(payload, str):
            try:
                payload = orjson.loads(payload)
            except orjson.JSONDecodeError:
                continue
        if isinstance(payload, dict):
            return Sample(payload, topic)
    return Sample(entry)


def _refuse_deep(payload: Any, name: str) -> None:
    level = [payload]
    for _ in range(MAX_DEPTH):
        level = [child for node in level for child in _children(node)]
        if not level:
            return
    raise DefinitionError(f"{name}: a payload is at most {MAX_DEPTH} levels deep")


def _children(node: Any) -> list[Any]:
    if isinstance(node, dict):
        return list(node.values())
    return node if isinstance(node, list) else []


def _kind(value: Any) -> str:
    kinds = {list: "a list", str: "a text", bool: "true or false", type(None): "null"}
    return kinds.get(type(value), "a number")
