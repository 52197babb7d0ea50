"""What a service takes of a message, and what of a definition it would not.

Rule: what can be known before the run is told before it; a service that closes the connection, or
drops in silence, says nothing that would help.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.definition.carrying import messages_of
from simulator.definition.document import Definition
from simulator.definition.expressions.template import Template, parse_template
from simulator.definition.messages.message import Message
from simulator.definition.text.places import place_of
from simulator.errors import Problem


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a service takes; what is not said has no limit but the protocol's.

    ``payload`` in bytes. ``slashes`` of a topic. ``prefixes``: one of them begins each topic that a
    device publishes on.
    """

    qos: int = 2
    retains: bool = True
    payload: int | None = None
    slashes: int | None = None
    prefixes: tuple[str, ...] = ()


def limit_problems(definition: Definition, limits: Limits) -> tuple[Problem, ...]:
    """Return what a service would not take of a definition, with the places in it."""
    found = [
        Problem(place_of((*path, word)), text)
        for path, message in messages_of(definition)
        for word, text in _beyond(message, limits)
    ]
    return tuple(found)


def _beyond(message: Message, limits: Limits) -> Iterator[tuple[str, str]]:
    if message.qos > limits.qos:
        yield "qos", f"the service takes QoS 0 to {limits.qos}, got {message.qos}"
    if message.retain and not limits.retains:
        yield "retain", "the service keeps no message"
    if message.size is not None and limits.payload is not None and message.size > limits.payload:
        yield "size", f"the service takes {limits.payload:,} bytes, got {message.size:,}"
    yield from (("topic", text) for text in _of_topic(message, limits))


def _of_topic(message: Message, limits: Limits) -> Iterator[str]:
    if message.topic is None:
        return
    shape = _shape(message.topic)
    beginnings = tuple(_shape(parse_template(prefix)) for prefix in limits.prefixes)
    if beginnings and not shape.startswith(beginnings):
        yield f"must begin with {' or '.join(limits.prefixes)}, got {message.topic.text}"
    if limits.slashes is not None and shape.count("/") > limits.slashes:
        yield f"the service takes {limits.slashes} slashes in a topic, got {shape.count('/')}"


def _shape(template: Template) -> str:
    """Return a topic with every placeholder alike: the id may be called otherwise."""
    return "".join(part if isinstance(part, str) else "{}" for part in template.parts)
