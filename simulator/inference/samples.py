"""Sample payloads as people have them: a JSON object, a list of them, one a line, with topics.

Rule: every sample is one message; what is no message is refused with its line.
"""

from collections.abc import Iterator, Sequence
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

# What a record of a SenML pack may hold, and what makes one of it (RFC 8428, section 4).
_SENML = frozenset(
    ("bn", "bt", "bu", "bv", "bs", "bver", "n", "u", "v", "vs", "vb", "vd", "s", "t")
)
_SENML_NAMES = frozenset(("bn", "n"))
_SENML_VALUES = frozenset(("v", "vs", "vb", "vd", "s"))


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
            taken apart. A SenML pack (RFC 8428) is one message, though it is a list.
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
    samples = _of_document(data, name) or list(_of_lines(_lines(data, name), name))
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
    if _is_senml(document):
        return [Sample(document)]
    if isinstance(document, list) and document and all(isinstance(e, dict) for e in document):
        return [_unwrapped(entry) for entry in document]
    if isinstance(document, dict):
        return [_unwrapped(document)]
    raise DefinitionError(f"{name}: needs a JSON object, or a list of them, got {_kind(document)}")


def _is_senml(document: Any) -> bool:
    if not isinstance(document, list) or not all(isinstance(e, dict) for e in document):
        return False
    keys = [set(record) for record in document]
    has_values = any(_SENML_VALUES & record for record in keys)
    has_names = bool(keys) and all(_SENML_NAMES & record for record in keys)
    return has_names and has_values and all(record <= _SENML for record in keys)


def _lines(data: bytes, name: str) -> list[str]:
    """Return the lines of a text that is no JSON document.

    Raises:
        DefinitionError: It is not UTF-8; or its first line is no message, so that the text is a
            document with an error in it, which stands at its place in the document.
    """
    try:
        lines = data.decode().splitlines()
    except UnicodeDecodeError as error:
        raise DefinitionError(f"{name}: not UTF-8, from byte {error.start} on") from None
    if _parsed(lines[0]) is None:
        try:
            orjson.loads(data)
        except orjson.JSONDecodeError as error:
            problem = Problem(name, _not_json(error), error.lineno, error.colno)
            raise DefinitionError(problem) from None
    return lines


def _parsed(line: str) -> tuple[str, Any] | None:
    """Return the topic of a line, if it has one, and what its JSON says; None when it has none."""
    starts = [position for position in map(line.find, "{[") if position >= 0]
    start = min(starts, default=0)
    try:
        return line[:start].strip(), orjson.loads(line[start:])
    except orjson.JSONDecodeError:
        return None


def _of_lines(lines: Sequence[str], name: str) -> Iterator[Sample]:
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        parsed = _parsed(line)
        if parsed is None:
            text = f"not JSON in line {number}: {line.strip()[:60]}"
            raise DefinitionError(Problem(name, text, number, None))
        topic, payload = parsed
        if not isinstance(payload, dict) and not _is_senml(payload):
            text = f"needs a JSON object in each line, got {_kind(payload)} in line {number}"
            raise DefinitionError(Problem(name, text, number, None))
        sample = _unwrapped(payload) if isinstance(payload, dict) else Sample(payload)
        yield Sample(sample.payload, topic or sample.topic)


def _not_json(error: orjson.JSONDecodeError) -> str:
    return f"not JSON: {error.msg}, at line {error.lineno}, column {error.colno}"


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
    if value == []:
        return "an empty list"
    kinds = {
        list: "a list of something else",
        str: "a text",
        bool: "true or false",
        type(None): "null",
    }
    return kinds.get(type(value), "a number")
