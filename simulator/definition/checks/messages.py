"""What is checked of identity and messages: names, topics, paths, sizes.

Rule: what a broker or a server would refuse of a topic or a path is refused here already.
"""

import re
from collections.abc import Iterator, Mapping

from simulator.definition.checks.metrics import Dataset
from simulator.definition.checks.names import IN_IDENTITY, IN_MESSAGES, Scope, scope_of
from simulator.definition.checks.schemas import schema_findings
from simulator.definition.expressions.template import Placeholder, Template
from simulator.definition.messages.least_size import size_refusal, weight_refusal
from simulator.definition.messages.message import DEFAULT_TOPIC, Message
from simulator.definition.messages.payload import MAX_NODES, MAX_VALUES
from simulator.definition.reading import Draft
from simulator.definition.text.places import Finding, Path
from simulator.errors import DefinitionError

_NOT_IN_PATHS = re.compile(r"[\s\x00-\x1f\x7f]")


def identity_findings(
    draft: Draft, datasets: Mapping[str, Dataset] | None = None
) -> Iterator[Finding]:
    """Yield what is wrong with ``id``: it must be another one for each mock."""
    if draft.is_spoiled("id"):
        return
    template = draft.definition.id
    yield from scope_of(draft, IN_IDENTITY, with_metrics=False).findings(template.names, ("id",))
    if "index" in template.names or any(draft.is_spoiled("variables", n) for n in template.names):
        return
    refusals = [_unique_refusal(draft, name, datasets) for name in _plain_names(template)]
    if "" not in refusals:
        text = "needs {index}, or all mocks have the same id; such as 'mock-{index:06d}'"
        yield Finding(("id",), next(filter(None, refusals), text))


def _plain_names(template: Template) -> list[str]:
    """Return the names that stand in a template as they are: other values give another text."""
    placeholders = [part for part in template.parts if isinstance(part, Placeholder)]
    names = [each.expression.name for each in placeholders if not each.spec]
    return [name for name in names if name is not None]


def _unique_refusal(draft: Draft, name: str, datasets: Mapping[str, Dataset] | None) -> str | None:
    """Return why a variable makes no id: None, it is not made to; empty, it does."""
    variable = draft.definition.variables.get(name)
    if variable is None or not variable.is_unique:
        return None
    there = datasets is not None and all(need.dataset in datasets for need in variable.needs())
    if datasets is not None and there:
        try:
            variable.check_unique(datasets)
        except DefinitionError as error:
            return str(error)
    return ""


def message_findings(
    draft: Draft, datasets: Mapping[str, Dataset] | None = None
) -> Iterator[Finding]:
    """Yield what is wrong with each message."""
    scope = scope_of(draft, IN_MESSAGES)
    for name, message in draft.definition.messages.items():
        path = ("messages", name)
        yield from findings_of_message(message, scope, path)
        yield from schema_findings(message, datasets, path)
        for place, template in (*_addresses(message), *message.templates()):
            yield from _format_findings(template, draft, (*path, *place))


def findings_of_message(message: Message, scope: Scope, path: Path) -> Iterator[Finding]:
    """Yield what is wrong with one message, which knows the names of ``scope``."""
    yield from _address_findings(message, scope, path)
    yield from _payload_findings(message, scope, path)


def _address_findings(message: Message, scope: Scope, path: Path) -> Iterator[Finding]:
    if message.topic is not None:
        yield from scope.findings(message.topic.names, (*path, "topic"))
        text = _topic_refusal(message.topic)
        if text:
            yield Finding((*path, "topic"), text)
    if message.path is not None:
        yield from scope.findings(message.path.names, (*path, "path"))
        if _NOT_IN_PATHS.search(message.path.literal):
            yield Finding((*path, "path"), "a path has no blanks")


def _topic_refusal(topic: Template) -> str:
    """Source: MQTT 3.1.1, 4.7.1 (no wildcards when publishing) and 4.7.3."""
    if not topic.parts:
        return "a topic has at least one character"
    odd = re.search(r"[+#\x00]", topic.literal)
    return f"a topic to send to has no {odd[0]!r}" if odd else ""


def _payload_findings(message: Message, scope: Scope, path: Path) -> Iterator[Finding]:
    for inner, template in message.templates():
        yield from scope.findings(template.names, (*path, *inner))
    nodes, values = message.sizes
    if nodes > MAX_NODES:
        text = f"a payload has at most {MAX_NODES:,} values, got {nodes:,}"
        yield Finding((*path, message.word), text)
    elif values > MAX_VALUES:
        text = f"a message has at most {MAX_VALUES:,} values with its bulks, got {values:,}"
        yield Finding((*path, message.word), text)
    elif text := weight_refusal(message):
        yield Finding((*path, message.word), text)
    elif text := size_refusal(message):
        yield Finding((*path, "size"), text)
    if message.response_topic is not None:
        text = _topic_refusal(message.response_topic)
        if text:
            yield Finding((*path, "response_topic"), text)


def _addresses(message: Message) -> Iterator[tuple[tuple[str], Template]]:
    if message.topic is not None:
        yield ("topic",), message.topic
    if message.path is not None:
        yield ("path",), message.path


# What is text in every definition.
_TEXTS = frozenset({"id", "status", "message"})


def _format_findings(template: Template, draft: Draft, path: Path) -> Iterator[Finding]:
    """Yield formats of numbers and moments that are given to what is always text."""
    constants = draft.definition.constants
    texts = _TEXTS | {name for name, value in constants.items() if isinstance(value, str)}
    for part in template.parts:
        if isinstance(part, str) or not part.spec or part.expression.name not in texts:
            continue
        kind = "a moment" if part.kind == "time" else "a number"
        text = f"{part.expression.name!r} is text, and {part.spec!r} is the format of {kind}"
        yield Finding(path, f"{text}; leave it out")


def with_topic(name: str, message: Message) -> Message:
    """Return a message that has neither topic nor path with the default topic, others as is."""
    if message.topic is not None or message.path is not None:
        return message
    return message.model_copy(update={"topic": Template.read(DEFAULT_TOPIC.format(name=name))})
